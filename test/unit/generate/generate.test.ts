import { describe, expect, it } from 'vitest'
import { generateCampaign } from '../../../engine/generate/generate.ts'
import { type GenerateOptions, generateRange } from '../../../engine/generate/generate-range.ts'
import type { Jobs, RangeJob } from '../../../engine/ports/jobs.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { smallPlan, textAsset } from '../space/small-plan.ts'

const plan = smallPlan({
  slots: ['a', 'b', 'c', 'd'].map((slot) => ({
    slot,
    default: 'x0',
    assets: Array.from({ length: 15 }, (_, at) => textAsset(`x${at}`)),
  })),
})
const { count } = createSpace(plan)

/** Runs jobs here and now, keeping what was asked of it. */
function inlineJobs(): Jobs & { readonly asked: RangeJob[] } {
  const asked: RangeJob[] = []
  return {
    asked,
    async *run(jobs) {
      for (const job of jobs) {
        asked.push(job)
        const [from, to] = [BigInt(job.fromRank), BigInt(job.toRank)]
        const bytes = generateRange(plan, from, to, job.options as unknown as GenerateOptions)
        yield { job, bytes, units: Number(to - from) }
      }
    },
    close: async () => {},
  }
}

async function collect(parts: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const part of parts) chunks.push(part)
  return Buffer.concat(chunks).toString('utf8')
}

const REQUEST = { plan, planHash: 'hash', format: 'csv' } as const

describe('generateCampaign', () => {
  it('cuts the number line into ranges that are together the whole, with one header', async () => {
    const jobs = inlineJobs()
    const progress: bigint[] = []
    const text = await collect(
      generateCampaign({ jobs }, { ...REQUEST, onProgress: (done) => progress.push(done) }),
    )
    expect(jobs.asked.length).toBe(Math.ceil(Number(count) / 4_000))
    expect(text).toBe(
      new TextDecoder().decode(generateRange(plan, 0n, count, { format: 'csv', header: true })),
    )
    expect(progress.slice(0, 2)).toEqual([4_000n, 8_000n])
    expect(progress.at(-1)).toBe(count)
  })

  it('takes a window, also an empty one, and refuses one outside', async () => {
    const window = { ...REQUEST, fromRank: 3n, toRank: 5n }
    const text = await collect(generateCampaign({ jobs: inlineJobs() }, window))
    expect(text.split('\r\n').map((line) => line.split(',')[1])).toEqual(['rank', '3', '4', undefined])
    const empty = await collect(generateCampaign({ jobs: inlineJobs() }, { ...window, toRank: 3n }))
    expect(empty.trimEnd().split('\r\n').length).toBe(1)
    const outside = generateCampaign({ jobs: inlineJobs() }, { ...REQUEST, toRank: count + 1n })
    await expect(collect(outside)).rejects.toThrow('outside the number line')
  })

  it('draws a sample of the size asked for, all there are too, and no more', async () => {
    const draw = (size: bigint, seed: string) =>
      collect(
        generateCampaign({ jobs: inlineJobs() }, { ...REQUEST, format: 'jsonl', sample: { size, seed } }),
      )
    const few = await draw(10n, 's')
    expect(few.trimEnd().split('\n').length).toBe(10)
    expect(await draw(10n, 's')).toBe(few)
    expect(await draw(10n, 't')).not.toBe(few)
    expect((await draw(count, 's')).trimEnd().split('\n').length).toBe(Number(count))
    await expect(draw(count + 1n, 's')).rejects.toThrow(`ask for ${count} at most`)
  })
})
