/** One logged decision, as a policy that is to be judged sees it. */
export interface RewardRow {
  /** Chance that the policy would have done what was done, over the chance it was done with; at least 0. */
  readonly weight: number
  readonly reward: number
  /** Reward a model expects of what the policy would have done; only for `doublyRobust`. */
  readonly predictedByPolicy?: number
  /** Reward the same model expects of what was done; only for `doublyRobust`. */
  readonly predictedLogged?: number
}

export interface PolicyValue {
  /** Reward a decision. Not to be told where `refusal` is set. */
  readonly value: number
  readonly standardError: number
  /** Rows of equal weight that would tell as much: (sum w)^2 / sum w^2. */
  readonly effectiveSample: number
  /** The largest weight over all weights, in [0, 1]. */
  readonly largestWeightShare: number
  readonly refusal: 'small-effective-sample' | 'one-weight-dominates' | null
}

/** Below it, the error of the value is not known well enough to tell the value. */
const LEAST_EFFECTIVE_SAMPLE = 100
/** Above it, the value hangs on one row. */
const MOST_OF_ONE_WEIGHT = 0.05

/**
 * What a decision would have brought under another policy: the mean of weight x reward (IPS). Unbiased where the logged
 * chances are right and above 0 for all that the policy would do; its variance grows with the weights.
 *
 * Refused, like the other two, below an effective sample of 100 rows or where one row has over 5 % of all weight: there
 * neither the value nor its error holds.
 *
 * @param rows at least one; without independent rows (several of one person) the error is too small
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
  let squares = 0
  for (const { weight, reward } of rows) squares += (weight * (reward - value)) ** 2
  return { value, standardError: Math.sqrt(squares) / weights, ...trust }
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

function meanOf(rows: readonly RewardRow[], scoreOf: (row: RewardRow, at: number) => number): PolicyValue {
  const trust = trustOf(rows)
  const scores = rows.map(scoreOf)
  const value = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const squares = scores.reduce((sum, score) => sum + (score - value) ** 2, 0)
  const variance = scores.length > 1 ? squares / (scores.length - 1) / scores.length : Infinity
  return { value, standardError: Math.sqrt(variance), ...trust }
}

function trustOf(
  rows: readonly RewardRow[],
): Pick<PolicyValue, 'effectiveSample' | 'largestWeightShare' | 'refusal'> {
  if (rows.length === 0) throw new RangeError('off-policy value: no rows')
  let [sum, squares, largest] = [0, 0, 0]
  rows.forEach(({ weight, reward }, at) => {
    if (!(weight >= 0 && weight < Infinity && Number.isFinite(reward))) {
      throw new RangeError(`off-policy value: row ${at} has weight ${weight} and reward ${reward}`)
    }
    sum += weight
    squares += weight * weight
    largest = Math.max(largest, weight)
  })
  const effectiveSample = squares > 0 ? (sum / squares) * sum : 0
  const largestWeightShare = sum > 0 ? largest / sum : 0
  const isSmall = effectiveSample < LEAST_EFFECTIVE_SAMPLE
  const isDominated = largestWeightShare > MOST_OF_ONE_WEIGHT
  return {
    effectiveSample,
    largestWeightShare,
    refusal: isSmall ? 'small-effective-sample' : isDominated ? 'one-weight-dominates' : null,
  }
}
