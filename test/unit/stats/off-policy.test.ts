import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { Z_95 } from '../../../stats/normal.ts'
import {
  doublyRobust,
  inversePropensity,
  leastErrors,
  type RewardRow,
  selfNormalised,
} from '../../../stats/off-policy.ts'
import { createDraws } from './sample.ts'

/** Chance of a reward for each action, in each of two contexts, and what logging and policy do there. */
const REWARDS = [
  [0.1, 0.3, 0.2],
  [0.4, 0.2, 0.1],
] as const
const LOGGING = [0.6, 0.2, 0.2] as const
const POLICY = [
  [0.1, 0.8, 0.1],
  [0.7, 0.2, 0.1],
] as const
const MODEL = [
  [0.12, 0.27, 0.2],
  [0.35, 0.2, 0.15],
] as const
const sumOf = (weights: readonly number[], values: readonly number[]) =>
  weights.reduce((sum, weight, at) => sum + weight * values[at]!, 0)
const TRUTH = (sumOf(POLICY[0], REWARDS[0]) + sumOf(POLICY[1], REWARDS[1])) / 2

function logRows(seed: string, size: number): RewardRow[] {
  const draws = createDraws(createStream(seed))
  return Array.from({ length: size }, () => {
    const context = draws.uniform() < 0.5 ? 0 : 1
    const draw = draws.uniform()
    const action = draw < LOGGING[0] ? 0 : draw < LOGGING[0] + LOGGING[1] ? 1 : 2
    return {
      weight: POLICY[context][action]! / LOGGING[action],
      reward: draws.uniform() < REWARDS[context][action]! ? 1 : 0,
      predictedByPolicy: sumOf(POLICY[context], MODEL[context]),
      predictedLogged: MODEL[context][action]!,
    }
  })
}

describe('value of a policy from the logs of another', () => {
  it('each estimate is unbiased, its interval holds the truth in 95 % of logs, and the model narrows it', () => {
    const rounds = 500
    const estimators = { inversePropensity, selfNormalised, doublyRobust }
    const errors: Record<string, number> = {}
    for (const [name, estimate] of Object.entries(estimators)) {
      let [held, sum, error] = [0, 0, 0]
      for (let round = 0; round < rounds; round++) {
        const { value, standardError, refusal } = estimate(logRows(`log ${round}`, 600))
        expect(refusal).toBeNull()
        if (Math.abs(value - TRUTH) <= Z_95 * standardError) held++
        sum += value
        error += standardError / rounds
      }
      expect(held / rounds).toBeGreaterThan(0.925)
      expect(held / rounds).toBeLessThan(0.975)
      expect(Math.abs(sum / rounds - TRUTH)).toBeLessThan((4 * error) / Math.sqrt(rounds))
      errors[name] = error
    }
    expect(errors['doublyRobust']).toBeLessThan(errors['inversePropensity']!)
  })

  it('doubly robust stays right with a model that is wrong, and with wrong chances and a right model', () => {
    const rows = logRows('robust', 20_000)
    const wrongModel = rows.map((row) => ({ ...row, predictedByPolicy: 0.9, predictedLogged: 0.9 }))
    const { value, standardError } = doublyRobust(wrongModel)
    expect(Math.abs(value - TRUTH)).toBeLessThan(4 * standardError)
    const draws = createDraws(createStream('right model'))
    const rightModel = rows.map((row) => {
      const expected = 0.1 + 0.3 * draws.uniform()
      return {
        weight: row.weight ** 2,
        reward: draws.uniform() < expected ? 1 : 0,
        predictedByPolicy: 0.25,
        predictedLogged: expected,
      }
    })
    const right = doublyRobust(rightModel)
    expect(Math.abs(right.value - 0.25)).toBeLessThan(4 * right.standardError)
    expect(Math.abs(inversePropensity(rightModel).value - 0.25)).toBeGreaterThan(0.05)
  })

  it('with all weights 1 each is the plain mean', () => {
    const rows = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 60 })
    fc.assert(
      fc.property(rows, (rewards) => {
        const plain = rewards.map((reward) => ({
          weight: 1,
          reward,
          predictedByPolicy: 1,
          predictedLogged: 1,
        }))
        const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length
        for (const estimate of [inversePropensity, selfNormalised, doublyRobust]) {
          const { value, effectiveSample, largestWeightShare } = estimate(plain)
          expect(value).toBeCloseTo(mean, 9)
          expect(effectiveSample).toBeCloseTo(rewards.length, 9)
          expect(largestWeightShare).toBeCloseTo(1 / rewards.length, 12)
        }
      }),
    )
  })

  it('is refused below 100 effective rows, and where one weight has over 5 % of all', () => {
    const ones = (size: number): RewardRow[] => Array.from({ length: size }, () => ({ weight: 1, reward: 1 }))
    expect(inversePropensity(ones(99)).refusal).toBe('small-effective-sample')
    expect(inversePropensity(ones(100)).refusal).toBeNull()
    // One weight of 60 among 1,000: 5.7 % of all, and (1060)^2 / 4600 = 244 effective rows.
    const heavy = [...ones(1000), { weight: 60, reward: 0 }]
    expect(selfNormalised(heavy).refusal).toBe('one-weight-dominates')
    expect(selfNormalised(heavy).effectiveSample).toBeCloseTo(1060 ** 2 / 4600, 9)
    // The Open Bandit logs of women: a weight of 21,739 left 2.1 effective rows of 10,000.
    const lost = [...ones(10_000), { weight: 21_739, reward: 0 }]
    expect(inversePropensity(lost)).toMatchObject({ refusal: 'small-effective-sample' })
    const never = selfNormalised([{ weight: 0, reward: 1 }])
    expect(never).toMatchObject({ value: Number.NaN, effectiveSample: 0, refusal: 'small-effective-sample' })
  })

  it('refuses rows that are none', () => {
    expect(() => inversePropensity([])).toThrow(RangeError)
    expect(() => selfNormalised([{ weight: -1, reward: 1 }])).toThrow(RangeError)
    expect(() => inversePropensity([{ weight: 1, reward: Number.NaN }])).toThrow(RangeError)
    expect(() => doublyRobust([{ weight: 1, reward: 1 }])).toThrow('row 0 has no predictions')
  })
})

describe('rows that go together', () => {
  it('count as one: the same rows four times over tell no more', () => {
    const once = logRows('clusters', 500).map((row, cluster) => ({ ...row, cluster }))
    const fourfold = once.flatMap((row) => [row, row, row, row])
    for (const estimate of [inversePropensity, selfNormalised, doublyRobust]) {
      const [a, b] = [estimate(once), estimate(fourfold)]
      expect(b.standardError).toBeCloseTo(a.standardError, 12)
      expect(b.difference.standardError).toBeCloseTo(a.difference.standardError, 12)
      expect(b.effectiveSample).toBeCloseTo(a.effectiveSample, 9)
      // Taken for independent, they would seem to tell twice as exactly.
      const apart = estimate(fourfold.map(({ cluster: _, ...row }) => row))
      expect(apart.standardError).toBeCloseTo(a.standardError / 2, 3)
    }
  })

  it('the difference from the logged mean is 0 without error where every weight is 1', () => {
    const rows = logRows('ones', 200).map((row) => ({ ...row, weight: 1 }))
    for (const estimate of [inversePropensity, selfNormalised]) {
      const { difference } = estimate(rows)
      expect(difference.value).toBeCloseTo(0, 12)
      expect(difference.standardError).toBeCloseTo(0, 12)
    }
    expect(leastErrors(rows).difference).toBe(0)
  })
})

describe('the least error', () => {
  it('holds the truth where rewards are too rare for the rows to show their spread', () => {
    const draws = createDraws(createStream('rare'))
    const rounds = 400
    const chance = 0.004
    let [held, heldByRows] = [0, 0]
    for (let round = 0; round < rounds; round++) {
      // One in twenty has most of the weight, so most logs have no reward there.
      const rows = Array.from({ length: 2_000 }, (): RewardRow => {
        const weight = draws.uniform() < 0.05 ? 10.5 : 0.5
        return { weight, reward: draws.uniform() < chance ? 1 : 0 }
      })
      const { value, standardError } = selfNormalised(rows)
      const within = (error: number) => Math.abs(value - chance) <= Z_95 * error
      if (within(Math.max(standardError, leastErrors(rows).value))) held++
      if (within(standardError)) heldByRows++
    }
    expect(heldByRows / rounds).toBeLessThan(0.7)
    expect(held / rounds).toBeGreaterThan(0.9)
  })
})
