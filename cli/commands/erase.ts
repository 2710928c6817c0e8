import type { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { audit } from '../../engine/audit/audited-documents.ts'
import { type ErasureReport, erasePerson, erasureText } from '../../engine/upkeep/erase-person.ts'
import { invoke, workspaceCommand } from '../command.ts'
import type { ConfigSource } from '../config.ts'
import { byUpkeep } from '../upkeep.ts'
import { commandActor } from '../who.ts'

interface EraseOptions {
  readonly profile?: string
  readonly hash?: string
  readonly workspace: string
  readonly json?: boolean
}

export function eraseCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'erase',
    'remove a person from mentions, population, log and counters, and search every file for them; totals stay',
    ['polyad erase --profile ann@example.com', 'polyad erase --hash 0f1e2d3c4b5a69788796a5b4c3d2e1f0'],
  )
    .option('--profile <key>', 'the identifier, as imports and requests give it')
    .option('--hash <hash>', 'instead of it: the hash of an export made with --with-person')
    .action((options: EraseOptions) =>
      invoke(environment, options, async (invocation) => {
        const { profile, hash } = options
        const who = { ...(profile !== undefined && { profile }), ...(hash !== undefined && { hash }) }
        const report = await byUpkeep<ErasureReport>(
          invocation,
          'erase',
          { path: '/v1/profiles/erase', body: who },
          async ({ workspace, openUpkeep, loadCounters }) => {
            const { ports, secrets, fonts, fingerprint } = workspace
            const { identityKey } = secrets
            const upkeep = await openUpkeep()
            const made = await erasePerson(
              ports,
              { upkeep, identityKey, loadCounters, fonts, fingerprint },
              who,
            )
            await audit(ports, commandActor(), { action: 'erased', subject: 'a person' })
            return made
          },
        )
        invocation.output.print(invocation.json ? JSON.stringify(report, null, 2) : erasureText(report))
        const places = report.search.found.length
        if (places > 0) throw new PolyadError('ERASURE_INCOMPLETE', { places })
      }),
    )
}
