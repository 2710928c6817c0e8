import type { JpegFrame } from './frame.ts'

const DRI_BYTES = 6

/**
 * All of a picture before its first row: the frame's head with another height, and a restart interval of one row of
 * minimum coded units.
 */
export function pictureHead(frame: JpegFrame, heightPx: number): Uint8Array {
  const { head, scanAt, heightAt } = frame
  const made = new Uint8Array(head.length + DRI_BYTES)
  made.set(head.subarray(0, scanAt))
  const mcusAcross = Math.ceil(frame.widthPx / frame.mcuWidthPx)
  made.set([0xff, 0xdd, 0, 4, mcusAcross >> 8, mcusAcross & 0xff], scanAt)
  made.set(head.subarray(scanAt), scanAt + DRI_BYTES)
  made[heightAt] = heightPx >> 8
  made[heightAt + 1] = heightPx & 0xff
  return made
}

/**
 * Rows of a picture one after the other, each with the restart marker that follows it there; after a picture's last row
 * comes its end (EOI). So pictures are their head and bands, joined.
 *
 * @param firstRow place of the first of them in the picture
 * @param rowCount of the whole picture
 */
export function bandOf(rows: readonly Uint8Array[], firstRow: number, rowCount: number): Uint8Array {
  const band = new Uint8Array(rows.reduce((sum, row) => sum + row.length + 2, 0))
  let at = 0
  for (const [index, row] of rows.entries()) {
    band.set(row, at)
    at += row.length
    const place = firstRow + index
    band[at++] = 0xff
    band[at++] = place === rowCount - 1 ? 0xd9 : 0xd0 + (place & 7)
  }
  return band
}

/** A picture of its head and all its bands from the top. */
export function joinBands(head: Uint8Array, bands: readonly Uint8Array[]): Uint8Array {
  let bytes = head.length
  for (const band of bands) bytes += band.length
  const picture = new Uint8Array(bytes)
  picture.set(head)
  let at = head.length
  for (const band of bands) {
    picture.set(band, at)
    at += band.length
  }
  return picture
}
