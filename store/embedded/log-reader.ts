import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PolyadError } from '../../core/errors.ts'
import type { LogRecord } from '../../engine/tracking/record.ts'
import { systemCode } from './durable-file.ts'
import { decodeFrames } from './log-frames.ts'
import { FIRST_SEGMENT, placeOf, positionOf, segmentName, segmentNumber } from './log-position.ts'

const CHUNK_BYTES = 1024 * 1024

/**
 * The records from a position to the end of the log, in pieces of about a megabyte, through a handle of its own. From 0
 * it begins with the first segment that is left: older ones may have been folded into counts.
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
  let { segment, offset } = fromPosition === 0 ? await firstPlace(folder) : placeOf(fromPosition)
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
      if (bytes.length < askBytes && segment === last.segment && (await isReplaced(file, path))) {
        await file.close()
        file = undefined
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

/** The start of the first segment there is; of an empty log the start of the first there will be. */
async function firstPlace(folder: string): Promise<ReturnType<typeof placeOf>> {
  const segments = (await readdir(folder)).flatMap((name) => segmentNumber(name) ?? [])
  return { segment: segments.length > 0 ? Math.min(...segments) : FIRST_SEGMENT, offset: 0 }
}

/** Whether the segment was written anew since it was opened: what is appended goes to the new file. */
async function isReplaced(file: FileHandle, path: string): Promise<boolean> {
  return (await file.stat()).ino !== (await stat(path)).ino
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
