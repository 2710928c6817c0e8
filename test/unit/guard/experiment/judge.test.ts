import { describe, expect, test } from 'vitest'
import { createDoor } from '../../../../core/schema.ts'
import type { Experiment } from '../../../../engine/guard/experiment/experiment.ts'
import { GuardReportSchema } from '../../../../engine/guard/experiment/guard-report.ts'
import { type JudgeOptions, judgeExperiment } from '../../../../engine/guard/experiment/judge.ts'
import { aggregated, experimentOf, type World } from './experiments.ts'

const OPTIONS: JudgeOptions = {
  treatment: 'ad',
  outcome: 'visit',
  propensities: 'equal shares',
  seed: '1',
}

const PLAIN: World = {
  people: 12_000,
  seed: 'plain',
  arms: ['sea', 'city', 'hills'],
  columns: { region: ['north', 'south'], age: ['young', 'middle', 'old'], channel: ['web', 'phone'] },
  rate: () => 0.15,
}

/** City is better in the south, sea elsewhere and on the whole. */
const SPLIT: World = {
  ...PLAIN,
  seed: 'split',
  rate: ({ region }, arm) =>
    arm === 'hills' ? 0.1 : (arm === 'city') === (region === 'south') ? 0.19 : 0.13,
}

describe('verdicts', () => {
  test('a split that pays is found, by its own column and with the right arms', () => {
    const report = judgeExperiment(experimentOf(SPLIT), OPTIONS)
    expect(report.verdict).toBe('SPLIT')
    expect(report.columns).toEqual(['region'])
    expect(Object.fromEntries(report.actions.map(({ segment, arm }) => [segment['region'], arm]))).toEqual({
      north: 'sea',
      south: 'city',
    })
    // Half of the people gain 0.06 over the one arm for all.
    expect(report.gain!.heldOut.low).toBeLessThan(0.03)
    expect(report.gain!.heldOut.high).toBeGreaterThan(0.03)
    expect(report.gain!.heldOut.low).toBeGreaterThan(0)
    expect(report.reasons[0]!.code).toBe('GAIN_PROVED')
  })

  test('where rates differ between segments but the best arm does not, broad is kept', () => {
    const report = judgeExperiment(
      experimentOf({
        ...PLAIN,
        people: 30_000,
        seed: 'levels',
        rate: ({ region, age }, arm) =>
          (region === 'north' ? 0.05 : 0.2) + (age === 'old' ? 0.05 : 0) + (arm === 'sea' ? 0.05 : 0),
      }),
      OPTIONS,
    )
    expect(report.verdict).toBe('BROAD')
    expect(report.experiment.broadArm).toBe('sea')
    expect(report.actions).toEqual([])
  })

  test('with nothing to find and few people it keeps testing, and says how many are needed', () => {
    const report = judgeExperiment(experimentOf({ ...PLAIN, people: 3000 }), OPTIONS)
    expect(report.verdict).toBe('KEEP-TESTING')
    expect(report.power!.peopleNeeded).toBeGreaterThan(3000)
  })

  test('in-sample gains grow with the number of segments, and held out they do not', () => {
    const report = judgeExperiment(experimentOf(PLAIN), OPTIONS)
    const finest = report.candidates.at(-1)!
    expect(finest.segments).toBe(12)
    expect(finest.inSampleGain).toBeGreaterThan(0.01)
    expect(finest.heldOutGain.value).toBeLessThan(finest.inSampleGain / 2)
  })

  test('a proved split that costs more than it gains is not made', () => {
    const economics = { valuePerOutcomeMicros: 1_000_000, audience: 1000 }
    const cheap = judgeExperiment(experimentOf(SPLIT), {
      ...OPTIONS,
      economics: { ...economics, costPerSegmentMicros: 1_000_000 },
    })
    expect(cheap.verdict).toBe('SPLIT')
    expect(cheap.gain!.net).toBeCloseTo(cheap.gain!.heldOut.value - 0.001, 10)
    const dear = judgeExperiment(experimentOf(SPLIT), {
      ...OPTIONS,
      economics: { ...economics, costPerSegmentMicros: 100_000_000 },
    })
    expect(dear).toMatchObject({ verdict: 'BROAD', reasons: [{ code: 'NOT_WORTH_ITS_COST' }], actions: [] })
    const far = judgeExperiment(experimentOf(SPLIT), { ...OPTIONS, economics: { costRatio: 3 } })
    expect(far).toMatchObject({ verdict: 'BROAD', reasons: [{ code: 'BREAK_EVEN' }] })
  })

  test('with a named baseline, everybody alike but not with it is a split of no columns', () => {
    const world = {
      ...PLAIN,
      seed: 'base',
      arms: ['broad', 'narrow'],
      rate: (_: unknown, arm: string) => (arm === 'narrow' ? 0.2 : 0.15),
    }
    const report = judgeExperiment(experimentOf(world), {
      ...OPTIONS,
      baseline: 0,
      candidates: [[], ['region'], ['region', 'age']],
    })
    expect(report).toMatchObject({
      verdict: 'SPLIT',
      columns: [],
      experiment: { broadArm: 'broad', broadArmNamed: true },
    })
    expect(report.actions.map(({ arm }) => arm)).toEqual(['narrow'])
  })

  test('unequal shares are weighted for', () => {
    const experiment = experimentOf({ ...SPLIT, people: 24_000, shares: [0.7, 0.2, 0.1] })
    const report = judgeExperiment(experiment, { ...OPTIONS, propensities: 'column' })
    expect(report).toMatchObject({ verdict: 'SPLIT', columns: ['region'] })
    expect(report.gain!.heldOut.high).toBeGreaterThan(0.03)
    expect(report.gain!.heldOut.low).toBeLessThan(0.03)
  })
})

describe('the same answer', () => {
  test('for the same experiment and seed, and of the schema', () => {
    const experiment = experimentOf(SPLIT)
    const report = judgeExperiment(experiment, OPTIONS)
    expect(judgeExperiment(experiment, OPTIONS)).toEqual(report)
    expect(createDoor('guard report', GuardReportSchema)(report, 'report')).toEqual(report)
  })

  test('for people and for the same people added up', () => {
    const experiment = experimentOf(SPLIT)
    const alone = judgeExperiment(experiment, OPTIONS)
    const together = judgeExperiment(aggregated(experiment), OPTIONS)
    expect(together).toMatchObject({ verdict: 'SPLIT', columns: ['region'] })
    expect(together.experiment).toMatchObject({ people: 12_000, rows: 36 })
    expect(together.candidates.map(({ inSampleGain }) => inSampleGain)).toEqual(
      alone.candidates.map(({ inSampleGain }) => expect.closeTo(inSampleGain, 10)),
    )
    // Halves are drawn differently, so only nearly.
    const difference = together.gain!.heldOut.value - alone.gain!.heldOut.value
    expect(Math.abs(difference)).toBeLessThan(0.01)
  })
})

describe('what cannot be read gets no number', () => {
  const unread = (experiment: Experiment, options = OPTIONS) => {
    const report = judgeExperiment(experiment, options)
    expect(report).toMatchObject({
      verdict: 'UNREADABLE',
      gain: null,
      power: null,
      candidates: [],
      actions: [],
    })
    return report.reasons[0]!
  }
  const plain = experimentOf({ ...PLAIN, people: 6000 })

  test('one arm', () => {
    expect(unread({ ...plain, arm: new Uint16Array(plain.rows) }).code).toBe('ONE_ARM')
  })

  test('a constant outcome', () => {
    const sums = new Float64Array(plain.rows).fill(1)
    expect(unread({ ...plain, outcome: { kind: 'binary', sums, squares: sums } }).code).toBe(
      'CONSTANT_OUTCOME',
    )
  })

  test('arms that did not get their people', () => {
    const arm = plain.arm.map((code, row) => (code === 2 && row % 4 === 0 ? 0 : code))
    expect(unread({ ...plain, arm }).code).toBe('SAMPLE_RATIO')
  })

  test('arms that did not get their people in one segment', () => {
    const region = plain.columns[0]!.codes
    // Half of the hills people of the north are taken for sea, half of the sea people of the south for hills.
    const arm = plain.arm.map((code, row) => {
      if (row % 2 === 1) return code
      if (region[row] === 0) return code === 2 ? 0 : code
      return code === 0 ? 2 : code
    })
    const reason = unread({ ...plain, arm })
    expect(reason.code).toBe('SAMPLE_RATIO_IN_SEGMENT')
    expect(reason.text).toContain('where region is')
  })

  test('propensities that do not sum to one', () => {
    const propensity = new Float64Array(plain.rows).fill(0.4)
    const reason = unread({ ...plain, propensity })
    expect(reason).toMatchObject({ code: 'PROPENSITY_SUM', text: expect.stringContaining('sum to 1.2') })
  })

  test('too few events', () => {
    expect(unread(experimentOf({ ...PLAIN, people: 500 })).code).toBe('TOO_FEW_EVENTS')
  })

  test('a column of thousands of values', () => {
    const codes = Uint32Array.from({ length: plain.rows }, (_, row) => row)
    const values = Array.from({ length: plain.rows }, (_, row) => `person ${row}`)
    const reason = unread({ ...plain, columns: [...plain.columns, { name: 'name', values, codes }] })
    expect(reason).toMatchObject({ code: 'TOO_MANY_VALUES', text: expect.stringContaining('column name') })
  })
})
