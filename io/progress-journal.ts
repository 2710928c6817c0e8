import type { FileMark } from '../engine/ports/resumable-file.ts'

/** Whose a journal is. */
export interface RunName {
  /** What tells runs apart: only one that makes the same bytes in the same steps may go on. */
  readonly identity: string
  /** For people, e.g. `generate summer@3 as csv`. */
  readonly title: string
}

const VERSION = 1

/** A journal: whose it is, then a line a mark. */
export interface Journal {
  readonly run: RunName
  readonly mark: FileMark
  /** Length of what can be read: a line that was being written when the process was killed follows it. */
  readonly bytes: number
}

export function firstLine(run: RunName): string {
  return `${JSON.stringify({ version: VERSION, ...run })}\n`
}

export function markLine(mark: FileMark): string {
  return `${JSON.stringify(mark)}\n`
}

/** The journal in a file's bytes, undefined when not even its first line is whole. */
export function readJournal(content: Buffer): Journal | undefined {
  let run: RunName | undefined
  let mark: FileMark = { steps: 0, bytes: 0, notes: [] }
  let from = 0
  for (let end = content.indexOf('\n'); end >= 0; end = content.indexOf('\n', from)) {
    const line = parse(content.toString('utf8', from, end))
    if (!line) break
    if (!run) {
      if (line['version'] !== VERSION) return undefined
      run = { identity: String(line['identity']), title: String(line['title']) }
    } else {
      const { steps, bytes, notes } = line as unknown as FileMark
      mark = { steps, bytes, notes: [...mark.notes, ...notes] }
    }
    from = end + 1
  }
  return run && { run, mark, bytes: from }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}
