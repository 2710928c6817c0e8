/** Reads the bits of a base64url text one field after the other, from the left. Never throws. */
export interface BitReader {
  /** The next `width` bits as an unsigned number, 0 to 30 of them; 0 once the text is over. */
  take(width: number): number
  /** The next number in Fibonacci coding; 0 where there is none. */
  takeFibonacci(): number
  skip(width: number): void
  /** Whether a field was asked for that the text does not have, or has a character that is none of the alphabet. */
  readonly broken: boolean
}

/** Bits a character carries (RFC 4648, 5). */
const BITS = 6
/** In place of the six bits of a character that is none of the alphabet. */
const NONE = 255

const SIX_BITS = new Uint8Array(128).fill(NONE)
for (const [value, character] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries()) {
  SIX_BITS[character.charCodeAt(0)] = value
}

/** The longest Fibonacci code that is read: 28 bits hold every number below 317,811, ids of sections are below 100. */
const LONGEST_FIBONACCI_BITS = 28

/** Whether a text is base64url without padding: what consent strings are written in. */
export function isBase64Url(text: string): boolean {
  return /^[\w-]+$/.test(text)
}

/** Reads `text` from its first bit. */
export function createBitReader(text: string): BitReader {
  const sizeBits = text.length * BITS
  let at = 0
  let broken = false

  const take = (width: number): number => {
    const end = at + width
    if (end > sizeBits) {
      broken = true
      at = sizeBits
      return 0
    }
    let value = 0
    let left = width
    while (left > 0) {
      const code = text.charCodeAt(Math.floor(at / BITS))
      const six = code > 127 ? NONE : SIX_BITS[code]!
      if (six === NONE) {
        broken = true
        return 0
      }
      const used = at % BITS
      const count = Math.min(BITS - used, left)
      value = (value << count) | ((six >> (BITS - used - count)) & ((1 << count) - 1))
      at += count
      left -= count
    }
    return value
  }

  return {
    take,
    takeFibonacci() {
      let value = 0
      let [lower, upper] = [1, 1]
      let before = 0
      for (let bits = 0; bits < LONGEST_FIBONACCI_BITS; bits++) {
        const bit = take(1)
        if (broken) return 0
        // Two ones end a number.
        if (bit === 1 && before === 1) return value
        if (bit === 1) value += upper
        before = bit
        ;[lower, upper] = [upper, lower + upper]
      }
      broken = true
      return 0
    },
    skip(width) {
      at += width
      if (at > sizeBits) broken = true
    },
    get broken() {
      return broken
    },
  }
}
