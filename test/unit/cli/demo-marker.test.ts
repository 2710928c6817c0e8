import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { markDemo, stateOfDemo } from '../../../cli/demo/marker.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-marker-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function makeDemo(): Promise<void> {
  await mkdir(join(folder, 'campaigns'))
  await writeFile(join(folder, 'campaigns/open-road.json'), '{}')
  await markDemo(folder)
}

it('a folder that is not there or empty may be made, one that no demo made may not', async () => {
  expect(await stateOfDemo(join(folder, 'nowhere'))).toBe('absent')
  expect(await stateOfDemo(folder)).toBe('absent')
  await writeFile(join(folder, 'letter.txt'), 'mine')
  expect(await stateOfDemo(folder)).toBe('foreign')
})

it('what the demo and the store write by themselves leaves it untouched', async () => {
  await makeDemo()
  for (const own of ['out', 'keys', 'rejects', '.polyad/blobs']) {
    await mkdir(join(folder, own), { recursive: true })
    await writeFile(join(folder, own, 'file'), 'x')
  }
  await writeFile(join(folder, 'mentions.jsonl.gz'), 'x')
  expect(await stateOfDemo(folder)).toBe('untouched')
})

it('an edited, an added and a removed file are somebody’s work', async () => {
  await makeDemo()
  await appendFile(join(folder, 'campaigns/open-road.json'), ' ')
  expect(await stateOfDemo(folder)).toBe('changed')
  await markDemo(folder)
  expect(await stateOfDemo(folder)).toBe('untouched')
  await writeFile(join(folder, 'notes.txt'), 'mine')
  expect(await stateOfDemo(folder)).toBe('changed')
  await rm(join(folder, 'notes.txt'))
  await rm(join(folder, 'campaigns/open-road.json'))
  expect(await stateOfDemo(folder)).toBe('changed')
})
