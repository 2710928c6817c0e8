import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBlobs } from '../../../store/embedded/blobs.ts'
import { openDocuments } from '../../../store/embedded/documents.ts'
import { examineStoreFiles, removeLeftBehind } from '../../../store/embedded/examine-files.ts'
import { encodeFrames } from '../../../store/embedded/log-frames.ts'
import { positionOf } from '../../../store/embedded/log-position.ts'

const NOW_MS = Date.now()
const NOT_OPEN = { start: 0, end: undefined }

describe('examineStoreFiles', () => {
  let folder: string
  const store = (...path: string[]) => join(folder, '.polyad', ...path)
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyad-examine-'))
    await mkdir(store('log'), { recursive: true })
    await writeFile(store('log', '0000000001.log'), encodeFrames(['one', 'two']))
    await writeFile(store('log', '0000000002.log'), encodeFrames(['three']))
    await (await openBlobs(folder)).put(Buffer.from('a blob'))
    await (await openDocuments(folder)).write('key', 'k', { a: 1 })
  })
  afterEach(() => rm(folder, { recursive: true }))
  const problems = async (log: Parameters<typeof examineStoreFiles>[2] = NOT_OPEN) =>
    (await examineStoreFiles(folder, NOW_MS, log)).findings.map(
      ({ check, severity, mendable, problem }) => `${severity} ${check} ${mendable}: ${problem}`,
    )

  it('finds nothing where nothing is wrong, and says how much it looked at', async () => {
    const { checks, findings } = await examineStoreFiles(folder, NOW_MS, NOT_OPEN)
    expect(findings).toEqual([])
    expect(checks).toEqual([
      { check: 'log', looked: '3 records in 2 segments' },
      { check: 'blobs', looked: '1 blobs' },
      { check: 'revisions', looked: '1 revisions' },
      { check: 'locks', looked: '1 locks' },
      { check: 'runs', looked: '0 unfinished runs' },
    ])
  })

  it('tells a torn end, which is cut, from a hole in what was acknowledged, which is not', async () => {
    const last = store('log', '0000000002.log')
    const whole = (await readFile(last)).length
    await appendFile(last, Uint8Array.of(9, 0, 0, 0, 1))
    expect(await problems()).toEqual([
      'note log true: log/0000000002.log ends in 5 bytes of a record that was never acknowledged',
    ])
    const end = (offset: number) => ({ start: 0, end: positionOf({ segment: 2, offset }) })
    expect(await problems(end(whole))).toEqual([])
    expect(await problems(end(whole + 5))).toEqual([
      `error log false: log/0000000002.log has no whole record at byte ${whole} of ${whole + 5}`,
    ])
    await appendFile(store('log', '0000000001.log'), 'x')
    expect(await problems(end(whole))).toHaveLength(1)
  })

  it('misses a segment, unless it was folded', async () => {
    await rm(store('log', '0000000001.log'))
    expect(await problems()).toEqual(['error log false: log/0000000001.log is missing'])
    expect(await problems({ start: positionOf({ segment: 2, offset: 0 }), end: undefined })).toEqual([])
  })

  it('compares blobs and revisions with their hashes', async () => {
    for (const part of ['blobs', 'revisions']) {
      const files = await readdir(store(part), { recursive: true, withFileTypes: true })
      const file = files.find((entry) => entry.isFile())!
      await appendFile(join(file.parentPath, file.name), ' ')
    }
    expect(await problems()).toEqual([
      expect.stringMatching(/^error blobs false: blobs\/..\/[0-9a-f]{64} has other bytes/),
      expect.stringMatching(/^error revisions false: revisions\/key\/k\/1\.json is not what was written$/),
    ])
  })

  it('lists and removes what crashes left, and nothing that is still being written', async () => {
    const name = '.0f8fad5b-d9cb-469f-a165-70867728950e.partial'
    await writeFile(join(folder, name), 'half')
    expect(await problems()).toEqual([])
    const longAgo = new Date(NOW_MS - 2 * 3_600_000)
    await utimes(join(folder, name), longAgo, longAgo)
    await writeFile(store('erasing.json'), '{}')
    expect(await problems()).toEqual([
      `note left behind true: ${name} was being written when a process ended`,
      'error erasing true: a person was being erased when a process ended',
    ])
    expect(await removeLeftBehind(folder, NOW_MS)).toEqual([name])
    expect(await readdir(folder)).not.toContain(name)
  })

  it('tells of a run that was not finished', async () => {
    await writeFile(join(folder, 'units.jsonl.partial.journal'), '')
    expect(await problems()).toEqual([
      'note runs false: units.jsonl is not finished: a run that wrote it goes on, or was ended',
    ])
  })

  it('tells of a lock whose process has died', async () => {
    await mkdir(store('locks', 'log'), { recursive: true })
    const holder = {
      command: 'polyad serve',
      pid: 999_999_999,
      host: '',
      pidStart: null,
      sinceMs: 0,
      url: null,
    }
    await writeFile(store('locks', 'log', '3.json'), JSON.stringify({ ...holder, host: hostname() }))
    expect(await problems()).toEqual([
      'note locks false: log was held by a process that has ended without releasing it',
    ])
  })
})
