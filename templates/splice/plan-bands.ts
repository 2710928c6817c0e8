/** What varies in a canvas: a layer's rows and the slots that its look depends on. */
export interface VaryingLayer {
  readonly topPx: number
  readonly bottomPx: number
  readonly slots: readonly string[]
}

export interface BandPlanInput {
  readonly widthPx: number
  readonly heightPx: number
  /** Height of a row of minimum coded units. */
  readonly rowPx: number
  readonly layers: readonly VaryingLayer[]
  /** How many different values each slot has. */
  readonly values: Readonly<Record<string, number>>
  /** How many pictures are wanted of this canvas. */
  readonly pictures: number
}

// Costs in the time of one pixel laid and encoded, roughly: only their order of size matters, never the bytes.
/** Keeping account of a band and taking it out of its batch. */
const BAND = 500
/** Putting a band into one picture. */
const COPY = 15
/** A call of the encoder, of its own for each band with a row that the canvas cuts off (see splicer.ts). */
const CALL = 30_000

/**
 * Cuts a canvas into bands of whole rows so that the least work makes the pictures: a band is encoded once for each
 * combination of the values that show in it, so what varies together should share a band and what does not should not.
 * One band, which is the whole picture, where nothing is gained by more. The cut decides time only, never bytes.
 *
 * Exact by dynamic programming over where the last band begins; costs the square of the rows (a few ms for 2,000 px).
 *
 * @returns first row of each band, 0 first
 */
export function planBands(input: BandPlanInput): readonly number[] {
  const { widthPx, heightPx, rowPx, pictures } = input
  const rows = Math.ceil(heightPx / rowPx)
  const slotsOfRow = Array.from({ length: rows }, (_, row) => slotsIn(input, row))
  const isCutOff = heightPx % rowPx > 0
  const least = [0, ...Array<number>(rows).fill(Number.POSITIVE_INFINITY)]
  const beginOf = Array<number>(rows + 1).fill(0)
  for (let end = 1; end <= rows; end++) {
    const slots = new Set<string>()
    let combinations = 1
    for (let begin = end - 1; begin >= 0; begin--) {
      for (const slot of slotsOfRow[begin]!) {
        if (slots.has(slot)) continue
        slots.add(slot)
        combinations = Math.min(pictures, combinations * (input.values[slot] ?? 1))
      }
      const each = (end - begin) * rowPx * widthPx + BAND + (isCutOff && end === rows ? CALL : 0)
      const cost = least[begin]! + combinations * each + pictures * COPY
      if (cost < least[end]!) {
        least[end] = cost
        beginOf[end] = begin
      }
    }
  }
  const begins: number[] = []
  for (let end = rows; end > 0; end = beginOf[end]!) begins.unshift(beginOf[end]!)
  return begins
}

function slotsIn({ layers, rowPx }: BandPlanInput, row: number): string[] {
  return layers
    .filter(({ topPx, bottomPx }) => topPx < (row + 1) * rowPx && bottomPx > row * rowPx)
    .flatMap(({ slots }) => slots)
}
