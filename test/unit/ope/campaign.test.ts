import { describe, expect, it } from 'vitest'
import { valuePolicyOfCampaign } from '../../../engine/ope/ope-campaign.ts'
import type { OpeReport } from '../../../engine/ope/ope-report.ts'
import { opeText } from '../../../engine/ope/ope-text.ts'
import { type Policy, parsePolicy } from '../../../engine/ope/policy.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'
import { createSpace } from '../../../engine/space/space.ts'
import type { LogRecord } from '../../../engine/tracking/record.ts'
import { CELLS, chanceOf, clickOn, decisionOf, drawLog, LOGGING, PLAN, portsWith } from './logged-campaign.ts'

const POLICY: Policy = {
  name: 'bolder',
  slots: { headline: { weights: { h0: 1, h1: 2, h2: 1 } }, call: 'even' },
  where: [
    {
      when: { segment: 'west', placement: ['wide', 'tall'] },
      slots: { headline: { weights: { h1: 3, h2: 1 } } },
    },
  ],
}

function value(records: readonly LogRecord[], policy: Policy, query: object = {}): Promise<OpeReport> {
  return valuePolicyOfCampaign(portsWith(records), 'spring', { policy, ...query }, 'policy.json')
}

/** Mean chance of a click over the cells, by nothing but a list of their ad units: slot after slot, as weights say. */
function truth(weightOf: (unit: AdUnit, slot: string) => number, floor = 0): number {
  const units = [...createSpace(PLAN).units(0n, createSpace(PLAN).count)]
  const walk = (left: readonly AdUnit[], slots: readonly string[]): number => {
    const [slot, ...rest] = slots
    if (slot === undefined) return chanceOf(left[0]!)
    const options = [...new Set(left.map(({ choices }) => choices[slot]))].map((option) =>
      left.filter(({ choices }) => choices[slot] === option),
    )
    const weights = options.map(([unit]) => weightOf(unit!, slot))
    const total = weights.reduce((sum, each) => sum + each, 0)
    const kept = Math.min(floor, 1 / options.length)
    return options.reduce((sum, each, at) => {
      const share = kept + (1 - kept * options.length) * (weights[at]! / total)
      return sum + share * walk(each, rest)
    }, 0)
  }
  const values = CELLS.map(({ segment, placement }) =>
    walk(
      units.filter((unit) => unit.segment === segment && unit.placement === placement),
      ['headline', 'call'],
    ),
  )
  return values.reduce((sum, each) => sum + each, 0) / CELLS.length
}

const TRUTH = truth(({ segment, choices }, slot) => {
  if (slot === 'call') return 1
  return (segment === 'west' ? { h0: 0, h1: 3, h2: 1 } : { h0: 1, h1: 2, h2: 1 })[choices['headline'] as 'h0']
})

/** Each version of the weights drew half of every cell. */
const AS_LOGGED = LOGGING.map(({ weight, floor }) =>
  truth(({ segment, choices }, slot) => weight(slot, choices[slot], segment), floor),
)
const LOGGED_VALUE = (AS_LOGGED[0]! + AS_LOGGED[1]!) / 2

describe('the value of another policy, from the own decisions of a campaign with rules', () => {
  it('is right on average, its intervals hold the truth as often as they say, and so does that of the difference', async () => {
    const logs = 120
    const held = { inversePropensity: 0, selfNormalised: 0, doublyRobust: 0, difference: 0, logged: 0 }
    const sums = { inversePropensity: 0, selfNormalised: 0, doublyRobust: 0 }
    let error = 0
    for (let log = 0; log < logs; log++) {
      const { estimates, logged, diagnostics } = await value(
        drawLog({ seed: `log ${log}`, decisions: 500 }),
        POLICY,
      )
      const holds = ({ low, high }: { low: number; high: number }, number: number) =>
        low <= number && number <= high ? 1 : 0
      for (const name of ['inversePropensity', 'selfNormalised', 'doublyRobust'] as const) {
        held[name] += holds(estimates[name]!, TRUTH)
        sums[name] += estimates[name]!.value / logs
      }
      error += (estimates.doublyRobust!.high - estimates.doublyRobust!.low) / 2 / 1.96 / logs
      held.difference += holds(estimates.doublyRobust!.difference, TRUTH - LOGGED_VALUE)
      held.logged += holds(logged, LOGGED_VALUE)
      expect(diagnostics.propensitiesHold).toBe(true)
    }
    expect(Math.abs(AS_LOGGED[0]! - AS_LOGGED[1]!)).toBeGreaterThan(0.01)
    for (const [name, times] of Object.entries(held)) {
      expect(times / logs, name).toBeGreaterThan(0.9)
    }
    expect(held.inversePropensity / logs).toBeLessThan(0.99)
    for (const [name, mean] of Object.entries(sums)) {
      expect(Math.abs(mean - TRUTH), name).toBeLessThan((4 * error) / Math.sqrt(logs))
    }
  })
})

describe('a policy valued on a campaign', () => {
  const records = drawLog({ seed: 'one', decisions: 3_000 })

  it('is the logged value where everything is as logged, whatever the weights were', async () => {
    const report = await value(records, {})
    expect(report.estimates.selfNormalised.value).toBeCloseTo(report.logged.value, 12)
    expect(report.estimates.doublyRobust!.value).toBeCloseTo(report.logged.value, 12)
    expect(report.diagnostics).toMatchObject({ propensitiesHold: true, overlap: 1 })
    expect(report.diagnostics.meanWeight.value).toBe(1)
    expect(report.log).toMatchObject({
      campaign: 'spring',
      decisions: 3_000,
      people: 3_000,
      weightsVersions: [0, 4],
    })
  })

  it('weighs each decision by exactly the chance a draw with these weights has', async () => {
    const even = await value(
      records.filter((record) => record.type !== 'decision' || record.weightsVersion === 0),
      {
        otherwise: 'even',
      },
    )
    expect(even.diagnostics.meanWeight).toEqual({ value: 1, low: 1, high: 1 })
    const same = await value(
      records.filter((record) => record.type !== 'decision' || record.weightsVersion === 4),
      {
        slots: {
          headline: { weights: { h0: 5, h1: 1, h2: 1 } },
          call: { weights: { c0: 1, c1: 5, c2: 1 } },
        },
        floor: 0.1,
      },
    )
    expect(same.diagnostics.meanWeight.value).toBeCloseTo(1, 12)
    expect(same.diagnostics.meanWeight.high).toBeCloseTo(1, 9)
  })

  it('takes the best option of each slot where it may be taken, learnt on other people than it is valued on', async () => {
    const report = await value(records, {
      slots: { headline: 'best', call: 'best' },
      where: [{ when: { segment: 'west' }, slots: { headline: 'best' } }],
    })
    const best = new Map(report.policy.best.map(({ slot, where, option }) => [`${slot} ${where}`, option]))
    expect(best.get('headline undefined')).toBe('h2')
    expect(best.get('headline 0')).toBe('h1')
    expect(best.get('call undefined')).toBe('c1')
    const { low, high } = report.estimates.doublyRobust!
    const expected = (0.43 + 0.48 + 0.38) / 3
    expect(low).toBeLessThan(expected)
    expect(high).toBeGreaterThan(expected)
    expect(report.estimates.doublyRobust!.difference.low).toBeGreaterThan(0)
  })

  it('counts people, not decisions, where one person brings many', async () => {
    const alone = await value(drawLog({ seed: 'many', decisions: 3_000 }), POLICY)
    const many = await value(drawLog({ seed: 'many', decisions: 3_000, perPerson: 20 }), POLICY)
    expect(many.log.people).toBe(150)
    expect(many.diagnostics.effectiveSample).toBeLessThanOrEqual(150)
    expect(alone.diagnostics.effectiveSample).toBeGreaterThan(1_000)
  })

  it('tells a log whose probabilities are not those that were drawn with', async () => {
    const wrong = drawLog({
      seed: 'wrong',
      decisions: 3_000,
      told: (propensity) => Math.min(1, propensity * 1.2),
    })
    const report = await value(wrong, POLICY)
    expect(report.diagnostics.propensitiesHold).toBe(false)
    expect(opeText(report)).toMatch(
      /logged probabilities do not hold: the mean weight is 0\.\d+ .* do not act on this/,
    )
  })

  it('leaves out tests, holdouts and plans that are gone, and says so; simulated ones it tells', async () => {
    const [unit] = [...createSpace(PLAN).units(0n, 1n)]
    const odd = [
      decisionOf('t', unit!, { test: true }),
      decisionOf('h', unit!, { adUnit: '', arm: 'holdout' }),
      decisionOf('g', unit!, { planHash: 'gone' }),
      decisionOf('o', unit!, { campaign: 'other' }),
      decisionOf('s', unit!, {
        simulated: true,
        propensity: { arm: 1, slots: { headline: 1 / 3, call: 1 / 3 } },
      }),
    ]
    const report = await value([...records, ...odd], {})
    expect(report.log).toMatchObject({ decisions: 3_001, simulated: 1 })
    expect(report.notes).toEqual([
      '1 decisions of the holdout showed no ad; they are left out',
      '1 decisions are of plans that are not kept any more; they are left out',
      '1 of the decisions are simulated',
    ])
  })

  it('takes a late click for none, and days in the time zone of the campaign', async () => {
    const [unit] = [...createSpace(PLAN).units(0n, 1n)]
    const one = decisionOf('late', unit!, { atMs: Date.UTC(2026, 2, 12, 3) })
    const late = { ...clickOn(one), late: true } as LogRecord
    const report = await value([...records, one, late], {}, { toDay: '2026-03-11' })
    const before = await value(records, {}, { toDay: '2026-03-11' })
    expect(report.log.decisions).toBe(before.log.decisions + 1)
    expect(report.logged.value * report.log.decisions).toBeCloseTo(
      before.logged.value * before.log.decisions,
      9,
    )
    await expect(value(records, {}, { fromDay: '2026-03-12' })).rejects.toThrow(
      'campaign spring: the value of this policy is not told: there is no decision to value it on',
    )
  })

  it('refuses where too few decisions carry it, and says what would help', async () => {
    const few = drawLog({ seed: 'few', decisions: 250 })
    await expect(value(few, { slots: { headline: { always: 'h2' } } })).rejects.toMatchObject({
      code: 'EVALUATION_REFUSED',
      exit: 3,
      message: expect.stringMatching(
        /^campaign spring: the value of this policy is not told: of 250 decisions, weighed by how likely the policy would make them, as much is left as of \d\d; it takes 100; a policy nearer to the logged one can be valued \(slot headline departs most: let it be "logged"\), or wait for about [\d,]+ decisions like these$/,
      ),
    })
    // One person with most of the decisions.
    const one = drawLog({ seed: 'one person', decisions: 3_000 }).map((record, at) =>
      record.type === 'decision' && at % 8 === 0 ? { ...record, person: 'p1' } : record,
    )
    await expect(value(one, POLICY)).rejects.toThrow(
      /one alone carries \d+ % of all weight; at most 5.0 % may|as much is left as of/,
    )
  })

  it.each([
    [
      { slots: { headlin: 'even' } },
      '/slots/headlin: the log has no slot "headlin"; did you mean "headline"?',
    ],
    [
      { slots: { headline: { always: 'h9' } } },
      '/slots/headline: the log has no logged option of slot headline "h9"; did you mean "h0"?',
    ],
    [
      { where: [{ when: { segment: 'wst' }, slots: { headline: 'even' } }] },
      '/where/0/when/segment: the log has no value of segment "wst"; did you mean "west"?',
    ],
    [
      { where: [{ when: { place: 'wide' }, slots: { headline: 'even' } }] },
      '/where/0/when/place: the log has no column "place"; it has segment, leaf, placement, locale, arm',
    ],
    [{ slots: { headline: { weights: { h0: 0 } } } }, '/slots/headline: every weight is 0; give one above 0'],
  ] as const)('refuses %j', async (policy, message) => {
    await expect(value(records, policy as unknown as Policy)).rejects.toThrow(
      `policy: policy.json: ${message}`,
    )
  })

  it('is refused at the door where it is none', () => {
    expect(() => parsePolicy({ slots: { a: 'evn' } }, 'p.json')).toThrow(/policy: p.json: \/slots\/a/)
    expect(() => parsePolicy({ slot: {} }, 'p.json')).toThrow('unknown field "slot"')
    expect(() => parsePolicy({ floor: 2 }, 'p.json')).toThrow('/floor')
  })
})
