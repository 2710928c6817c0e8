import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { PolyadError } from '../core/errors.ts'

/** Files that are not text, by their first bytes, and what to do about each. */
const NOT_TEXT: readonly { readonly magic: string; readonly is: string; readonly mend: string }[] = [
  { magic: 'fffe', is: 'UTF-16 text', mend: 'save it as UTF-8, or run: iconv -f UTF-16 -t UTF-8' },
  { magic: 'feff', is: 'UTF-16 text', mend: 'save it as UTF-8, or run: iconv -f UTF-16 -t UTF-8' },
  { magic: '504b0304', is: 'a zip or Excel file', mend: 'unpack it, or save the sheet as "CSV UTF-8"' },
  { magic: 'd0cf11e0', is: 'an old Excel file', mend: 'save the sheet as "CSV UTF-8"' },
  { magic: '28b52ffd', is: 'compressed with zstd', mend: 'run: unzstd' },
  { magic: '425a68', is: 'compressed with bzip2', mend: 'run: bunzip2' },
  { magic: 'fd377a585a00', is: 'compressed with xz', mend: 'run: unxz' },
  { magic: '50415231', is: 'a Parquet file', mend: 'convert it to CSV or JSONL' },
]
const GZIP_MAGIC = '1f8b'
const BYTE_ORDER_MARK = Buffer.from('efbbbf', 'hex')
const SNIFF_BYTES = 4096

/**
 * The bytes of a text file, gunzipped when its first bytes say so, without a byte order mark.
 *
 * @throws PolyadError FILE_UNREADABLE: missing, a folder, empty, not UTF-8 text by its first bytes, damaged gzip
 */
export async function* readTextBytes(path: string): AsyncGenerator<Buffer> {
  const unreadable = (problem: string, mend?: string, cause?: unknown): PolyadError =>
    new PolyadError('FILE_UNREADABLE', { path, problem, ...(mend ? { mend } : {}) }, { cause })

  let chunks: AsyncIterable<Buffer>
  try {
    const compressed = await isGzip(path)
    const file = createReadStream(path, { highWaterMark: 256 * 1024 })
    // pipeline with a callback destroys both streams when the reader stops early or either fails.
    chunks = compressed ? pipeline(file, createGunzip({ chunkSize: 256 * 1024 }), () => {}) : file
  } catch (error) {
    throw openProblem(path, error)
  }
  let head: Buffer | undefined = Buffer.alloc(0)
  try {
    for await (const chunk of chunks) {
      if (head === undefined) {
        yield chunk
        continue
      }
      head = Buffer.concat([head, chunk])
      if (head.length < SNIFF_BYTES) continue
      yield textStart(path, head)
      head = undefined
    }
  } catch (error) {
    if (error instanceof PolyadError) throw error
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code.startsWith('Z_'))
      throw unreadable('its gzip data are damaged or cut short', 'get the file again', error)
    throw openProblem(path, error)
  }
  if (head === undefined) return
  if (head.length === 0) throw unreadable('it is empty', 'give a file with at least one row')
  yield textStart(path, head)
}

async function isGzip(path: string): Promise<boolean> {
  if ((await stat(path)).isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' })
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return buffer.subarray(0, bytesRead).toString('hex') === GZIP_MAGIC
  } finally {
    await file.close()
  }
}

/** The first bytes without the byte order mark, once they are known to be neither another format nor UTF-16. */
function textStart(path: string, head: Buffer): Buffer {
  const hex = head.subarray(0, 8).toString('hex')
  const other = NOT_TEXT.find((format) => hex.startsWith(format.magic))
  if (other)
    throw new PolyadError('FILE_UNREADABLE', { path, problem: `it is ${other.is}`, mend: other.mend })
  // UTF-16 without a mark: every other byte of Latin text is zero; UTF-8 text has none.
  const zeros = head.subarray(0, SNIFF_BYTES).filter((byte) => byte === 0).length
  if (zeros * 8 > Math.min(head.length, SNIFF_BYTES)) {
    throw new PolyadError('FILE_UNREADABLE', {
      path,
      problem: 'it has many zero bytes, so it is UTF-16 or no text at all',
      mend: 'save it as UTF-8',
    })
  }
  return head.subarray(0, 3).equals(BYTE_ORDER_MARK) ? head.subarray(3) : head
}

function openProblem(path: string, error: unknown): PolyadError {
  const code = (error as NodeJS.ErrnoException).code
  const said = {
    ENOENT: { problem: 'there is no such file', mend: 'check the path' },
    ENOTDIR: { problem: 'there is no such file', mend: 'check the path' },
    EISDIR: { problem: 'it is a folder', mend: 'name the file itself' },
    EACCES: { problem: 'its permissions forbid it', mend: 'let this user read it' },
  }[code ?? '']
  return new PolyadError(
    'FILE_UNREADABLE',
    { path, ...(said ?? { problem: String(error) }) },
    { cause: error },
  )
}
