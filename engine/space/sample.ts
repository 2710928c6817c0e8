import { contentHash } from '../../core/hash.ts'

/** Eight rounds of a Feistel network; four already make a random-looking permutation (Luby and Rackoff 1988). */
const ROUNDS = 8
const WORD_BITS = 32n
const WORD_MASK = 0xffffffffn
/** 2^32 divided by the golden ratio: keeps the words of one half apart. */
const GOLDEN = 0x9e3779b9

/**
 * A seeded order of the numbers in [0, count): `rankAt(i)` for i in [0, count) gives every number exactly once. The
 * first n of it are a uniform sample without replacement that needs no memory and is the same on every machine.
 *
 * A balanced Feistel network permutes the smallest even number of bits that holds `count`; numbers past the end walk
 * on along their cycle until they are inside (Black and Rogaway 2002, "Ciphers with Arbitrary Finite Domains"): under
 * four steps on average. Any size of `count`. Not a cipher: it mixes, it hides nothing.
 */
export function createSampler(count: bigint, seed: string): { rankAt(index: bigint): bigint } {
  const bits = (count - 1n).toString(2).length
  const halfBits = BigInt(Math.max(1, Math.ceil(bits / 2)))
  const halfMask = (1n << halfBits) - 1n
  const words = Number((halfBits + WORD_BITS - 1n) / WORD_BITS)
  const keyText = contentHash(seed)
  const keys = Array.from({ length: ROUNDS }, (_, round) =>
    Number.parseInt(keyText.slice(round * 8, round * 8 + 8), 16),
  )

  /** Mixes a half with a round's key: every word of the result depends on every word of the half. */
  function mixHalf(half: bigint, key: number): bigint {
    let state = key
    for (let word = 0, rest = half; word < words; word++, rest >>= WORD_BITS) {
      state = mixWord(state ^ Number(rest & WORD_MASK))
    }
    let mixed = 0n
    for (let word = 0; word < words; word++) {
      state = mixWord((state + GOLDEN) | 0)
      mixed = (mixed << WORD_BITS) | BigInt(state)
    }
    return mixed & halfMask
  }

  function permute(value: bigint): bigint {
    let left = value >> halfBits
    let right = value & halfMask
    for (const key of keys) [left, right] = [right, left ^ mixHalf(right, key)]
    return (left << halfBits) | right
  }

  return {
    rankAt(index) {
      if (index < 0n || index >= count) throw new RangeError(`a sample of ${count} has no number ${index}`)
      let rank = permute(index)
      while (rank >= count) rank = permute(rank)
      return rank
    },
  }
}

// Finaliser of MurmurHash3 (Appleby 2011): every bit of the input moves half the bits of the output.
function mixWord(word: number): number {
  let mixed = word ^ (word >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
