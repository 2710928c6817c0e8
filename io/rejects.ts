import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { csvText } from '../core/csv.ts'
import type { RejectedRow } from '../engine/ingest/row.ts'
import { openWholeFile, type WholeFile } from './write-file.ts'

/** The rows an import did not take, as a CSV file for the people who mend them. */
export interface RejectsFile {
  add(row: RejectedRow): Promise<void>
  /** Completes the file. Without a rejected row there is none, and that of an earlier import is removed. */
  complete(): Promise<void>
  /** Ends without a file; that of an earlier import stays. */
  discard(): Promise<void>
}

/**
 * A rejects file with the columns line, reason and row, its folder made on demand; memory is flat whatever the number of rows.
 *
 * @throws PolyadError FILE_UNWRITABLE, from `add` and `complete`
 */
export function createRejectsFile(path: string): RejectsFile {
  let file: WholeFile | undefined
  return {
    async add({ line, reason, text }) {
      if (!file) {
        await mkdir(dirname(path), { recursive: true })
        file = await openWholeFile(path)
        await file.write('line,reason,row\n')
      }
      await file.write(`${line},${csvText(reason)},${csvText(text)}\n`)
    },
    async complete() {
      if (file) await file.complete()
      else await rm(path, { force: true })
    },
    async discard() {
      await file?.discard()
    },
  }
}
