import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Mention } from '../../../segments/mention.ts'
import { openMentions } from '../../../store/embedded/mentions.ts'
import { openSnapshots } from '../../../store/embedded/snapshots.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-snapshots-'))
})
afterEach(() => rm(folder, { recursive: true }))

const mention = (i: number): Mention => ({
  key: `key ${i}`,
  author: `author ${i}`,
  atMs: i,
  text: undefined,
  language: undefined,
  channel: undefined,
  source: 'test',
  fields: {},
  confidence: {},
})
const mentions = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => mention(from + i))

describe('snapshots of the store', () => {
  it('are nothing where nothing was stored', async () => {
    expect(await openSnapshots(folder).make()).toBeUndefined()
  })

  it('hold what was there at one moment, while the store goes on', async () => {
    const store = await openMentions(folder)
    await store.append(mentions(0, 500))
    const snapshots = openSnapshots(folder)
    const [path] = await Promise.all([snapshots.make(), store.append(mentions(500, 800))])
    await store.append(mentions(800, 900))
    expect((await store.count()).mentions).toBe(900)
    await store.close()
    await rename(join(folder, path!), join(folder, '.polyad/store.duckdb'))
    const restored = await openMentions(folder)
    // All of a batch or nothing of it.
    expect([500, 800]).toContain((await restored.count()).mentions)
    // Keys are still keys.
    expect(await restored.append(mentions(0, 10))).toEqual({ added: 0, duplicates: 10 })
    await restored.close()
  })

  it('take the place of the one before, and go when they are removed', async () => {
    const store = await openMentions(folder)
    await store.append(mentions(0, 1))
    const snapshots = openSnapshots(folder)
    const path = await snapshots.make()
    await store.append(mentions(1, 3))
    expect(await snapshots.make()).toBe(path)
    await snapshots.remove()
    await store.close()
    await expect(rename(join(folder, path!), join(folder, 'x'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
