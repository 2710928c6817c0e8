import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { PolyadError } from '../../core/errors.ts'
import type { LogRecord } from '../../engine/tracking/record.ts'
import { systemCode } from './durable-file.ts'
import { decodeFrames } from './log-frames.ts'
import { placeOf, positionOf, segmentName } from './log-position.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * The records from a position to the end of the log, in pieces of about a megabyte, through a handle of its own.
 *
 * @param end the position up to which records are on disk; asked again as the reading goes on. What lies behind it may
 * not survive a power cut, so a reader that remembers its position must not have seen it.
 * @throws PolyadError STORE_DAMAGED
 */
export async function* readLog(
  folder: string,
  fromPosition: number,
  end: () => number,
): AsyncGenerator<{ readonly records: readonly LogRecord[]; readonly position: number }> {
  if (fromPosition > end()) {
    throw damaged(folder, `it ends at position ${end()}, but was read up to ${fromPosition} before`)
  }
  let { segment, offset } = placeOf(fromPosition)
  let file: FileHandle | undefined
  let wantBytes = CHUNK_BYTES
  try {
    for (;;) {
      const last = placeOf(end())
      const limitBytes = segment === last.segment ? last.offset - offset : Number.POSITIVE_INFINITY
      if (limitBytes === 0) return
      const path = join(folder, segmentName(segment))
      file ??= await openSegment(path)
      const askBytes = Math.min(wantBytes, limitBytes)
      const bytes = await readFully(file, offset, askBytes)
      if (bytes.length === 0 && segment < last.segment) {
        await file.close()
        file = undefined
        segment++
        offset = 0
        continue
      }
      const { payloads, goodBytes, needBytes } = decodeFrames(bytes)
      if (goodBytes > 0) {
        offset += goodBytes
        wantBytes = CHUNK_BYTES
        const records = payloads.map((payload) => JSON.parse(payload) as LogRecord)
        yield { records, position: positionOf({ segment, offset }) }
      } else if (needBytes === undefined || needBytes > limitBytes || bytes.length < askBytes) {
        throw damaged(path, `there is no whole record at byte ${offset}`)
      } else wantBytes = needBytes
    }
  } finally {
    await file?.close()
  }
}

async function openSegment(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((error: unknown) => {
    throw systemCode(error) === 'ENOENT' ? damaged(path, 'it is missing') : error
  })
}

/** Bytes from `offset`; fewer than asked for only at the end of the file. */
async function readFully(file: FileHandle, offset: number, askBytes: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(askBytes)
  let done = 0
  while (done < askBytes) {
    const { bytesRead } = await file.read(bytes, done, askBytes - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

function damaged(path: string, problem: string): PolyadError {
  return new PolyadError('STORE_DAMAGED', { path, problem, mend: 'restore .polyad from a backup' })
}
