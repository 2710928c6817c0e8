import { choleskyFactor, invertFactored, type Square, solveFactored } from './cholesky.ts'
import { normalCdf, Z_95 } from './normal.ts'
import type { Interval } from './proportion.ts'

/** One person's part in one cell: what was on show, and what came of it. */
export interface ShownCell {
  /** Whose observations go together. */
  readonly cluster: number
  /** Options on show, by their position in all options of all factors. */
  readonly options: readonly number[]
  /** What else was so, by position: each kind of circumstance has its own. */
  readonly circumstances: readonly number[]
  readonly trials: number
  readonly events: number
}

/** Of what the options and circumstances are. */
export interface Layout {
  /** Options of each factor; they are numbered through, factor after factor. */
  readonly factors: readonly number[]
  readonly circumstances: number
  /**
   * Standard deviation of options' effects that is believed of a factor before anything is seen, in events a trial; it
   * weighs as much as two options.
   */
  readonly usualSpread: number
}

export interface OptionEffect extends Interval {
  /** Events a trial more than the mean of its factor's options by their trials. */
  readonly effect: number
  /** Two-sided, that the effect is 0, by the interval's error: under 0.05 where the interval leaves out 0. */
  readonly pValue: number
}

export interface AdditiveEffects {
  /** Of every option, in order. */
  readonly effects: readonly OptionEffect[]
  /** Fitted standard deviation of the options' effects, by factor. */
  readonly spreads: readonly number[]
  /** How many times more the events vary than if each trial stood alone. */
  readonly designEffect: number
}

/** A factor's usual spread counts as so many options. */
const PRIOR_OPTIONS = 2
const MOST_STEPS = 100
/** Variances that move by less of themselves are found. */
const NEAR = 1e-3

/**
 * Main effects of all options of all factors at once, on events a trial: rate = circumstances + one effect for each
 * option on show. Least squares by trials, so an option is not blamed for what it was shown with.
 *
 * Circumstances are taken out whole. Options' effects are random, normal around 0 with a variance a factor, found by EM
 * on the restricted likelihood with `usualSpread` as a weak prior (without it, a factor of two options would have a spread
 * of 0 and intervals of no width half of the time). So each effect is drawn towards 0 as far as there is little to see.
 *
 * Errors come from clusters: with S the options' information, M the sum of squares of clusters' scores and V the shrunk
 * inverse of S, an effect's error is V S+ prior + V M V. Where one person brings many trials M is larger than S says, and
 * so is the spread that shrinks. Intervals are 95 % and take the spreads as known.
 *
 * Cost: cells x (options + circumstances of a cell)^2, circumstances^3 / 6, and options^3 / 3 each EM step.
 *
 * @param cells trials may be 0 where events came later
 * @returns effects 0 without width where there are no trials
 * @see Searle, Casella, McCulloch, Variance Components, 1992, ch. 8 (EM for REML)
 * @see Liang, Zeger 1986, Biometrika 73:13-22, doi:10.1093/biomet/73.1.13 (clusters' scores)
 */
export function fitAdditiveEffects(cells: readonly ShownCell[], layout: Layout): AdditiveEffects {
  const options = layout.factors.reduce((sum, count) => sum + count, 0)
  const sums = sumsOf(cells, options, layout.circumstances)
  const { information, score, absorb, fitted } = withoutCircumstances(sums)
  const meat = meatOf(cells, sums, fitted, absorb)
  // What one trial's squared error is, clusters and all, on average over the directions that options can be told in.
  const inverse = invertFactored(choleskyFactor(information))
  const rank = rankOf(inverse)
  const error = rank > 0 ? productTrace(inverse, meat) / rank : 0
  const factorOf = layout.factors.flatMap((count, factor) => Array.from({ length: count }, () => factor))
  if (!(error > 0)) {
    return {
      effects: factorOf.map(() => ({ effect: 0, low: 0, high: 0, pValue: 1 })),
      spreads: layout.factors.map(() => 0),
      designEffect: 1,
    }
  }
  const fit = fitSpreads(information, score, error, factorOf, layout)
  const covariance = errorsOf(fit.posterior, meat, error, factorOf, fit.variances)
  const rate = sums.trials > 0 ? sums.events / sums.trials : 0
  const alone = rate * (1 - rate)
  return {
    effects: contrasts(fit.effects, covariance, sums.optionTrials, layout.factors),
    spreads: fit.variances.map(Math.sqrt),
    designEffect: alone > 0 ? error / alone : 1,
  }
}

interface Sums {
  readonly options: number
  readonly size: number
  /** Of options and then circumstances: trials that any two are in together. */
  readonly together: Float64Array
  /** Events by option and circumstance. */
  readonly eventsOf: Float64Array
  readonly optionTrials: Float64Array
  readonly trials: number
  readonly events: number
}

function sumsOf(cells: readonly ShownCell[], options: number, circumstances: number): Sums {
  const size = options + circumstances
  const together = new Float64Array(size * size)
  const eventsOf = new Float64Array(size)
  let [trials, events] = [0, 0]
  for (const cell of cells) {
    const places = placesOf(cell, options)
    trials += cell.trials
    events += cell.events
    for (const place of places) {
      eventsOf[place]! += cell.events
      for (const other of places) together[place * size + other]! += cell.trials
    }
  }
  const optionTrials = Float64Array.from({ length: options }, (_, at) => together[at * size + at]!)
  return { options, size, together, eventsOf, optionTrials, trials, events }
}

function placesOf(cell: ShownCell, options: number): number[] {
  return [...cell.options, ...cell.circumstances.map((at) => options + at)]
}

/** Normal equations of the options with the circumstances solved out of them. */
function withoutCircumstances({ options, size, together, eventsOf }: Sums) {
  const rest = size - options
  const block = (fromRow: number, rows: number, fromColumn: number, columns: number) => {
    const values = new Float64Array(rows * columns)
    for (let row = 0; row < rows; row++) {
      const at = (fromRow + row) * size + fromColumn
      values.set(together.subarray(at, at + columns), row * columns)
    }
    return values
  }
  const factor = choleskyFactor({ size: rest, values: block(options, rest, options, rest) })
  const restEvents = eventsOf.subarray(options)
  const fitted = solveFactored(factor, restEvents)
  /** By option: what the circumstances say of its presence. */
  const absorb = Array.from({ length: options }, (_, option) =>
    solveFactored(factor, block(option, 1, options, rest)),
  )
  const values = new Float64Array(options * options)
  const score = new Float64Array(options)
  for (let row = 0; row < options; row++) {
    const own = together.subarray(row * size + options, row * size + size)
    score[row] = eventsOf[row]! - dotOf(own, fitted)
    for (let column = 0; column < options; column++) {
      values[row * options + column] = together[row * size + column]! - dotOf(own, absorb[column]!)
    }
  }
  return { information: { size: options, values }, score, absorb, fitted }
}

/** Sum over clusters of the outer product of a cluster's score, circumstances solved out. */
function meatOf(
  cells: readonly ShownCell[],
  { options, size }: Sums,
  fitted: Float64Array,
  absorb: readonly Float64Array[],
): Square {
  const raw = new Float64Array(size * size)
  const scores = new Map<number, Map<number, number>>()
  for (const cell of cells) {
    let rate = 0
    for (const at of cell.circumstances) rate += fitted[at]!
    const residual = cell.events - cell.trials * rate
    let score = scores.get(cell.cluster)
    if (!score) {
      score = new Map()
      scores.set(cell.cluster, score)
    }
    for (const place of placesOf(cell, options)) score.set(place, (score.get(place) ?? 0) + residual)
  }
  for (const score of scores.values()) {
    for (const [place, value] of score) {
      for (const [other, otherValue] of score) raw[place * size + other]! += value * otherValue
    }
  }
  // (I, -absorb) raw (I, -absorb)', in two steps.
  const half = new Float64Array(options * size)
  for (let row = 0; row < options; row++) {
    const target = half.subarray(row * size, (row + 1) * size)
    target.set(raw.subarray(row * size, (row + 1) * size))
    absorb[row]!.forEach((share, at) => {
      if (share === 0) return
      const from = (options + at) * size
      for (let column = 0; column < size; column++) target[column]! -= share * raw[from + column]!
    })
  }
  const values = new Float64Array(options * options)
  for (let row = 0; row < options; row++) {
    const rest = half.subarray(row * size + options, (row + 1) * size)
    for (let column = 0; column < options; column++) {
      values[row * options + column] = half[row * size + column]! - dotOf(rest, absorb[column]!)
    }
  }
  return { size: options, values }
}

/** EM for the factors' variances, given the error of one trial. */
function fitSpreads(
  { size, values }: Square,
  score: Float64Array,
  error: number,
  factorOf: readonly number[],
  { factors, usualSpread }: Layout,
) {
  const usual = usualSpread ** 2
  let variances = factors.map(() => usual)
  const fitAt = () => {
    const precision = values.map((value) => value / error)
    for (let at = 0; at < size; at++) precision[at * size + at]! += 1 / variances[factorOf[at]!]!
    const posterior = invertFactored(choleskyFactor({ size, values: precision }))
    const effects = times(
      posterior,
      score.map((value) => value / error),
    )
    return { posterior, effects }
  }
  let fit = fitAt()
  for (let step = 0; step < MOST_STEPS; step++) {
    const sums = factors.map(() => PRIOR_OPTIONS * usual)
    for (let at = 0; at < size; at++) {
      sums[factorOf[at]!]! += fit.effects[at]! ** 2 + fit.posterior.values[at * size + at]!
    }
    const next = sums.map((sum, factor) => sum / (factors[factor]! + PRIOR_OPTIONS))
    const moved = Math.max(...next.map((value, factor) => Math.abs(value / variances[factor]! - 1)))
    variances = next
    fit = fitAt()
    if (moved < NEAR) break
  }
  return { ...fit, variances }
}

/** V prior^-1 V + V meat V / error^2: of the shrunk effects about the true ones. */
function errorsOf(
  posterior: Square,
  meat: Square,
  error: number,
  factorOf: readonly number[],
  variances: readonly number[],
): Square {
  const middle = meat.values.map((value) => value / error ** 2)
  for (let at = 0; at < meat.size; at++) middle[at * meat.size + at]! += 1 / variances[factorOf[at]!]!
  return product(product(posterior, { size: meat.size, values: middle }), posterior)
}

/** Each option against its factor's mean by trials. */
function contrasts(
  effects: Float64Array,
  { size, values }: Square,
  trials: Float64Array,
  factors: readonly number[],
): OptionEffect[] {
  const found: OptionEffect[] = []
  let from = 0
  for (const count of factors) {
    const places = Array.from({ length: count }, (_, at) => from + at)
    const total = places.reduce((sum, at) => sum + trials[at]!, 0)
    const weights = places.map((at) => (total > 0 ? trials[at]! / total : 1 / count))
    const mean = places.reduce((sum, at, index) => sum + weights[index]! * effects[at]!, 0)
    // Covariance of each option with the mean, and the mean's variance.
    const withMean = places.map((at) =>
      places.reduce((sum, other, index) => sum + weights[index]! * values[at * size + other]!, 0),
    )
    const ofMean = withMean.reduce((sum, value, index) => sum + weights[index]! * value, 0)
    for (const [index, at] of places.entries()) {
      const variance = Math.max(0, values[at * size + at]! - 2 * withMean[index]! + ofMean)
      const effect = effects[at]! - mean
      const error = Math.sqrt(variance)
      const half = Z_95 * error
      const pValue = error > 0 ? 2 * normalCdf(-Math.abs(effect) / error) : 1
      found.push({ effect, low: effect - half, high: effect + half, pValue })
    }
    from += count
  }
  return found
}

function rankOf({ size, values }: Square): number {
  let rank = 0
  for (let at = 0; at < size; at++) if (values[at * size + at]! > 0) rank++
  return rank
}

function productTrace(a: Square, b: Square): number {
  // Both are symmetric.
  return dotOf(a.values, b.values)
}

function product(a: Square, b: Square): Square {
  const { size } = a
  const values = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let inner = 0; inner < size; inner++) {
      const share = a.values[row * size + inner]!
      if (share === 0) continue
      for (let column = 0; column < size; column++) {
        values[row * size + column]! += share * b.values[inner * size + column]!
      }
    }
  }
  return { size, values }
}

function times({ size, values }: Square, vector: Float64Array): Float64Array {
  return Float64Array.from({ length: size }, (_, row) =>
    dotOf(values.subarray(row * size, (row + 1) * size), vector),
  )
}

function dotOf(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!
  return sum
}
