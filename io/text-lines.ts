import { isUtf8 } from 'node:buffer'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** One physical line, without its line end. */
export interface TextLine {
  /** From 1. */
  readonly line: number
  readonly text: string
  /** Why the text is not what the file holds: not UTF-8 (shown with replacement characters), or only its start. */
  readonly reject?: string
  /** The line was longer than allowed, and its end is not known. */
  readonly cut?: true
}

const START_BYTES = 2000

/**
 * The lines of a stream of bytes, in batches, ended by LF or CRLF.
 *
 * Memory is bounded by one chunk and `maxBytes`: of a longer line only the start is kept while the rest passes by.
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<readonly TextLine[]> {
  let line = 1
  let held: Buffer[] = []
  let heldBytes = 0
  let start: Buffer | undefined

  const take = (piece: Buffer): void => {
    heldBytes += piece.length
    if (start) return
    held.push(piece)
    if (heldBytes <= maxBytes + 1) return
    start = startOf(Buffer.concat(held))
    held = []
  }
  const finish = (): TextLine => {
    const number = line++
    let bytes = held.length === 1 ? held[0]! : Buffer.concat(held)
    if (bytes.at(-1) === RETURN) bytes = bytes.subarray(0, -1)
    if (bytes.length > maxBytes) start = startOf(bytes)
    const result = start ? longLine(number, start, maxBytes) : textLine(number, bytes)
    held = []
    heldBytes = 0
    start = undefined
    return result
  }

  for await (const chunk of chunks) {
    const lines: TextLine[] = []
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, end))
      lines.push(finish())
      from = end + 1
    }
    if (from < chunk.length) take(chunk.subarray(from))
    if (lines.length > 0) yield lines
  }
  if (heldBytes > 0) yield [finish()]
}

/** A copy, so that the whole line can be forgotten. */
function startOf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, START_BYTES))
}

function longLine(line: number, start: Buffer, maxBytes: number): TextLine {
  return { line, text: start.toString('utf8'), reject: `longer than ${maxBytes / 1e6} MB`, cut: true }
}

function textLine(line: number, bytes: Buffer): TextLine {
  const text = bytes.toString('utf8')
  return isUtf8(bytes) ? { line, text } : { line, text, reject: 'not valid UTF-8' }
}
