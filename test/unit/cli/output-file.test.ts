import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOutput } from '../../../cli/output.ts'
import { type OutputFileRequest, writeOutputFile } from '../../../cli/output-file.ts'
import { createStream } from '../../../core/stream.ts'
import type { Jobs } from '../../../engine/ports/jobs.ts'
import { type Outputs, openOutputs } from '../../../store/embedded/outputs.ts'
import { placeJobs, RUN_PLAN } from '../generate/file-runs.ts'

let folder: string
let path: string
let outputs: Outputs

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-output-'))
  await mkdir(join(folder, 'out'))
  path = join(folder, 'out', 'ads.csv')
  outputs = openOutputs(folder)
})
afterEach(() => rm(folder, { recursive: true }))

const REQUEST: OutputFileRequest = {
  plan: RUN_PLAN,
  planHash: 'hash',
  format: 'csv',
  fromRank: 10n,
  toRank: 90n,
  force: false,
}
const quiet = { ...createOutput(), note: () => {} }

function write(more: Partial<OutputFileRequest> = {}, jobs: Jobs = placeJobs(createStream('x'))) {
  const { signal } = new AbortController()
  return writeOutputFile(
    { ports: { jobs }, outputs },
    path,
    { ...REQUEST, ...more },
    { output: quiet, signal },
  )
}

/** Workers that are gone after some jobs. */
function dyingJobs(after: number): Jobs {
  const jobs = placeJobs(createStream('x'))
  return {
    ...jobs,
    async *run(given, options) {
      let left = after
      for await (const part of jobs.run(given, options)) {
        if (left-- === 0) throw new Error('gone')
        yield part
      }
    },
  }
}

describe('a file that a command writes', () => {
  it('is left alone when it is as the same request left it', async () => {
    const first = await write()
    expect(first).toMatchObject({ adUnits: 80n, wasThere: false, bytes: (await stat(path)).size })
    const before = await readFile(path)
    // The same window, told otherwise.
    expect(await write({ fromRank: 10n })).toEqual({ ...first, wasThere: true })
    expect((await readFile(path)).equals(before)).toBe(true)
    expect(await write({ force: true })).toMatchObject({ wasThere: false })
    expect((await readFile(path)).equals(before)).toBe(true)
    expect(await readdir(join(folder, 'out'))).toEqual(['ads.csv'])
  })

  it('is written anew when it was changed, cut short, moved or touched', async () => {
    await write()
    const before = await readFile(path)
    await copyFile(path, join(folder, 'copy'))
    for (const spoil of [
      () => appendFile(path, 'x'),
      () => writeFile(path, ''),
      () => utimes(path, 1, 1),
      () => copyFile(join(folder, 'copy'), path),
      () => rm(path),
    ]) {
      await spoil()
      expect(await write()).toMatchObject({ wasThere: false })
      expect((await readFile(path)).equals(before)).toBe(true)
    }
  })

  it.each([
    ['other ranks', { toRank: 91n }],
    ['another plan', { planHash: 'other' }],
    ['another format', { format: 'jsonl' }],
    ['a sample', { fromRank: undefined, toRank: undefined, sample: { size: 80n, seed: '1' } }],
  ] as const)('is written when it holds %s', async (_, other) => {
    await write(other as Partial<OutputFileRequest>)
    expect(await write()).toMatchObject({ wasThere: false, adUnits: 80n })
  })

  it('goes on where the same request was ended, and not with what another one left', async () => {
    const ended = { stepUnits: 5n }
    await expect(write(ended, dyingJobs(6))).rejects.toThrow('gone')
    const partial = `${path}.partial`
    expect((await stat(partial)).size).toBeGreaterThan(0)
    await expect(write({ ...ended, planHash: 'other' })).rejects.toMatchObject({
      code: 'OUTPUT_UNFINISHED',
      message: expect.stringContaining('(spring@3 as csv)'),
    })
    const seen: bigint[] = []
    await write({ ...ended, onProgress: (done) => seen.push(done) })
    expect(seen[0]).toBeGreaterThanOrEqual(30n)
    const resumed = await readFile(path)
    await write({ force: true })
    expect((await readFile(path)).equals(resumed)).toBe(true)
    expect(await readdir(join(folder, 'out'))).toEqual(['ads.csv'])
  })

  it('is written by one process at a time', async () => {
    const lock = await outputs.hold(path, 'polyad generate')
    await expect(write()).rejects.toMatchObject({
      code: 'OUTPUT_HELD',
      message: expect.stringContaining(`is being written by polyad generate (process ${process.pid})`),
    })
    await lock.release()
    expect(await write()).toMatchObject({ adUnits: 80n })
  })
})
