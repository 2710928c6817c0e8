import type { Command } from 'commander'
import { type PersonReport, personText, showPerson } from '../../engine/upkeep/show-person.ts'
import { invoke, workspaceCommand } from '../command.ts'
import type { ConfigSource } from '../config.ts'
import { byUpkeep } from '../upkeep.ts'

interface ShowOptions {
  readonly profile?: string
  readonly hash?: string
  readonly workspace: string
  readonly json?: boolean
}

export function showCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'show',
    'everything that is held of one person: profile, mentions, what they were shown and what they did',
    ['polyad show --profile ann@example.com', 'polyad show --profile ann@example.com --json'],
  )
    .option('--profile <key>', 'the identifier, as imports and requests give it')
    .option('--hash <hash>', 'instead of it: the hash of an export made with --with-person')
    .action((options: ShowOptions) =>
      invoke(environment, options, async (invocation) => {
        const { profile, hash } = options
        const who = { ...(profile !== undefined && { profile }), ...(hash !== undefined && { hash }) }
        const report = await byUpkeep<PersonReport>(
          invocation,
          'show',
          { path: '/v1/profiles/show', body: who },
          async ({ workspace: { ports, secrets }, openUpkeep, loadCounters }) =>
            showPerson(ports, await openUpkeep(), secrets.identityKey, loadCounters, who),
        )
        invocation.output.print(invocation.json ? JSON.stringify(report, null, 2) : personText(report))
      }),
    )
}
