import type { GuardCandidate, GuardReport } from '../../../../engine/guard/experiment/guard-report.ts'

const estimate = (value: number, error: number) => ({ value, low: value - error, high: value + error })

export function candidate(
  columns: readonly string[],
  segments: number,
  [inSampleGain, heldOut, error]: readonly [number, number, number],
  part: Partial<GuardCandidate> = {},
): GuardCandidate {
  return {
    columns: [...columns],
    segments,
    inSampleGain,
    heldOutGain: estimate(heldOut, error),
    guardedGain: estimate(heldOut * 0.9, error),
    pValue: 0.4,
    holm: 1,
    decision: 'not proved',
    ...part,
  }
}

/** A split that is proved: visits, two arms, two segments. */
export const SPLIT: GuardReport = {
  version: 1,
  verdict: 'SPLIT',
  answer: 'Split by city.',
  reasons: [{ code: 'GAIN_PROVED', text: 'held out, it gains' }],
  experiment: {
    treatment: 'mail',
    outcome: 'visit',
    kind: 'binary',
    rows: 40_000,
    people: 40_000,
    arms: [
      { name: 'mens', people: 20_010, mean: 0.18, responders: 3602 },
      { name: 'womens', people: 19_990, mean: 0.151, responders: 3019 },
    ],
    propensities: 'shares',
    broadArm: 'mens',
    broadArmNamed: false,
    broadMean: 0.18,
  },
  assignment: { pValue: 0.92, broken: false, worstSegment: { column: 'city', value: 'Linz', qValue: 0.7 } },
  columns: ['city'],
  actions: [
    {
      segment: { city: 'Graz' },
      people: 30_000,
      share: 0.75,
      arm: 'mens',
      differs: false,
      difference: estimate(-0.04, 0.01),
      bestOther: 'womens',
      chance: 0,
    },
    {
      segment: { city: 'Linz' },
      people: 10_000,
      share: 0.25,
      arm: 'womens',
      differs: true,
      difference: estimate(0.0512, 0.012),
      bestOther: 'womens',
      chance: 0.99999,
    },
  ],
  gain: { heldOut: estimate(0.0125, 0.004), inSample: 0.0131, relative: 0.0694, pValue: 0.00002, net: null },
  worthwhileGain: 0.009,
  power: {
    detectableGain: 0.0062,
    relative: 0.0344,
    peopleNeeded: 19_240,
    costToKnow: null,
  },
  candidates: [
    candidate(['city'], 2, [0.0131, 0.0125, 0.004], { pValue: 0.00002, holm: 0.00006, decision: 'chosen' }),
    candidate(['city', 'age'], 14, [0.0172, 0.009, 0.005], {
      pValue: 0.0003,
      holm: 0.0009,
      decision: 'proved',
    }),
    candidate(['age'], 7, [0.004, -0.002, 0.003]),
  ],
  candidateCap: { possible: 3, judged: 3 },
  settings: {
    folds: 2,
    repeats: 20,
    seed: '1',
    alpha: 0.01,
    leastChance: 0.8,
    leastChanceOnceProved: 0.6,
    leastEventsPerArm: 50,
  },
}
