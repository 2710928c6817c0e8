const ZERO = 48
const NINE = 57

/** A whole number as ASCII digits, counted up in place: ranks follow one another, and may be past 2^53. */
export interface Decimal {
  /** The digits are `bytes[start]` to the end. */
  readonly bytes: Uint8Array
  start: number
  set(value: bigint): void
  increment(): void
}

/** @param mostDigits digits of the largest value it will hold */
export function createDecimal(mostDigits: number): Decimal {
  const bytes = new Uint8Array(mostDigits)
  const decimal: Decimal = {
    bytes,
    start: mostDigits,
    set(value) {
      const text = String(value)
      decimal.start = mostDigits - text.length
      for (let at = 0; at < text.length; at++) bytes[decimal.start + at] = text.charCodeAt(at)
    },
    increment() {
      let at = mostDigits - 1
      while (at >= decimal.start && bytes[at] === NINE) bytes[at--] = ZERO
      if (at >= decimal.start) bytes[at]!++
      else bytes[--decimal.start] = ZERO + 1
    },
  }
  return decimal
}
