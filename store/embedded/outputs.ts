import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { PolyadError } from '../../core/errors.ts'
import { contentHash } from '../../core/hash.ts'
import { replaceFile, systemCode } from './durable-file.ts'
import { holderText, type Lock, tryLock } from './lock.ts'

/** What a file was when a run finished it. */
export interface OutputRecord {
  /** Of the run that wrote it (engine/generate/generate-file.ts). */
  readonly identity: string
  readonly adUnits: string
  readonly bytes: number
  /** Time of its last change, nanoseconds since 1970 as a decimal text. */
  readonly changedAtNs: string
}

/** What this workspace wrote outside itself, by path: `.polyad/outputs/HASH.json`. */
export interface Outputs {
  /**
   * Makes this process the one that writes the file, until it releases it or dies.
   *
   * @throws PolyadError OUTPUT_HELD naming who writes it
   */
  hold(path: string, command: string): Promise<Lock>
  /** The newest record of a path, undefined when there is none that can be read. */
  recordOf(path: string): Promise<OutputRecord | undefined>
  /** Where a run that fills a folder remembers how far it has come. */
  journalOf(path: string): string
  keep(path: string, record: OutputRecord): Promise<void>
}

export function openOutputs(workspaceFolder: string): Outputs {
  const nameOf = (path: string) => contentHash(resolve(path)).slice(0, 32)
  const fileOf = (path: string) => join(workspaceFolder, '.polyad', 'outputs', `${nameOf(path)}.json`)
  return {
    async hold(path, command) {
      const lock = join(workspaceFolder, '.polyad', 'locks', 'outputs', nameOf(path))
      const attempt = await tryLock(lock, { command })
      if ('lock' in attempt) return attempt.lock
      throw new PolyadError('OUTPUT_HELD', { path, holder: holderText(attempt.heldBy) })
    },
    async recordOf(path) {
      try {
        return JSON.parse(await readFile(fileOf(path), 'utf8')) as OutputRecord
      } catch (error) {
        if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return undefined
        throw error
      }
    },
    journalOf: (path) => join(workspaceFolder, '.polyad', 'outputs', `${nameOf(path)}.journal`),
    keep: (path, record) => replaceFile(fileOf(path), JSON.stringify({ path: resolve(path), ...record })),
  }
}
