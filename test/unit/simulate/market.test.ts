import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import {
  bestBroadValue,
  createMarket,
  type MarketPolicy,
  oracleValue,
  policyValue,
  randomValue,
} from '../../../engine/simulate/market.ts'
import type { MarketScenario } from '../../../engine/simulate/market-scenario.ts'
import { MARKET_SCENARIOS } from '../../../engine/simulate/market-scenarios.ts'
import { drawPilot } from '../../../engine/simulate/pilot.ts'

const marketOf = (scenario: MarketScenario, seed = 'truth') => createMarket(scenario, createStream(seed))
const odds = (rate: number) => rate / (1 - rate)

/** Half of the men and a fifth of the women like the second creative; the record of it is wrong for 40 %. */
const KNOWN: MarketScenario = {
  name: 'known',
  sentence: '',
  people: 1000,
  baseRate: 0.1,
  creatives: [0.2, 0],
  attributes: [
    { name: 'sex', values: ['man', 'woman'], drawn: { by: 'shares', shares: [0.4, 0.6] } },
    {
      name: 'likes',
      values: ['no', 'yes'],
      drawn: {
        by: 'given',
        attribute: 'sex',
        shares: [
          [0.5, 0.5],
          [0.8, 0.2],
        ],
      },
      hidden: true,
    },
    { name: 'recorded', values: ['no', 'yes'], drawn: { by: 'record', attribute: 'likes', wrong: 0.4 } },
  ],
  effects: [{ kind: 'suits', where: { likes: ['yes'] }, creative: 1, logOdds: 1, atUse: 0.5 }],
}

describe('truth of a market', () => {
  it('adds up: shares of the kinds of people sum to 1 and rates are believable', () => {
    for (const scenario of MARKET_SCENARIOS) {
      const { cells, columns, arms } = marketOf(scenario)
      expect(
        cells.reduce((sum, { share }) => sum + share, 0),
        scenario.name,
      ).toBeCloseTo(1, 12)
      expect(new Set(cells.map(({ codes }) => codes.join())).size).toBe(cells.length)
      expect(columns.some(({ name }) => scenario.attributes.find((each) => each.name === name)!.hidden)).toBe(
        false,
      )
      for (let arm = 0; arm < arms.length; arm++) {
        const mean = cells.reduce((sum, { share, pilotRates }) => sum + share * pilotRates[arm]!, 0)
        expect(mean, scenario.name).toBeGreaterThan(0.02)
        expect(mean, scenario.name).toBeLessThan(0.15)
      }
    }
  })

  it('takes what is hidden as the mean over the people who look alike', () => {
    const { cells, arms, columns } = marketOf(KNOWN)
    expect(columns.map(({ name }) => name)).toEqual(['sex', 'recorded'])
    const manSaysYes = cells.find(({ codes }) => codes.join() === '0,1')!
    // A third of the people like it (0.4 * 0.5 + 0.6 * 0.2 = 0.32): a wrong record says yes for so many.
    const sayYes = { likes: 0.5 * (0.6 + 0.4 * 0.32), not: 0.5 * 0.4 * 0.32 }
    expect(manSaysYes.share).toBeCloseTo(0.4 * (sayYes.likes + sayYes.not), 12)
    const likes = sayYes.likes / (sayYes.likes + sayYes.not)
    const rate = (logOdds: number) => 1 / (1 + Math.exp(-(Math.log(odds(0.1)) + logOdds)))
    const strong = arms.findIndex((_, arm) => Math.abs(manSaysYes.pilotRates[arm]! - rate(0.2)) < 1e-12)
    expect(strong).not.toBe(-1)
    expect(manSaysYes.pilotRates[1 - strong]!).toBeCloseTo(likes * rate(1) + (1 - likes) * rate(0), 12)
    expect(manSaysYes.useRates[1 - strong]!).toBeCloseTo(likes * rate(0.5) + (1 - likes) * rate(0), 12)
  })

  it('has nothing to gain where it says so, and something everywhere else', () => {
    const gains = MARKET_SCENARIOS.map((scenario) => {
      const market = marketOf(scenario)
      expect(bestBroadValue(market)).toBeGreaterThan(randomValue(market) * 1.01)
      return { name: scenario.name, gain: oracleValue(market) - bestBroadValue(market) }
    })
    expect(gains.filter(({ gain }) => gain < 1e-12).map(({ name }) => name)).toEqual([
      'no differences',
      'rates differ, the best creative does not',
    ])
  })

  it('no policy beats the oracle, and one that uses nothing is worth what its creative is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: MARKET_SCENARIOS.length - 1 }),
        fc.string(),
        fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
        (scenario, seed, primes) => {
          const market = marketOf(MARKET_SCENARIOS[scenario]!, seed)
          const any: MarketPolicy = (codes) =>
            codes.reduce((sum, code, at) => sum + code * primes[at]!, primes[6]!) % market.arms.length
          expect(policyValue(market, any)).toBeLessThanOrEqual(oracleValue(market) + 1e-12)
          const single = market.arms.map((_, arm) => policyValue(market, () => arm))
          expect(Math.max(...single)).toBe(bestBroadValue(market))
          expect(single.reduce((sum, value) => sum + value, 0) / single.length).toBeCloseTo(
            randomValue(market),
            12,
          )
        },
      ),
      { numRuns: 30 },
    )
  })

  it('refuses an attribute or value that is not there', () => {
    const suits = (where: Record<string, string[]>): MarketScenario => ({
      ...KNOWN,
      effects: [{ kind: 'suits', where, creative: 0, logOdds: 1 }],
    })
    expect(() => marketOf(suits({ age: ['60+'] }))).toThrow('an effect names the attribute age')
    expect(() => marketOf(suits({ sex: ['men'] }))).toThrow('the attribute sex has no value men')
    const [sex, likes] = KNOWN.attributes
    expect(() => marketOf({ ...KNOWN, attributes: [likes!, sex!] })).toThrow('not before it')
  })
})

describe('pilot', () => {
  it('is fixed by market and stream, whatever was drawn before; people and arms stay when the truth changes', () => {
    const market = marketOf(KNOWN)
    const first = drawPilot(market, 500, createStream('pilot'))
    drawPilot(market, 10, createStream('other'))
    expect(drawPilot(market, 500, createStream('pilot'))).toEqual(first)
    const longer = drawPilot(market, 600, createStream('pilot'))
    expect(longer.arm.slice(0, 500)).toEqual(first.arm)
    expect(longer.outcome.sums.slice(0, 500)).toEqual(first.outcome.sums)
    const changed = drawPilot(marketOf({ ...KNOWN, baseRate: 0.4 }), 500, createStream('pilot'))
    expect(changed.arm).toEqual(first.arm)
    expect(changed.columns).toEqual(first.columns)
    expect(changed.outcome.sums).not.toEqual(first.outcome.sums)
    expect(drawPilot(market, 500, createStream('other')).arm).not.toEqual(first.arm)
  })

  it('agrees with the exact value of a policy', () => {
    // Nothing changes between pilot and use here, so the pilot's own people show what a policy is worth.
    const effects = KNOWN.effects.map(({ atUse, ...effect }) => effect)
    const market = marketOf({ ...KNOWN, effects })
    const policy: MarketPolicy = ([sex, recorded]) => (sex! + recorded!) % 2
    const people = 200_000
    const { arm, columns, outcome, propensity } = drawPilot(market, people, createStream('big'))
    let sum = 0
    let squares = 0
    for (let row = 0; row < people; row++) {
      if (policy(columns.map(({ codes }) => codes[row]!)) !== arm[row]) continue
      const weighted = outcome.sums[row]! / propensity[row]!
      sum += weighted
      squares += weighted * weighted
    }
    const error = Math.sqrt((squares / people - (sum / people) ** 2) / people)
    expect(Math.abs(sum / people - policyValue(market, policy))).toBeLessThan(4 * error)
    expect(error).toBeLessThan(0.0015)
  })
})
