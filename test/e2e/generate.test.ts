import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Campaign,
  copyOf,
  expectNothingHalfWritten,
  makeWorkspace,
  polyad,
  polyadJson,
  polyadRefuses,
  polyadStart,
  readJson,
  removeFolder,
  writeJson,
} from './polyad.ts'

/** Enough rows that a run can be caught in the middle. */
const KEPT = { headline: 10, photo: 7, offer: 5, cta: 3, accent: 2, logo: 1 } as const
const SLOW = { POLYAD_WORKERS: '1' }

interface Generated {
  readonly adUnits: string
  readonly bytes: number
  readonly wasThere: boolean
}

let home: string
let folder: string
/** What a run that nothing disturbs writes. */
let whole: string

beforeAll(async () => {
  const made = await makeWorkspace()
  home = made.home
  folder = await copyOf(made.workspace)
  const example = (await readJson(join(folder, 'campaigns/open-road.json'))) as Campaign
  const vans = (await readJson(join(folder, 'campaigns/vans.json'))) as Campaign
  await writeJson(join(folder, 'campaigns/vans.json'), {
    ...vans,
    slots: example.slots.map((slot) => ({
      ...slot,
      assets: slot.assets.slice(0, KEPT[slot.slot as keyof typeof KEPT]),
    })),
  })
  const check = await polyad(folder, ['check', 'vans', '--override', 'a test'])
  expect(check).toMatchObject({ status: 0 })
  const done = await generate('whole.jsonl')
  expect(Number(done.adUnits)).toBeGreaterThan(100_000)
  whole = await hashOf('whole.jsonl')
})
afterAll(async () => {
  await removeFolder(folder)
  await removeFolder(home)
})

const generate = (file: string, ...more: string[]) =>
  polyadJson<Generated>(folder, ['generate', 'vans', '--out', file, ...more])

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(join(folder, file))) hash.update(chunk)
  return hash.digest('hex')
}

/** Starts a run and ends it by a signal once it has written something; what it said. */
async function endInTheMiddle(
  file: string,
  signal: NodeJS.Signals,
): Promise<{ status: number | null; stderr: string }> {
  const run = polyadStart(folder, ['generate', 'vans', '--out', file], SLOW)
  const partial = join(folder, `${file}.partial`)
  while (!run.hasEnded() && !(existsSync(partial) && (await stat(partial)).size > 0)) await sleep(2)
  run.kill(signal)
  return run.ended
}

describe('a file of ad units', () => {
  it('has the same bytes for one worker, and is left alone when it is there already', async () => {
    const args = ['generate', 'vans', '--out', 'whole.jsonl']
    const forced = await polyad(folder, [...args, '--force'], SLOW)
    expect(forced).toMatchObject({ status: 0 })
    expect(await hashOf('whole.jsonl')).toBe(whole)
    const again = await polyad(folder, args)
    expect(again.stderr).toMatch(/nothing to do: whole\.jsonl has these [\d,]+ ad units already; --force/)
  })

  it('is finished by the same command after kill -9, with the same bytes', async () => {
    await endInTheMiddle('killed.jsonl', 'SIGKILL')
    await generate('killed.jsonl')
    expect(await hashOf('killed.jsonl')).toBe(whole)
    await expectNothingHalfWritten(folder)
    await rm(join(folder, 'killed.jsonl'))
  })

  it('is kept as far as it came by Ctrl-C, and the same command goes on there', async () => {
    const { status, stderr } = await endInTheMiddle('stopped.jsonl', 'SIGINT')
    // It may have come to its end first.
    if (status !== 0) {
      expect(status).toBe(1)
      expect(stderr).toMatch(
        /writing stopped\.jsonl was cancelled; what was written is kept in stopped\.jsonl\.partial, and the same command goes on/,
      )
      expect(existsSync(join(folder, 'stopped.jsonl'))).toBe(false)
      const again = await polyad(folder, ['generate', 'vans', '--out', 'stopped.jsonl'])
      expect(again).toMatchObject({ status: 0 })
      expect(again.stderr).toMatch(/going on after [\d,]+ bytes of an earlier run/)
    }
    expect(await hashOf('stopped.jsonl')).toBe(whole)
  })

  it('may be Parquet, by its name; not a folder, nor of a format there is not', async () => {
    const done = await generate('few.parquet', '--to', '1000')
    expect(done).toMatchObject({ adUnits: '1000' })
    expect((await stat(join(folder, 'few.parquet'))).size).toBe(done.bytes)
    const refuse = (...args: string[]) => polyadRefuses(folder, ['generate', 'vans', ...args])
    expect(await refuse('--out', 'campaigns', '--format', 'csv')).toContain('it is a folder; name a file')
    expect(await refuse('--out', 'x', '--format', 'avro')).toMatch(/avro.*jsonl, csv, parquet/)
  })
})
