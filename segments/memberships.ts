import { type Bitmap, rowsOf } from '../core/bitmap.ts'

/** Row r is in the segments `segments[starts[r]]` up to, not including, `segments[starts[r + 1]]`, ascending. */
export interface Memberships {
  readonly starts: Uint32Array
  readonly segments: Uint32Array
}

/**
 * The segments of each person, from the people of each segment.
 *
 * @param members bitmaps of rows, of all segments in order
 */
export function membershipsOf(members: readonly Bitmap[], people: number): Memberships {
  const starts = new Uint32Array(people + 1)
  for (const rows of members) for (const row of rowsOf(rows)) starts[row + 1]!++
  for (let row = 0; row < people; row++) starts[row + 1]! += starts[row]!
  const filled = starts.slice()
  const segments = new Uint32Array(starts[people]!)
  for (const [index, rows] of members.entries()) {
    for (const row of rowsOf(rows)) segments[filled[row]!++] = index
  }
  return { starts, segments }
}
