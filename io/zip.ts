import { type ZipEntry, type ZipRecord, zipDirectory, zipHeader, zipRecordOf } from '../core/zip-format.ts'
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
  const records: ZipRecord[] = []
  let pieces: Uint8Array[] = []
  let piecesBytes = 0
  for await (const entry of entries) {
    const record = zipRecordOf(entry)
    const header = zipHeader(record)
    records.push(record)
    pieces.push(header, entry.bytes)
    piecesBytes += header.length + record.size
    if (piecesBytes < CHUNK_BYTES) continue
    yield Buffer.concat(pieces)
    pieces = []
    piecesBytes = 0
  }
  yield Buffer.concat([...pieces, zipDirectory(records)])
}
