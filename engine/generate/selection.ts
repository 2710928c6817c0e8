import { PolyadError } from '../../core/errors.ts'

/** Which ad units of a number line: a window of ranks, or a seeded sample. Default the whole line. */
export interface Selection {
  readonly fromRank?: bigint
  /** Not included. */
  readonly toRank?: bigint
  /** Instead of a window: this many ad units, drawn without replacement. */
  readonly sample?: { readonly size: bigint; readonly seed: string }
}

/**
 * The places [from, to) of a selection: ranks, or, for a sample, positions in the order it is drawn.
 *
 * @param count ad units there are
 * @throws PolyadError RANK_OUT_OF_RANGE, SAMPLE_TOO_LARGE
 */
export function placesOf(
  { fromRank, toRank, sample }: Selection,
  count: bigint,
): { from: bigint; to: bigint } {
  if (sample) {
    if (sample.size > count) {
      throw new PolyadError('SAMPLE_TOO_LARGE', { size: String(sample.size), count: String(count) })
    }
    return { from: 0n, to: sample.size }
  }
  const from = fromRank ?? 0n
  const to = toRank ?? count
  if (from < 0n || from > to || to > count) {
    const rank = from < 0n || from > count ? from : to
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank: String(rank), count: String(count) })
  }
  return { from, to }
}
