import { describe, expect, it } from 'vitest'
import { judgeExperiment } from '../../engine/guard/experiment/judge.ts'
import { judgeOnThread } from '../../jobs/local/judge.ts'
import { experimentOf } from '../unit/guard/experiment/experiments.ts'

const experiment = experimentOf({
  people: 3_000,
  seed: 'thread',
  arms: ['a', 'b'],
  columns: { city: ['x', 'y'] },
  rate: ({ city }, arm) => (city === 'x' && arm === 'b' ? 0.3 : 0.2),
})
const options = { treatment: 'arm', outcome: 'visit', propensities: 'shares', seed: '1' } as const

describe('judging on a thread', () => {
  it('gives the report that judging here does', async () => {
    expect(await judgeOnThread(experiment, options)).toEqual(judgeExperiment(experiment, options))
  })

  it('that fails is an error here', async () => {
    await expect(judgeOnThread(experiment, { ...options, candidates: [['none']] })).rejects.toMatchObject({
      code: 'WORKER_LOST',
      message: expect.stringMatching(/judge an experiment.*the column none/),
    })
  })
})
