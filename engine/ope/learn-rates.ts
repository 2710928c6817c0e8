import { type ChoiceLog, NONE } from './choice-log.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import type { LearntRates } from './walk-policy.ts'

/** An option's rate is drawn towards the mean of its slot as by so many decisions. */
const PRIOR_DECISIONS = 50

/**
 * The rate of each option, for every slot and group of rows in which the policy takes the best: rewards over the inverse
 * of the probability they were shown with, so an option that was shown to some more than to others is not favoured.
 *
 * @param isUsed whether a row is learnt from
 */
export function learnRates(
  log: ChoiceLog,
  policy: CompiledPolicy,
  isUsed: (row: number) => boolean,
): LearntRates {
  const sums = new Map<string, { readonly rewards: Float64Array; readonly weights: Float64Array }>()
  for (let row = 0; row < log.rows; row++) {
    if (!isUsed(row)) continue
    for (const [slot, chooser] of policy.choosersOf(row).entries()) {
      if (chooser.kind !== 'best') continue
      const { options, chosen, propensity } = log.slots[slot]!
      const option = chosen[row]!
      if (option === NONE) continue
      const key = keyOf(slot, chooser.group)
      let sum = sums.get(key)
      if (!sum) {
        sum = { rewards: new Float64Array(options.length), weights: new Float64Array(options.length) }
        sums.set(key, sum)
      }
      sum.rewards[option]! += log.reward[row]! / propensity[row]!
      sum.weights[option]! += 1 / propensity[row]!
    }
  }
  const rates = new Map(
    [...sums].map(([key, { rewards, weights }]) => {
      const total = (values: Float64Array) => values.reduce((sum, each) => sum + each, 0)
      const mean = total(rewards) / total(weights)
      return [
        key,
        rewards.map(
          (reward, option) => (reward + PRIOR_DECISIONS * mean) / (weights[option]! + PRIOR_DECISIONS),
        ),
      ]
    }),
  )
  return (slot, group) => rates.get(keyOf(slot, group)) ?? new Float64Array(log.slots[slot]!.options.length)
}

function keyOf(slot: number, group: string): string {
  return `${slot}/${group}`
}
