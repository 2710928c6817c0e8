import { describe, expect, test } from 'vitest'
import { createStream } from '../../core/stream.ts'
import { gainRatio } from '../../engine/guard/experiment/cross-fit.ts'
import type { Experiment } from '../../engine/guard/experiment/experiment.ts'
import { normal } from '../../engine/guard/experiment/halves.ts'
import { judgeCandidates } from '../../engine/guard/experiment/judge-candidates.ts'
import { normalCdf } from '../../stats/normal.ts'
import { experimentOf } from '../unit/guard/experiment/experiments.ts'

/** Levels at which false splits are counted. */
const LEVELS = [0.2, 0.05, 0.01]

interface World {
  readonly runs: number
  experiment(run: number): Experiment
}

function visits(people: number, rates: readonly [number, number]) {
  return (run: number): Experiment => {
    const stream = createStream(`null ${run}`)
    return experimentOf({
      people,
      seed: `null ${run}`,
      arms: ['a', 'b', 'c'].slice(0, 2 + stream.integer(2)),
      columns: { region: ['n', 's', 'w'] },
      rate: ({ region }) => (region === 'n' ? rates[0] : rates[1]),
    })
  }
}

/** Who visits pays, a few very much. */
function payments(people: number, rate: number) {
  return (run: number): Experiment => {
    const experiment = visits(people, [rate, rate])(run)
    const stream = createStream(`amounts ${run}`)
    const sums = experiment.outcome.sums.map((pays) => pays * Math.exp(normal(stream)))
    return { ...experiment, outcome: { kind: 'money', sums, squares: sums.map((sum) => sum * sum) } }
  }
}

const WORLDS: readonly (readonly [string, World])[] = [
  ['thousands respond', { runs: 200, experiment: visits(9000, [0.4, 0.3]) }],
  ['hundreds respond', { runs: 400, experiment: visits(3000, [0.3, 0.15]) }],
  ['few pay, unequal amounts', { runs: 400, experiment: payments(4000, 0.12) }],
]

describe.each(WORLDS)('where nothing is to find and %s', (_, { runs, experiment }) => {
  const judged = Array.from({ length: runs }, (_each, run) => {
    const made = experiment(run)
    return judgeCandidates(made, [made.columns], { seed: String(run) })[0]!
  })
  const shareUnder = (pValues: readonly number[], level: number) =>
    pValues.filter((p) => p <= level).length / pValues.length

  test.each(LEVELS)('the law of no difference is rejected no more often than it says (%d)', (level) => {
    const share = shareUnder(
      judged.map(({ pValue }) => pValue),
      level,
    )
    expect(share).toBeLessThan(level + 3 * Math.sqrt((level * (1 - level)) / runs))
  })

  test('and it is used up: p-values are not all large', () => {
    const pValues = judged.map(({ pValue }) => pValue)
    expect(shareUnder(pValues, 0.2)).toBeGreaterThan(0.1)
  })

  test('the normal law of one halving would be far from it', () => {
    const normal = judged.map(({ fit }) => 1 - normalCdf(gainRatio(fit.guarded)))
    expect(shareUnder(normal, 0.05)).toBeLessThan(0.02)
  })
})
