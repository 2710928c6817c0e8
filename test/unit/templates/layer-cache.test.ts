import { describe, expect, it } from 'vitest'
import { createLayerCache } from '../../../templates/layer-cache.ts'

/** Something that is made when the test says so. */
function slowly(): { readonly made: Promise<number>; finish(bytes: number): void; fail(): void } {
  let finish!: (bytes: number) => void
  let fail!: (error: Error) => void
  const made = new Promise<number>((resolve, reject) => {
    finish = resolve
    fail = reject
  })
  return { made, finish, fail: () => fail(new Error('not made')) }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('layer cache', () => {
  it('makes a thing once for all who ask while it is made', async () => {
    const cache = createLayerCache<number>(100, (bytes) => bytes)
    let times = 0
    const make = async () => ++times
    expect(await Promise.all([cache.get('a', make), cache.get('a', make)])).toEqual([1, 1])
  })

  it('drops what was not asked for longest', async () => {
    const cache = createLayerCache<number>(100, (bytes) => bytes)
    for (const key of ['a', 'b', 'a', 'c']) await cache.get(key, async () => 40)
    let made = ''
    const ask = (key: string) =>
      cache.get(key, async () => {
        made += key
        return 40
      })
    await ask('a')
    await ask('c')
    await ask('b')
    expect(made).toBe('b')
  })

  it('does not count what was dropped while it was made', async () => {
    const cache = createLayerCache<number>(100, (bytes) => bytes)
    const slow = slowly()
    const waiting = cache.get('slow', () => slow.made)
    // The newcomer is over the limit alone, so the one that is still made is dropped.
    await cache.get('large', async () => 101)
    slow.finish(90)
    expect(await waiting).toBe(90)
    await cache.get('small', async () => 60)
    let again = 0
    await cache.get('other', async () => 40)
    await cache.get('small', async () => ++again)
    expect(again).toBe(0)
  })

  it('asks again for what failed', async () => {
    const cache = createLayerCache<number>(100, (bytes) => bytes)
    const failing = slowly()
    const first = cache.get('a', () => failing.made)
    failing.fail()
    await expect(first).rejects.toThrow('not made')
    await settled()
    expect(await cache.get('a', async () => 7)).toBe(7)
  })
})
