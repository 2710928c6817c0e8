import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLooks } from '../../../store/embedded/looks.ts'

const FOUND = { kind: 'segment', name: 'sporty', revision: 1, hash: 'a', atMs: 0 } as const
const LATER_MS = 60_000

describe('createLooks', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyad-looks-'))
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + LATER_MS })
  })
  afterEach(async () => {
    vi.useRealTimers()
    await rm(folder, { recursive: true })
  })

  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, text)
    return path
  }

  it('remembers what was found in a file until it is another, also one of the same size', async () => {
    const looks = createLooks()
    const path = await write('a', 'one')
    expect(looks.get([path])).toBeUndefined()
    looks.before([path])(FOUND)
    expect(looks.get([path])).toBe(FOUND)
    await write('a', 'two')
    expect(looks.get([path])).toBeUndefined()
  })

  it('asks the first file that is there, and none where there is none', async () => {
    const looks = createLooks()
    const [own, library] = [join(folder, 'own'), await write('library', 'one')]
    looks.before([own, library])(FOUND)
    expect(looks.get([own, library])).toBe(FOUND)
    await write('own', 'two')
    expect(looks.get([own, library])).toBeUndefined()
    await rm(own)
    await rm(library)
    expect(looks.get([own, library])).toBeUndefined()
  })

  it('does not trust a file that was just written: it may change again within one tick of the clock', async () => {
    const looks = createLooks()
    vi.useRealTimers()
    const path = await write('a', 'one')
    looks.before([path])(FOUND)
    expect(looks.get([path])).toBeUndefined()
  })

  it('takes what was there before the reading, not after', async () => {
    const looks = createLooks()
    const path = await write('a', 'one')
    const remember = looks.before([path])
    await write('a', 'two')
    remember(FOUND)
    expect(looks.get([path])).toBeUndefined()
  })
})
