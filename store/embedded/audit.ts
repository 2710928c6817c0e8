import { type FileHandle, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AuditEntry, AuditLog } from '../../engine/ports/audit.ts'
import { makeFolder, syncFolder, systemCode, unwritable } from './durable-file.ts'

/** The audit log `.polyad/audit.jsonl`: a line an entry, each written at once to the end of the file and synced. */
export function openAudit(workspaceFolder: string): AuditLog {
  const path = join(workspaceFolder, '.polyad', 'audit.jsonl')
  let last: Promise<void> = Promise.resolve()

  async function appendNow(entry: AuditEntry): Promise<void> {
    try {
      await makeFolder(dirname(path))
      const file = await open(path, 'a+')
      try {
        const { size } = await file.stat()
        const torn = size > 0 && !(await endsLine(file, size))
        // One write of a file opened for appending: nobody else's comes between.
        await file.write(`${torn ? '\n' : ''}${JSON.stringify(entry)}\n`)
        await file.sync()
        if (size === 0) await syncFolder(dirname(path))
      } finally {
        await file.close()
      }
    } catch (error) {
      throw unwritable(path, error)
    }
  }

  return {
    append(entry) {
      const turn = last.then(() => appendNow(entry))
      last = turn.catch(() => {})
      return turn
    },

    async read(sinceMs) {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') return ''
        throw error
      })
      const lines = text.split('\n').filter((line) => line !== '')
      const entries = lines.flatMap((line) => parseLine(line) ?? [])
      return {
        entries: entries.filter(({ atMs }) => atMs >= sinceMs),
        unreadable: lines.length - entries.length,
      }
    },
  }
}

async function endsLine(file: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer.toString() === '\n'
}

function parseLine(line: string): AuditEntry | undefined {
  try {
    return JSON.parse(line) as AuditEntry
  } catch {
    return undefined
  }
}
