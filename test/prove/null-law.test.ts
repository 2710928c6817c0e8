import { describe, expect, test } from 'vitest'
import { createStream } from '../../core/stream.ts'
import { gainRatio } from '../../engine/guard/experiment/cross-fit.ts'
import { judgeCandidates } from '../../engine/guard/experiment/judge-candidates.ts'
import { normalCdf } from '../../stats/normal.ts'
import { experimentOf } from '../unit/guard/experiment/experiments.ts'

const RUNS = 400
/** Levels at which false splits are counted. */
const LEVELS = [0.2, 0.05, 0.01]

describe('where nothing is to find', () => {
  const judged = Array.from({ length: RUNS }, (_, run) => {
    const stream = createStream(`null ${run}`)
    const experiment = experimentOf({
      people: 3000,
      seed: `null ${run}`,
      arms: ['a', 'b', 'c'].slice(0, 2 + stream.integer(2)),
      columns: { region: ['n', 's', 'w'] },
      rate: ({ region }) => (region === 'n' ? 0.3 : 0.15),
    })
    return judgeCandidates(experiment, [experiment.columns], { seed: String(run) })[0]!
  })
  const shareUnder = (pValues: readonly number[], level: number) =>
    pValues.filter((p) => p <= level).length / pValues.length

  test.each(LEVELS)('the law of no difference is rejected no more often than it says (%d)', (level) => {
    const share = shareUnder(
      judged.map(({ pValue }) => pValue),
      level,
    )
    expect(share).toBeLessThan(level + 3 * Math.sqrt((level * (1 - level)) / RUNS))
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
