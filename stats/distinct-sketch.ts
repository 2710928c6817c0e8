import { gammaQuantile } from './gamma.ts'
import type { Interval } from './proportion.ts'

/**
 * The k smallest hashes of a set: enough to count it, and what it shares with others, in a few kilobytes.
 *
 * Only sketches whose members were hashed the same way can be put together. Plain data: it can be stored as JSON.
 */
export interface Sketch {
  /** Hashes kept at most; at least 3. A count's relative error is about 1 / sqrt(k - 2): 1.6 % for 4,096. */
  readonly k: number
  /** Ascending, each once, at most k of them, in [0, 1). Fewer than k: the whole set. */
  readonly hashes: readonly number[]
}

/** A count of people; where the sketch holds the whole set, low and high are the count. */
export type SketchCount = Interval & { readonly count: number }

export function emptySketch(k: number): Sketch {
  if (!(Number.isInteger(k) && k >= 3))
    throw new RangeError(`emptySketch: k is ${k}, not a whole number from 3`)
  return { k, hashes: [] }
}

/**
 * The sketch with one more member; the same sketch where the member changes nothing, as most do once it is full.
 *
 * @param hash01 uniform hash of the member, in [0, 1); 53 bits tell 100 million members apart. Cost: O(log k), or O(k)
 * where it is kept.
 */
export function addToSketch(sketch: Sketch, hash01: number): Sketch {
  if (!(hash01 >= 0 && hash01 < 1)) throw new RangeError(`addToSketch: hash is ${hash01}, not in [0, 1)`)
  const { k, hashes } = sketch
  const at = placeOf(hashes, hash01)
  if (at === k || hashes[at] === hash01) return sketch
  const next = hashes.slice()
  next.splice(at, 0, hash01)
  if (next.length > k) next.pop()
  return { k, hashes: next }
}

/** Sketch of the members of either set; its k is the smaller one. Commutative, associative, and of a set with itself the same. */
export function sketchUnion(a: Sketch, b: Sketch): Sketch {
  const k = Math.min(a.k, b.k)
  const hashes: number[] = []
  for (let i = 0, j = 0; hashes.length < k; ) {
    const [left = Infinity, right = Infinity] = [a.hashes[i], b.hashes[j]]
    if (left === Infinity && right === Infinity) break
    hashes.push(Math.min(left, right))
    if (left <= right) i++
    if (right <= left) j++
  }
  return { k, hashes }
}

/**
 * How many different members a set has: (k - 1) / (k-th smallest hash), exact for fewer than k.
 *
 * @param alpha the interval holds the count with probability 1 - alpha
 * @see Bar-Yossef et al. 2002, RANDOM, doi:10.1007/3-540-45726-7_1; Beyer et al. 2007, SIGMOD,
 * doi:10.1145/1247480.1247504 (the unbiased k - 1)
 */
export function sketchDistinct({ k, hashes }: Sketch, alpha = 0.05): SketchCount {
  if (hashes.length < k) return exactly(hashes.length)
  const bar = hashes[k - 1]!
  const count = Math.max(k, (k - 1) / bar)
  // n times the k-th smallest of n uniforms is nearly gamma of shape k; less spread where much of the set is kept.
  const spread = Math.sqrt(Math.max(0, 1 - bar))
  const low = count * (gammaQuantile(alpha / 2, k) / k) ** spread
  const high = count * (gammaQuantile(1 - alpha / 2, k) / k) ** spread
  return { count, low: Math.max(k, low), high }
}

/**
 * How many members two sets share: those among the smallest hashes of the union that are in both, over the share of
 * the union that these are. Exact where the union has fewer than k members.
 *
 * The relative error is 1 / sqrt(shared hashes kept), so that of a small part of two large sets is large: read the
 * interval.
 *
 * @param alpha the interval (Garwood's, exact or somewhat too wide) holds the count with probability 1 - alpha
 * @see Dasgupta, Lang, Rhodes, Thaler 2016, ICDT (A framework for estimating stream expression cardinalities)
 */
export function sketchIntersection(a: Sketch, b: Sketch, alpha = 0.05): SketchCount {
  const { k, hashes } = sketchUnion(a, b)
  const isWhole = hashes.length < k
  const bar = isWhole ? 1 : hashes[k - 1]!
  let shared = 0
  for (const hash of hashes) {
    if (hash < bar && isIn(a.hashes, hash) && isIn(b.hashes, hash)) shared++
  }
  if (isWhole) return exactly(shared)
  const low = shared === 0 ? 0 : gammaQuantile(alpha / 2, shared) / bar
  return { count: shared / bar, low, high: gammaQuantile(1 - alpha / 2, shared + 1) / bar }
}

function exactly(count: number): SketchCount {
  return { count, low: count, high: count }
}

function isIn(hashes: readonly number[], hash: number): boolean {
  return hashes[placeOf(hashes, hash)] === hash
}

/** Where the hash is, or would be. */
function placeOf(hashes: readonly number[], hash: number): number {
  let [low, high] = [0, hashes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (hashes[middle]! < hash) low = middle + 1
    else high = middle
  }
  return low
}
