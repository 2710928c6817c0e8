import { describe, expect, it } from 'vitest'
import { createBandCache } from '../../../templates/splice/band-cache.ts'

const bytes = (length: number) => new Uint8Array(length)

describe('a cache of bands', () => {
  it('stays within its bound, and keeps what is asked for', () => {
    const cache = createBandCache(1000)
    const section = cache.section()
    for (let key = 0; key < 500; key++) {
      section.set(key, bytes(20))
      expect(section.get(0)).toBeDefined()
      expect(cache.count().bytes).toBeLessThanOrEqual(1000)
    }
    expect(section.get(250)).toBeUndefined()
    expect(cache.count()).toMatchObject({ hits: 500, misses: 1 })
  })

  it('keeps sections apart', () => {
    const cache = createBandCache(1000)
    const [one, other] = [cache.section(), cache.section()]
    one.set(7, bytes(3))
    other.set(7, bytes(5))
    expect([one.get(7)!.length, other.get(7)!.length]).toEqual([3, 5])
    expect(cache.count().entries).toBe(2)
  })
})
