import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Jobs, RangeJob, RangePart } from '../../engine/ports/jobs.ts'

/** How a run of the suite makes its jobs fail or take their time. */
export interface JobsUnderTest {
  open(workers: number): Promise<Jobs>
  /** `waitMs`: how long it takes; `fail`: RANK_OUT_OF_RANGE ('code') or a bug ('error'). */
  job(index: number, behaviour?: { readonly waitMs?: number; readonly fail?: 'code' | 'error' }): RangeJob
  bytesOf(job: RangeJob): string
  /** Ranges that workers are making at this moment. */
  running(): number
  close(): Promise<void>
}

/** One test a clause of engine/ports/jobs.ts. */
export function jobsContract(name: string, start: () => Promise<JobsUnderTest>): void {
  describe(`jobs contract: ${name}`, () => {
    let tried: JobsUnderTest
    let opened: Jobs[]

    beforeEach(async () => {
      tried = await start()
      opened = []
    })
    afterEach(async () => {
      await Promise.all(opened.map((jobs) => jobs.close()))
      await tried.close()
    })

    async function open(workers: number): Promise<Jobs> {
      const jobs = await tried.open(workers)
      opened.push(jobs)
      return jobs
    }

    it('1. parts come in the order of the jobs, each once, whatever finishes first', async () => {
      const jobs = await open(2)
      const given = Array.from({ length: 12 }, (_, i) => tried.job(i, { waitMs: (i * 7) % 20 }))
      const parts = await all(jobs.run(given))
      expect(parts.map((part) => part.job)).toEqual(given)
      expect(parts.map(text)).toEqual(given.map((job) => tried.bytesOf(job)))
      expect(parts.map((part) => part.units)).toEqual(
        given.map((job) => Number(BigInt(job.toRank) - BigInt(job.fromRank))),
      )
    })

    it('2. does not run far ahead of the reader', async () => {
      const workers = 2
      const jobs = await open(workers)
      let taken = 0
      const endless = function* (): Generator<RangeJob> {
        for (;;) yield tried.job(taken++)
      }
      let read = 0
      for await (const _ of jobs.run(endless())) {
        // Time for workers to run ahead, if they would.
        await new Promise((resolve) => setTimeout(resolve, 10))
        expect(taken).toBeLessThanOrEqual(read + 4 * workers)
        if (++read === 10) break
      }
      expect(tried.running()).toBe(0)
    })

    it('3. the bytes are the same for any number of workers', async () => {
      const given = Array.from({ length: 9 }, (_, i) => tried.job(i, { waitMs: (i * 5) % 11 }))
      const outputs = await Promise.all(
        [1, 2, 4].map(async (workers) => (await all((await open(workers)).run(given))).map(text).join('')),
      )
      expect(new Set(outputs).size).toBe(1)
    })

    it('4. a failing job ends the run with its error after the parts before it, and leaves nothing running', async () => {
      const jobs = await open(2)
      const given = [0, 1, 2, 3, 4, 5].map((i) => tried.job(i, i === 2 ? { fail: 'code' } : { waitMs: 15 }))
      const seen: RangePart[] = []
      const run = (async () => {
        for await (const part of jobs.run(given)) seen.push(part)
      })()
      await expect(run).rejects.toMatchObject({ name: 'PolyadError', code: 'RANK_OUT_OF_RANGE', exit: 2 })
      expect(seen.map((part) => part.job)).toEqual(given.slice(0, 2))
      expect(tried.running()).toBe(0)
      expect(await all(jobs.run([tried.job(9)]))).toHaveLength(1)
    })

    it('4. a bug keeps its message', async () => {
      const jobs = await open(1)
      await expect(all(jobs.run([tried.job(0, { fail: 'error' })]))).rejects.toThrow('a bug')
    })

    it('4. an abort ends the run with CANCELLED and leaves nothing running', async () => {
      const jobs = await open(2)
      const abort = new AbortController()
      const given = Array.from({ length: 20 }, (_, i) => tried.job(i, { waitMs: 10 }))
      const run = (async () => {
        for await (const _ of jobs.run(given, { signal: abort.signal })) abort.abort()
      })()
      await expect(run).rejects.toMatchObject({ code: 'CANCELLED' })
      expect(tried.running()).toBe(0)
    })

    it('4. a run that was aborted before it began makes nothing', async () => {
      const jobs = await open(1)
      const run = all(jobs.run([tried.job(0)], { signal: AbortSignal.abort() }))
      await expect(run).rejects.toMatchObject({ code: 'CANCELLED' })
    })

    it('5. bytes of a job with a place are in its file, and nothing beside them is touched', async () => {
      const jobs = await open(2)
      const path = join(await mkdtemp(join(tmpdir(), 'polyad-place-')), 'out')
      try {
        await writeFile(path, '.'.repeat(60))
        const given = [0, 1, 2, 3, 4].map((i) => {
          const job = tried.job(i, { waitMs: (i * 7) % 11 })
          return { ...job, into: { path, atByte: 5 + i * 10, bytes: tried.bytesOf(job).length } }
        })
        const parts = await all(jobs.run(given))
        expect(parts.map((part) => part.bytes.length)).toEqual([0, 0, 0, 0, 0])
        const expected = Buffer.from('.'.repeat(60))
        for (const job of given) expected.write(tried.bytesOf(job), job.into.atByte)
        expect(await readFile(path, 'utf8')).toBe(expected.toString())
      } finally {
        await rm(dirname(path), { recursive: true })
      }
    })

    it('two runs at once share the workers and keep their own order', async () => {
      const jobs = await open(2)
      const given = Array.from({ length: 6 }, (_, i) => tried.job(i, { waitMs: (i * 3) % 7 }))
      const [a, b] = await Promise.all([all(jobs.run(given)), all(jobs.run([...given].reverse()))])
      expect(a.map((part) => part.job)).toEqual(given)
      expect(b.map((part) => part.job)).toEqual([...given].reverse())
    })
  })
}

async function all(parts: AsyncIterable<RangePart>): Promise<RangePart[]> {
  const read: RangePart[] = []
  for await (const part of parts) read.push(part)
  return read
}

function text(part: RangePart): string {
  return new TextDecoder().decode(part.bytes)
}
