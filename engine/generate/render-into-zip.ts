import { type ZipRecord, zipDirectory, zipHeader, zipRecordOf } from '../../core/zip-format.ts'
import type { Ports } from '../ports/ports.ts'
import type { ResumableFile } from '../ports/resumable-file.ts'
import { type RenderRequest, renderSteps } from './render.ts'

/** A rendered file, as a run remembers it. */
export interface RenderRecord extends ZipRecord {
  readonly quality: number | undefined
}

/**
 * Writes the pictures of a request to a zip file, going on after the last step that the file remembers: the directory at
 * the end is made from what was noted of each file. The bytes are those of a run that was never ended.
 *
 * @returns what is in it, in its order
 * @throws PolyadError as renderCampaign; STORAGE_FULL, FILE_UNWRITABLE
 */
export async function renderIntoZip(
  ports: Pick<Ports, 'jobs'>,
  request: RenderRequest,
  file: ResumableFile,
): Promise<readonly RenderRecord[]> {
  const records = file.found.notes.flatMap(recordsOf)
  let { bytes } = file.found
  const found = file.found.steps
  for await (const { step, files } of renderSteps(ports, request, (each) => each < found)) {
    const made = files.map((each): RenderRecord => ({ ...zipRecordOf(each), quality: each.quality }))
    const pieces = files.flatMap((each, at) => [zipHeader(made[at]!), each.bytes])
    const part = Buffer.concat(pieces)
    await file.write(bytes, part)
    bytes += part.length
    records.push(...made)
    await file.mark({ steps: step + 1, bytes, notes: [noteOf(made)] })
  }
  await file.write(bytes, zipDirectory(records))
  return records
}

/** What a journal says of the files of a step. */
export function noteOf(records: readonly RenderRecord[]): string {
  return JSON.stringify(records.map(({ name, crc, size, quality }) => [name, crc, size, quality ?? 0]))
}

export function recordsOf(note: string): RenderRecord[] {
  const rows = JSON.parse(note) as [name: string, crc: number, size: number, quality: number][]
  return rows.map(([name, crc, size, quality]) => ({ name, crc, size, quality: quality || undefined }))
}
