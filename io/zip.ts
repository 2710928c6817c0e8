import { type ZipEntry, zipEnd, zipEntry } from '../core/zip-format.ts'
import { writeWhole } from './write-file.ts'

/** Small pieces are joined up to about this size before they are written. */
const CHUNK_BYTES = 256 * 1024

/**
 * Writes entries, in their order, to a zip file without compression: pictures are compressed already. The file is
 * complete or absent, and the same entries give the same bytes. Of each entry only its name and place stay in memory
 * (about 100 bytes).
 *
 * @throws PolyadError FILE_UNWRITABLE; CANCELLED when the signal aborts; errors of `entries` pass through
 */
export async function writeZip(
  path: string,
  entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly entries: number; readonly bytes: number }> {
  let count = 0
  const counted = async function* (): AsyncGenerator<ZipEntry> {
    for await (const entry of entries) {
      count++
      yield entry
    }
  }
  const bytes = await writeWhole(path, zipChunks(counted()), options)
  return { entries: count, bytes }
}

async function* zipChunks(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = []
  let offset = 0
  let pieces: Uint8Array[] = []
  let piecesBytes = 0
  for await (const entry of entries) {
    const { bytes } = entry
    const { header, record } = zipEntry(entry, offset)
    directory.push(record)
    pieces.push(header, bytes)
    const size = header.length + bytes.byteLength
    offset += size
    piecesBytes += size
    if (piecesBytes < CHUNK_BYTES) continue
    yield Buffer.concat(pieces)
    pieces = []
    piecesBytes = 0
  }
  const directoryBytes = directory.reduce((sum, record) => sum + record.length, 0)
  yield Buffer.concat([...pieces, ...directory, zipEnd(directory.length, directoryBytes, offset)])
}
