import { mkdir, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { audit } from '../../engine/audit/audited-documents.ts'
import { restoreBackup } from '../../io/restore-backup.ts'
import { openAudit } from '../../store/embedded/audit.ts'
import { holdWorkspace } from '../../store/embedded/hold-workspace.ts'
import { invoke, withExamples } from '../command.ts'
import type { ConfigSource } from '../config.ts'
import { count } from '../output.ts'
import { requireOpenable, upgradeHeld } from '../upgrade.ts'
import { commandActor } from '../who.ts'

interface RestoreOptions {
  readonly workspace: string
  readonly force?: boolean
  readonly json?: boolean
}

export function restoreCommand(environment: ConfigSource): Command {
  const command = new Command('restore')
    .description('a workspace from a backup; every file is checked before anything is replaced')
    .requiredOption(
      '--workspace <dir>',
      'required: a new or empty folder, or with --force the one to replace',
    )
    .option('--force', 'replace the workspace that is there; keys/ stays where the backup has none')
    .option('--json', 'result as JSON on stdout')
  return withExamples(command, [
    'polyad restore brand-2026-06-01.tgz --workspace brand-again',
    'polyad restore brand-2026-06-01.tgz --workspace brand --force',
  ])
    .argument('<file>', 'as "polyad backup" wrote it')
    .action((file: string, options: RestoreOptions) =>
      invoke(environment, options, async ({ folder, json, output, signal }) => {
        if (!options.force && !(await isEmpty(folder))) throw new PolyadError('WORKSPACE_EXISTS', { folder })
        await mkdir(folder, { recursive: true })
        const lock = await holdWorkspace(folder, { command: 'polyad restore' })
        try {
          const { manifest, bytes } = await restoreBackup(file, folder, { signal, check: requireOpenable })
          await upgradeHeld(folder)
          const madeAt = new Date(manifest.madeAtMs).toISOString()
          const ports = { audit: openAudit(folder), clock: { nowMs: Date.now } }
          await audit(ports, commandActor(), {
            action: 'restored',
            subject: 'workspace',
            note: `backup of ${madeAt}`,
          })
          if (!manifest.keys) {
            output.note(
              'the backup has no keys: put the kept copy into keys/ before anything else, if it is not there',
            )
          }
          const files = manifest.files.length
          output.print(
            json
              ? JSON.stringify({ workspace: resolve(folder), madeAt, files, bytes, keys: manifest.keys })
              : `${folder} is as it was at ${madeAt}: ${count(files)} files, ${count(bytes)} bytes`,
          )
        } finally {
          await lock.release()
        }
      }),
    )
}

/** Whether a folder can be made or filled without touching anything. */
async function isEmpty(folder: string): Promise<boolean> {
  try {
    const [first, ...others] = await readdir(folder)
    if (first === undefined) return true
    // What a restore that was refused leaves is its lock.
    if (first !== '.polyad' || others.length > 0) return false
    return (await readdir(join(folder, first))).every((name) => name === 'locks')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    const problem = `it cannot be read (${(error as NodeJS.ErrnoException).code})`
    throw new PolyadError(
      'FILE_UNREADABLE',
      { path: folder, problem, mend: 'name a folder' },
      { cause: error },
    )
  }
}
