const NEWLINE = 0x0a
const RETURN = 0x0d

/** A physical line without its line end, or only its size and start where it is longer than allowed. */
export type Line =
  | { readonly line: number; readonly bytes: Buffer }
  | { readonly line: number; readonly tooLongBytes: number; readonly start: Buffer }

const START_BYTES = 2000

/**
 * The lines of a stream of bytes, in batches, ended by LF or CRLF; `line` counts from 1.
 *
 * Memory is bounded by one chunk and `maxBytes`: of a longer line only the start is kept while the rest passes by.
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<readonly Line[]> {
  let line = 1
  let held: Buffer[] = []
  let heldBytes = 0
  let start: Buffer | undefined

  const take = (piece: Buffer): void => {
    heldBytes += piece.length
    if (start) return
    held.push(piece)
    if (heldBytes <= maxBytes + 1) return
    start = Buffer.from(Buffer.concat(held).subarray(0, START_BYTES))
    held = []
  }
  const finish = (): Line => {
    const number = line++
    let bytes = held.length === 1 ? held[0]! : Buffer.concat(held)
    if (bytes.at(-1) === RETURN) bytes = bytes.subarray(0, -1)
    const tooLong =
      start ?? (bytes.length > maxBytes ? Buffer.from(bytes.subarray(0, START_BYTES)) : undefined)
    const result: Line = tooLong
      ? { line: number, tooLongBytes: heldBytes, start: tooLong }
      : { line: number, bytes }
    held = []
    heldBytes = 0
    start = undefined
    return result
  }

  for await (const chunk of chunks) {
    const lines: Line[] = []
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
