import { existsSync, readFileSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalJson } from '../../core/canonical-json.ts'
import { contentHash } from '../../core/hash.ts'
import type { Plan } from '../../engine/campaign/plan.ts'
import { generateRange } from '../../engine/generate/generate-range.ts'
import { framedFiles } from '../../engine/generate/render-frames.ts'
import { placesOf } from '../../engine/generate/selection.ts'
import type { RangeJob } from '../../engine/ports/jobs.ts'
import { openJobs } from '../../jobs/local/jobs.ts'
import { openBlobs } from '../../store/embedded/blobs.ts'
import { segmentOf, smallPlan, textAsset } from '../unit/space/small-plan.ts'
import { inNewFolder } from './contract.ts'
import { jobsContract } from './jobs.ts'

const threadUrl = new URL('./range-stand-in.mjs', import.meta.url)

function job(index: number, options: RangeJob['options'] = {}): RangeJob {
  const planHash = 'ab'.repeat(32)
  return { kind: 'generate', planHash, fromRank: `${index * 10}`, toRank: `${index * 10 + 10}`, options }
}

jobsContract('worker threads', async () => {
  const workspaceFolder = await mkdtemp(join(tmpdir(), 'polyad-jobs-'))
  return {
    open: async (workers) => openJobs({ workers, workspaceFolder, fontsFolder: workspaceFolder, threadUrl }),
    job: (index, behaviour = {}) => job(index, { ...behaviour }),
    bytesOf: ({ fromRank, toRank }) => `${fromRank}-${toRank};`,
    running() {
      const path = join(workspaceFolder, 'ranges.txt')
      const notes = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
      return notes.filter((note) => note === 'begun').length - notes.filter((note) => note === 'ended').length
    },
    close: () => rm(workspaceFolder, { recursive: true }),
  }
})

describe('worker threads', () => {
  let workspaceFolder: string
  beforeAll(async () => {
    workspaceFolder = await mkdtemp(join(tmpdir(), 'polyad-jobs-'))
  })
  afterAll(() => rm(workspaceFolder, { recursive: true }))

  it('a thread that dies is a clear error, and the next job gets a new one', async () => {
    const jobs = openJobs({ workers: 1, workspaceFolder, fontsFolder: workspaceFolder, threadUrl })
    await expect(
      jobs
        .run([job(3, { fail: 'exit' })])
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toMatchObject({
      code: 'WORKER_LOST',
      message: expect.stringMatching(/generate ranks 30 to 40 of plan abababababab: exit code 7/),
    })
    const next = await jobs
      .run([job(4)])
      [Symbol.asyncIterator]()
      .next()
    expect(next.value).toMatchObject({ units: 10 })
    await jobs.close()
  })

  it('a thread that cannot start says why', async () => {
    const broken = new URL('data:text/javascript,throw new Error("no such module")')
    const jobs = openJobs({ workers: 2, workspaceFolder, fontsFolder: workspaceFolder, threadUrl: broken })
    const run = jobs
      .run([job(0), job(1), job(2)])
      [Symbol.asyncIterator]()
      .next()
    await expect(run).rejects.toMatchObject({
      code: 'WORKER_LOST',
      message: expect.stringMatching(/no such module/),
    })
    await jobs.close()
  })

  it('close ends a run that is under way with CANCELLED', async () => {
    const jobs = openJobs({ workers: 1, workspaceFolder, fontsFolder: workspaceFolder, threadUrl })
    const run = jobs
      .run([job(0, { waitMs: 60_000 }), job(1)])
      [Symbol.asyncIterator]()
      .next()
    const ended = expect(run).rejects.toMatchObject({ code: 'CANCELLED' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await jobs.close()
    await ended
  })
})

describe('the built thread', () => {
  const fontsFolder = fileURLToPath(new URL('../../templates/fonts', import.meta.url))
  const slots = ['headline', 'offer', 'cta'].map((slot) => ({
    slot,
    default: 'a0',
    assets: Array.from({ length: 12 }, (_, i) => textAsset(`a${i}`)),
  }))
  const small = smallPlan({ segments: [segmentOf('broad'), segmentOf('oregon', 'OR')], slots })
  const box = { left: 0, top: 0, width: '100%', height: '100%' }
  const text = {
    id: 'words',
    kind: 'text',
    slot: 'cta',
    colour: '#102030',
    maxFontPx: 30,
    minFontPx: 10,
  } as const
  const layers: Plan['template']['layers'] = [
    { id: 'ground', kind: 'shape', box, fill: '#ffffff' },
    { ...text, box },
  ]
  const plan: Plan = { ...small, template: { ...small.template, layers } }
  const total = 2 * 12 ** 3

  function rangesOf(kind: RangeJob['kind'], planHash: string, to: number, size: number): RangeJob[] {
    const format = kind === 'generate' ? 'jsonl' : 'png'
    return Array.from({ length: Math.ceil(to / size) }, (_, i) => ({
      kind,
      planHash,
      fromRank: `${i * size}`,
      toRank: `${Math.min(to, (i + 1) * size)}`,
      options: { format },
    }))
  }

  async function bytesOf(workers: number, workspaceFolder: string, jobs: RangeJob[]): Promise<Buffer> {
    const local = openJobs({ workers, workspaceFolder, fontsFolder })
    const parts: Uint8Array[] = []
    try {
      for await (const part of local.run(jobs)) parts.push(part.bytes)
    } finally {
      await local.close()
    }
    return Buffer.concat(parts)
  }

  it('makes the rows of a stored plan, the same bytes in any number of threads and ranges', async () => {
    await inNewFolder(async (folder) => {
      const planHash = await (await openBlobs(folder)).put(Buffer.from(canonicalJson(plan)))
      const whole = Buffer.from(generateRange(plan, 0n, BigInt(total), { format: 'jsonl' }))
      expect((await bytesOf(1, folder, rangesOf('generate', planHash, total, 1000))).equals(whole)).toBe(true)
      expect((await bytesOf(3, folder, rangesOf('generate', planHash, total, 77))).equals(whole)).toBe(true)
    })
  })

  it('makes what a rule and an even sample choose, the same bytes in any number of threads and ranges', async () => {
    const { choice, from, to } = placesOf(plan, {
      where: { any: [{ headline: 'a3' }, { not: { cta: { in: ['a1', 'a2'] } } }] },
      sample: { size: 500n, seed: 's', stratify: 'segment' },
    })
    expect([from, to]).toEqual([0n, 500n])
    const whole = Buffer.from(generateRange(plan, from, to, { format: 'jsonl', choice: choice! }))
    expect(whole.toString().trimEnd().split('\n').length).toBe(500)
    await inNewFolder(async (folder) => {
      const planHash = await (await openBlobs(folder)).put(Buffer.from(canonicalJson(plan)))
      const chosen = (size: number) =>
        rangesOf('generate', planHash, 500, size).map((each) => ({
          ...each,
          options: { ...each.options, choice: choice! },
        }))
      expect((await bytesOf(1, folder, chosen(500))).equals(whole)).toBe(true)
      expect((await bytesOf(3, folder, chosen(33))).equals(whole)).toBe(true)
    })
  })

  it('writes rows to their places in one file, in any number of threads', async () => {
    await inNewFolder(async (folder) => {
      const planHash = await (await openBlobs(folder)).put(Buffer.from(canonicalJson(plan)))
      const whole = Buffer.from(generateRange(plan, 0n, BigInt(total), { format: 'jsonl' }))
      const path = join(folder, 'out')
      await writeFile(path, '')
      let atByte = 0
      const placed = rangesOf('generate', planHash, total, 100).map((job) => {
        const [from, to] = [BigInt(job.fromRank), BigInt(job.toRank)]
        const bytes = generateRange(plan, from, to, { format: 'jsonl' }).length
        atByte += bytes
        return { ...job, into: { path, atByte: atByte - bytes, bytes } }
      })
      expect((await bytesOf(3, folder, placed)).length).toBe(0)
      expect((await readFile(path)).equals(whole)).toBe(true)
      const short = placed.map(({ into, ...job }) => ({ ...job, into: { ...into, bytes: into.bytes - 1 } }))
      await expect(bytesOf(1, folder, short)).rejects.toThrow('bytes they were reckoned to be')
    })
  })

  it.skipIf(!existsSync('/dev/full'))('tells that the disk is full (Linux: /dev/full)', async () => {
    await inNewFolder(async (folder) => {
      const planHash = await (await openBlobs(folder)).put(Buffer.from(canonicalJson(plan)))
      const [job] = rangesOf('generate', planHash, 10, 10)
      const into = { path: '/dev/full', atByte: 0, bytes: 1_000_000 }
      await expect(bytesOf(1, folder, [{ ...job!, into }])).rejects.toMatchObject({
        code: 'STORAGE_FULL',
        message: expect.stringContaining('make room and try again'),
      })
      const missing = { ...into, path: join(folder, 'nowhere', 'out') }
      await expect(bytesOf(1, folder, [{ ...job!, into: missing }])).rejects.toMatchObject({
        code: 'FILE_UNWRITABLE',
      })
    })
  })

  it('makes pictures, the same bytes in any number of threads', async () => {
    await inNewFolder(async (folder) => {
      const planHash = await (await openBlobs(folder)).put(Buffer.from(canonicalJson(plan)))
      const one = await bytesOf(1, folder, rangesOf('render', planHash, 6, 6))
      const two = await bytesOf(2, folder, rangesOf('render', planHash, 6, 2))
      const pictures = [...framedFiles(one)].map(({ bytes }) => contentHash(bytes))
      expect(new Set(pictures).size).toBe(6)
      expect(two.equals(one)).toBe(true)
    })
  })

  it('gives the error of a range its code, and says when the plan is gone or damaged', async () => {
    await inNewFolder(async (folder) => {
      const planHash = await (await openBlobs(folder)).put(Buffer.from(canonicalJson(plan)))
      const beyond = { ...rangesOf('generate', planHash, 10, 10)[0]!, toRank: `${total + 1}` }
      await expect(bytesOf(1, folder, [beyond])).rejects.toMatchObject({ code: 'RANK_OUT_OF_RANGE' })
      const unknown = rangesOf('generate', 'ab'.repeat(32), 10, 10)
      await expect(bytesOf(1, folder, unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await appendFile(join(folder, '.polyad/blobs', planHash.slice(0, 2), planHash), ' ')
      const damaged = rangesOf('generate', planHash, 10, 10)
      await expect(bytesOf(1, folder, damaged)).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
    })
  })
})
