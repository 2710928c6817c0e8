import type { Stream } from '../../../core/stream.ts'
import type { CellSums } from './cell-sums.ts'
import { dealtHalves, type Responders } from './dealt-halves.ts'
import { gainOf, meanGain } from './held-out-gain.ts'
import { type DrawHalves, normalHalves } from './normal-halves.ts'
import { type Learning, learnPolicy } from './policy.ts'

/** Draws of the law of no difference, at the most, and for candidates of many cells at the least. */
const MOST_DRAWS = 1000
const FEWEST_DRAWS = 100
/** Normal numbers to be drawn for one candidate, about; and responders to be dealt, which is cheaper. */
const NUMBERS = 800_000
const DEALS = 6_000_000
/** So many draws at or above what was seen are enough to know that it is nothing special. */
const ENOUGH_ABOVE = 10
/** Nothing is proved by probabilities above the first; those below the second prove it among any number of candidates. */
const PLAINLY_ORDINARY = 0.02
const PLAINLY_RARE = 1e-5
/** The tail is fitted to this share of the draws, and to so many at the least. */
const TAIL_SHARE = 0.05
const FEWEST_IN_TAIL = 10

/**
 * Probability of a gain ratio at least as large as `ratio` if all arms were alike in every cell: the least favourable
 * case of "no cell has a better arm than broad's". One-sided.
 *
 * Drawn, not derived: an experiment of the same people in which arms are alike, the same number of halvings of it, then
 * the same learning and trying. Where few people respond they are dealt to arms and halves anew (dealt-halves.ts); else
 * cell means are drawn (normal-halves.ts). Beyond what the draws reach the tail is an exponential with the mean excess
 * of the largest draws, averaged over what that mean may be, since they are few: a Lomax law, which falls more slowly.
 * Stops early where the ratio is plainly ordinary or plainly rare. Cost: up to 1000 draws for a few cells, 100 for many.
 *
 * @param responders undefined: many, or not known one by one
 * @param halvings as many as were tried
 * @see Besag, Clifford 1991, Biometrika 78:301-304 (stopping); Knijnenburg, Wessels, Reinders, Shmulevich 2009,
 * Bioinformatics 25:i161-i168 (tails of simulated laws); Aitchison, Dunsmore 1975, Statistical Prediction Analysis,
 * Cambridge (what a sample of exponentials predicts)
 */
export function nullProbability(
  ratio: number,
  learning: Learning,
  all: CellSums,
  responders: Responders | undefined,
  { halvings, stream }: { readonly halvings: number; readonly stream: Stream },
): number {
  if (ratio <= 0) return 1
  const { candidate, arms } = learning
  const draws = responders
    ? DEALS / (responders.rows.length * (halvings + 1))
    : NUMBERS / (candidate.cells.length * arms * (halvings + 1))
  const most = Math.max(FEWEST_DRAWS, Math.min(MOST_DRAWS, Math.floor(draws)))
  const drawHalves = responders
    ? dealtHalves(responders, candidate, all, halvings, stream)
    : normalHalves(candidate, arms, all, halvings, stream)
  const drawn: number[] = []
  let above = 0
  while (drawn.length < most) {
    const value = drawRatio(learning, halvings, drawHalves)
    drawn.push(value)
    if (value >= ratio && ++above >= ENOUGH_ABOVE) return above / drawn.length
    if (drawn.length % FEWEST_DRAWS === 0 && isPlain(drawn, ratio, above)) break
  }
  return tailProbability(drawn, ratio, above)
}

/** Whether more draws could change what follows from the probability. */
function isPlain(drawn: readonly number[], ratio: number, above: number): boolean {
  const probability = tailProbability(drawn, ratio, above)
  return probability > PLAINLY_ORDINARY || probability < PLAINLY_RARE
}

function drawRatio(learning: Learning, halvings: number, drawHalves: DrawHalves): number {
  const { arms } = learning
  let gain = 0
  let variance = 0
  for (const [half, other] of drawHalves()) {
    const mean = meanGain([
      gainOf(learnPolicy(learning, half), arms, other),
      gainOf(learnPolicy(learning, other), arms, half),
    ])
    gain += mean.gain
    variance += mean.variance
  }
  return variance > 0 ? gain / halvings / Math.sqrt(variance / halvings) : 0
}

/** The share of draws at or above the ratio; beyond them the tail that the largest draws predict. */
function tailProbability(drawn: readonly number[], ratio: number, above: number): number {
  const counted = (above + 1) / (drawn.length + 1)
  if (above >= FEWEST_IN_TAIL) return counted
  const descending = [...drawn].sort((a, b) => b - a)
  const inTail = Math.max(FEWEST_IN_TAIL, Math.floor(drawn.length * TAIL_SHARE))
  const start = descending[inTail]!
  if (!(start > 0)) return counted
  let excess = 0
  for (let at = 0; at < inTail; at++) excess += descending[at]! - start
  return Math.min(counted, (inTail / drawn.length) * (1 + (ratio - start) / excess) ** -inTail)
}
