/** How a cache did so far. */
export interface CacheCount {
  readonly bytes: number
  readonly entries: number
  readonly hits: number
  readonly misses: number
}

/** Bytes in bounded memory, for many who number theirs each from 0. */
export interface BandCache {
  /** A new section: its keys are its own. */
  section(): CacheSection
  count(): CacheCount
}

export interface CacheSection {
  /** @param key 0 <= key < 2^38 */
  get(key: number): Uint8Array | undefined
  set(key: number, bytes: Uint8Array): void
}

const KEYS = 2 ** 38

/**
 * Keeps what was lately used in two generations: a full young one becomes the old one, whose entries are dropped unless
 * they are asked for meanwhile. So a hit costs two look-ups at most, and moves nothing about.
 *
 * @param maxBytes of both generations
 */
export function createBandCache(maxBytes: number): BandCache {
  let young = new Map<number, Uint8Array>()
  let old = new Map<number, Uint8Array>()
  let youngBytes = 0
  let oldBytes = 0
  let hits = 0
  let misses = 0
  let sections = 0

  const set = (key: number, bytes: Uint8Array) => {
    if (youngBytes + bytes.length > maxBytes / 2) {
      old = young
      oldBytes = youngBytes
      young = new Map()
      youngBytes = 0
    }
    young.set(key, bytes)
    youngBytes += bytes.length
  }
  const get = (key: number): Uint8Array | undefined => {
    const found = young.get(key)
    if (found) {
      hits++
      return found
    }
    const aged = old.get(key)
    if (!aged) {
      misses++
      return undefined
    }
    hits++
    old.delete(key)
    oldBytes -= aged.length
    set(key, aged)
    return aged
  }
  return {
    section() {
      const base = sections++ * KEYS
      return { get: (key) => get(base + key), set: (key, bytes) => set(base + key, bytes) }
    },
    count: () => ({ bytes: youngBytes + oldBytes, entries: young.size + old.size, hits, misses }),
  }
}
