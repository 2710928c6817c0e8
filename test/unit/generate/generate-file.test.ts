import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { generateCampaign } from '../../../engine/generate/generate.ts'
import { bytesOfRun } from '../../../engine/generate/generate-file.ts'
import { simulateDisk } from '../../contract/simulated-disk.ts'
import { cutEverywhere, marksTooEarly, RUNS, undisturbed } from './cut-runs.ts'
import { contentOf, fileDiskOf, jobsOn, OUT, RUN_PLAN, runOn } from './file-runs.ts'

describe('a file that is generated', () => {
  it.each(RUNS)(
    'holds the bytes of the stream, as many as was reckoned: $name',
    async ({ name: _, ...request }) => {
      const stream: Uint8Array[] = []
      const whole = { plan: RUN_PLAN, planHash: 'hash', ...request }
      const jobs = jobsOn(simulateDisk(), createStream('stream'))
      for await (const bytes of generateCampaign({ jobs }, whole)) stream.push(bytes)
      const file = await undisturbed(request)
      if (request.format !== 'parquet') expect(file.equals(Buffer.concat(stream))).toBe(true)
      expect([undefined, BigInt(file.length)]).toContain(bytesOfRun(whole))
    },
  )

  it.each(RUNS)('is the same after power cuts at every step: $name', async ({ name: _, ...request }) => {
    const { cuts, resumed, wrong } = await cutEverywhere(request, fileDiskOf)
    expect(wrong).toBe(0)
    expect(cuts).toBeGreaterThan(40)
    expect(resumed).toBeGreaterThan(5)
  })

  it('would not be where marks are written before the bytes they tell of', async () => {
    const { name: _, ...request } = RUNS[0]!
    expect((await cutEverywhere(request, marksTooEarly)).wrong).toBeGreaterThan(0)
  })

  it.each(RUNS)(
    'ends with a clear error when the disk is full, and goes on after: $name',
    async ({ name: _, ...request }) => {
      const expected = await undisturbed(request)
      const calm = simulateDisk()
      await runOn(calm, request, createStream('run 0'))
      let resumed = 0
      for (let step = 2; step < calm.steps; step++) {
        const disk = simulateDisk({ failAtSteps: new Set([step]) })
        const outcome = await runOn(disk, request, createStream('run 0')).catch((error: unknown) => error)
        expect(outcome, `step ${step}`).toMatchObject({ code: 'STORAGE_FULL' })
        const { foundSteps } = await runOn(disk, request, createStream('run 1'))
        if (foundSteps > 0) resumed++
        expect(contentOf(disk, OUT)!.equals(expected), `step ${step}`).toBe(true)
      }
      expect(resumed).toBeGreaterThan(3)
    },
  )
})
