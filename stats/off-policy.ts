/** One logged decision, as a policy that is to be judged sees it. */
export interface RewardRow {
  /** Chance that the policy would have done what was done, over the chance it was done with; at least 0. */
  readonly weight: number
  readonly reward: number
  /** Reward a model expects of what the policy would have done; only for `doublyRobust`. */
  readonly predictedByPolicy?: number
  /** Reward the same model expects of what was done; only for `doublyRobust`. */
  readonly predictedLogged?: number
  /** Rows that are not independent of each other have the same; without it each row stands alone. */
  readonly cluster?: number
}

export interface PolicyValue {
  /** Reward a decision. Not to be told where `refusal` is set. */
  readonly value: number
  readonly standardError: number
  /** The same less the mean reward as logged, with an error that knows that both are of the same rows. */
  readonly difference: { readonly value: number; readonly standardError: number }
  /** Clusters of equal weight that would tell as much: (sum w)^2 / sum w^2, where w is the weight of a cluster. */
  readonly effectiveSample: number
  /** The largest weight of a cluster over all weights, in [0, 1]. */
  readonly largestWeightShare: number
  readonly refusal: 'small-effective-sample' | 'one-weight-dominates' | null
}

/** Below it, the error of the value is not known well enough to tell the value. */
export const LEAST_EFFECTIVE_SAMPLE = 100
/** Above it, the value hangs on one row. */
export const MOST_OF_ONE_WEIGHT = 0.05

/**
 * What a decision would have brought under another policy: the mean of weight x reward (IPS). Unbiased where the logged
 * chances are right and above 0 for all that the policy would do; its variance grows with the weights.
 *
 * Errors are of clusters. Refused, like the other two, below an effective sample of 100 clusters or where one has over
 * 5 % of all weight: there neither the value nor its error holds.
 *
 * @param rows at least one
 * @throws RangeError without rows, or for a weight or reward that is none
 * @see Horvitz, Thompson 1952, J. Am. Stat. Assoc. 47:663-685, doi:10.1080/01621459.1952.10483446
 */
export function inversePropensity(rows: readonly RewardRow[]): PolicyValue {
  return meanOf(rows, ({ weight, reward }) => weight * reward)
}

/**
 * The same as sum of weight x reward over sum of weights (SNIPS): slightly biased, stays within the rewards seen, and
 * varies less where weights do not sum to the number of rows.
 *
 * @returns value NaN where all weights are 0 (refused)
 * @see Swaminathan, Joachims 2015, NeurIPS (The self-normalized estimator for counterfactual learning)
 */
export function selfNormalised(rows: readonly RewardRow[]): PolicyValue {
  const trust = trustOf(rows)
  let [weights, sum] = [0, 0]
  for (const { weight, reward } of rows) {
    weights += weight
    sum += weight * reward
  }
  const value = sum / weights
  const scale = rows.length / weights
  return { ...valueFrom(rows, value, ({ weight, reward }) => scale * weight * (reward - value)), ...trust }
}

/**
 * The same with a model's help: the mean of predictedByPolicy + weight (reward - predictedLogged) (DR). Right if either
 * the logged chances or the model is, and varies less the better the model; the model must not have seen these rows.
 *
 * @throws RangeError also for a row without both predictions
 * @see Dudik, Langford, Li 2011, ICML (Doubly robust policy evaluation and learning)
 */
export function doublyRobust(rows: readonly RewardRow[]): PolicyValue {
  return meanOf(rows, ({ weight, reward, predictedByPolicy, predictedLogged }, at) => {
    if (predictedByPolicy === undefined || predictedLogged === undefined) {
      throw new RangeError(`doublyRobust: row ${at} has no predictions`)
    }
    return predictedByPolicy + weight * (reward - predictedLogged)
  })
}

/**
 * The errors that a weighted mean of these rewards, and its difference from their plain mean, have at least if rewards do
 * not hang on weights. Where rewards are rare, the error seen in the rows is far too small as long as none of the rows of
 * large weight has one: with no reward at all it would be 0. Rewards are taken to be as frequent as weighed rows show,
 * drawn towards one half by two rows.
 *
 * @throws RangeError as the estimates
 * @see Agresti, Coull 1998, Am. Stat. 52:119-126, doi:10.1080/00031305.1998.10480550 (rows that are added)
 */
export function leastErrors(rows: readonly RewardRow[]): {
  readonly value: number
  readonly difference: number
} {
  trustOf(rows)
  let [weights, rewarded, number, sum, squares] = [0, 0, 0, 0, 0]
  let [weightSquares, changeSquares] = [0, 0]
  for (const { weight, reward } of rows) {
    weights += weight
    weightSquares += weight * weight
    changeSquares += (weight - 1) ** 2
    if (reward === 0) continue
    rewarded += weight
    number++
    sum += reward
    squares += reward * reward
  }
  if (number === 0 || weights === 0) return { value: 0, difference: 0 }
  const sample = (weights / weightSquares) * weights
  const share = ((sample * rewarded) / weights + 1) / (sample + 2)
  const variance = Math.max(0, (share * squares) / number - ((share * sum) / number) ** 2)
  return {
    value: Math.sqrt(variance / sample),
    difference: Math.sqrt(variance * changeSquares) / rows.length,
  }
}

/**
 * The mean of numbers with the error of its clusters, e.g. of weights: where logged chances are right, weights of any
 * policy that they cover have the mean 1.
 *
 * @throws RangeError without rows
 */
export function clusteredMean(
  rows: readonly Pick<RewardRow, 'cluster'>[],
  numberOf: (at: number) => number,
): { readonly value: number; readonly standardError: number } {
  if (rows.length === 0) throw new RangeError('clustered mean: no rows')
  let sum = 0
  for (let at = 0; at < rows.length; at++) sum += numberOf(at)
  const value = sum / rows.length
  return { value, standardError: errorOf(rows, (at) => numberOf(at) - value) }
}

function meanOf(rows: readonly RewardRow[], scoreOf: (row: RewardRow, at: number) => number): PolicyValue {
  const trust = trustOf(rows)
  const scores = Float64Array.from(rows, scoreOf)
  const value = scores.reduce((sum, score) => sum + score, 0) / scores.length
  return { ...valueFrom(rows, value, (_, at) => scores[at]! - value), ...trust }
}

/** @param influenceOf how much a row moves the value, times the number of rows; their sum is 0 */
function valueFrom(
  rows: readonly RewardRow[],
  value: number,
  influenceOf: (row: RewardRow, at: number) => number,
): Pick<PolicyValue, 'value' | 'standardError' | 'difference'> {
  const logged = rows.reduce((sum, { reward }) => sum + reward, 0) / rows.length
  return {
    value,
    standardError: errorOf(rows, (at) => influenceOf(rows[at]!, at)),
    difference: {
      value: value - logged,
      standardError: errorOf(rows, (at) => influenceOf(rows[at]!, at) - (rows[at]!.reward - logged)),
    },
  }
}

/** Standard error of a mean from what each row adds to it, summed by cluster; infinite for one cluster. */
function errorOf(rows: readonly Pick<RewardRow, 'cluster'>[], influenceOf: (at: number) => number): number {
  const sums = sumsByCluster(rows, influenceOf)
  let squares = 0
  for (const sum of sums) squares += sum * sum
  if (sums.length < 2) return Infinity
  return Math.sqrt((squares * sums.length) / (sums.length - 1)) / rows.length
}

function sumsByCluster(
  rows: readonly Pick<RewardRow, 'cluster'>[],
  numberOf: (at: number) => number,
): readonly number[] {
  const sums: number[] = []
  const placeOf = new Map<number, number>()
  for (const [at, { cluster }] of rows.entries()) {
    const known = cluster === undefined ? undefined : placeOf.get(cluster)
    if (known !== undefined) {
      sums[known]! += numberOf(at)
      continue
    }
    if (cluster !== undefined) placeOf.set(cluster, sums.length)
    sums.push(numberOf(at))
  }
  return sums
}

function trustOf(
  rows: readonly RewardRow[],
): Pick<PolicyValue, 'effectiveSample' | 'largestWeightShare' | 'refusal'> {
  if (rows.length === 0) throw new RangeError('off-policy value: no rows')
  for (const [at, { weight, reward }] of rows.entries()) {
    if (weight >= 0 && weight < Infinity && Number.isFinite(reward)) continue
    throw new RangeError(`off-policy value: row ${at} has weight ${weight} and reward ${reward}`)
  }
  const { effectiveSample, largestWeightShare } = weightSpread(rows, (at) => rows[at]!.weight)
  const isSmall = effectiveSample < LEAST_EFFECTIVE_SAMPLE
  const isDominated = largestWeightShare > MOST_OF_ONE_WEIGHT
  return {
    effectiveSample,
    largestWeightShare,
    refusal: isSmall ? 'small-effective-sample' : isDominated ? 'one-weight-dominates' : null,
  }
}

/** How few clusters carry weights, e.g. those of one slot alone. */
export function weightSpread(
  rows: readonly Pick<RewardRow, 'cluster'>[],
  weightOf: (at: number) => number,
): Pick<PolicyValue, 'effectiveSample' | 'largestWeightShare'> {
  let [sum, squares, largest] = [0, 0, 0]
  for (const weight of sumsByCluster(rows, weightOf)) {
    sum += weight
    squares += weight * weight
    largest = Math.max(largest, weight)
  }
  return {
    effectiveSample: squares > 0 ? (sum / squares) * sum : 0,
    largestWeightShare: sum > 0 ? largest / sum : 0,
  }
}
