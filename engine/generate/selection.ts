import { PolyadError } from '../../core/errors.ts'

/** Which ad units of a number line: a window of ranks, a seeded sample, or those of a list. Default the whole line. */
export interface Selection {
  readonly fromRank?: bigint
  /** Not included. */
  readonly toRank?: bigint
  /** Instead of a window: this many ad units, drawn without replacement. */
  readonly sample?: { readonly size: bigint; readonly seed: string }
  /** Instead of a window: these ranks, in this order. */
  readonly ranks?: readonly bigint[]
}

/**
 * The places [from, to) of a selection: ranks, or, for a sample, positions in the order it is drawn, or, for a list,
 * positions in it.
 *
 * @param count ad units there are
 * @throws PolyadError RANK_OUT_OF_RANGE, SAMPLE_TOO_LARGE
 */
export function placesOf(
  { fromRank, toRank, sample, ranks }: Selection,
  count: bigint,
): { from: bigint; to: bigint } {
  if (sample) {
    if (sample.size > count) {
      throw new PolyadError('SAMPLE_TOO_LARGE', { size: String(sample.size), count: String(count) })
    }
    return { from: 0n, to: sample.size }
  }
  if (ranks) {
    const outside = ranks.find((rank) => rank < 0n || rank >= count)
    if (outside === undefined) return { from: 0n, to: BigInt(ranks.length) }
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank: String(outside), count: String(count) })
  }
  const from = fromRank ?? 0n
  const to = toRank ?? count
  if (from < 0n || from > to || to > count) {
    const rank = from < 0n || from > count ? from : to
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank: String(rank), count: String(count) })
  }
  return { from, to }
}

/** The ranks at places [start, end) of a list, as an option of a job; `ranksFrom` reads it. */
export function ranksText(ranks: readonly bigint[], start: bigint, end: bigint): string {
  return ranks.slice(Number(start), Number(end)).join()
}

export function ranksFrom(text: string): bigint[] {
  return text.split(',').map(BigInt)
}
