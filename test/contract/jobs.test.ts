import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RangeJob } from '../../engine/ports/jobs.ts'
import { openJobs } from '../../jobs/local/jobs.ts'
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

  it('reads the plan of the workspace in the built thread, and says when there is none', async () => {
    const jobs = openJobs({ workers: 1, workspaceFolder, fontsFolder: workspaceFolder })
    const run = jobs
      .run([job(0)])
      [Symbol.asyncIterator]()
      .next()
    await expect(run).rejects.toMatchObject({ code: 'NOT_FOUND', details: { what: 'blob' } })
    await jobs.close()
  })
})
