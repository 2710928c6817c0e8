import { resolve } from 'node:path'
import type { Command } from 'commander'
import { findWorkspace } from '../../io/workspace.ts'
import { writeBackup } from '../../io/write-backup.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { openSnapshots } from '../../store/embedded/snapshots.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { postToHolder } from '../holder.ts'
import { count } from '../output.ts'
import { packageVersion } from '../package-root.ts'

interface BackupCommandOptions {
  readonly withKeys?: boolean
  readonly workspace: string
  readonly json?: boolean
}

export function backupCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'backup',
    'the whole workspace in one archive, also beside a running server; hashes and data of people, so keep it as such',
    ['polyad backup brand-2026-06-01.tgz', 'polyad backup brand.tgz --with-keys'],
  )
    .argument('<file>', 'the archive to write (gzipped tar)')
    .option(
      '--with-keys',
      'also keys/: whoever has the archive can then name people and sign trackers; without it keep a copy of keys/ elsewhere',
    )
    .action((file: string, options: BackupCommandOptions) =>
      invoke(environment, options, async (invocation) => {
        const { folder, json, output, signal } = invocation
        const workspace = await findWorkspace(folder)
        const { takeSnapshot, done } = await openSnapshot(workspace.folder, invocation)
        try {
          const { withKeys: keys = false } = options
          const written = await writeBackup(file, {
            folder: workspace.folder,
            takeSnapshot,
            keys,
            version: packageVersion(),
            nowMs: Date.now(),
            signal,
          })
          for (const path of written.passedOver) output.note(`${path} is no file: it is not in the backup`)
          if (!keys)
            output.note('keys/ is not in the backup: without it the people in it are not found again')
          const { files, bytes, archiveBytes } = written
          output.print(
            json
              ? JSON.stringify({ file: resolve(file), files, bytes, archiveBytes, keys })
              : `${count(files)} files, ${count(bytes)} bytes, in ${file} (${count(archiveBytes)} bytes)`,
          )
        } finally {
          await done()
        }
      }),
    )
}

/** Copies of the database, from whoever has it; without a server the workspace is held until the archive is written. */
async function openSnapshot(
  folder: string,
  { config, signal }: Invocation,
): Promise<{ takeSnapshot(): Promise<string | undefined>; done(): Promise<void> }> {
  const holder = await holderOf(folder)
  if (holder?.url) {
    return {
      async takeSnapshot() {
        const path = '/v1/snapshots'
        const answer = await postToHolder<{ file: string | null }>(holder, path, {}, config.apiKey, signal)
        return answer.file ?? undefined
      },
      done: () => openSnapshots(folder).remove(),
    }
  }
  const workspace = await openWorkspace(config, folder, { hold: 'backup' })
  const { snapshots } = workspace.ports
  return {
    takeSnapshot: () => snapshots.make(),
    async done() {
      await snapshots.remove()
      await workspace.close()
    },
  }
}
