import { base32FromDigits, checkDigit, digitsFromBase32 } from '../../core/base32.ts'
import { PolyadError } from '../../core/errors.ts'

/**
 * Codec 1. An id is: the codec digit; the numbers below packed into base32 digits; a check digit (core/base32).
 * The numbers: campaign key, then the ordinals of segment, locale and placement, then one ordinal a slot in the order
 * of the slots' own ordinals, trailing zeros dropped, so a slot added later changes no id. A number is written in
 * groups of six bits, lowest five payload bits first, the sixth saying that more follow; the bits run on from group
 * to group and the last digit is filled with zeros. A codec is kept for ever: ids are printed and bought.
 */
const CODEC = 1
const PAYLOAD_BITS = 5
const GROUP_BITS = PAYLOAD_BITS + 1
const MORE = 1 << PAYLOAD_BITS
const PAYLOAD_MASK = MORE - 1
const DIGIT_BITS = 5
/** Seven groups hold 35 bits; a number is refused past 32 so that arithmetic stays exact. */
const MAX_GROUPS = 7
/** Campaign key, segment, locale, placement: always written. */
export const CELL_NUMBERS = 4

/** Encodes ids whose numbers mostly stay as they were: only what changed is packed again. */
export interface IdEncoder {
  /** The numbers to encode (integers in [0, 2^32)): campaign key, segment, locale, placement, then slots. */
  readonly numbers: number[]
  /** The id's digits, check digit and all, when `numbers` changed from index `changed` on. */
  digits(changed: number): readonly number[]
}

/** An encoder of `size` numbers; the first call of `digits` must be with 0. */
export function createIdEncoder(size: number): IdEncoder {
  const numbers = new Array<number>(size).fill(0)
  // Where each number begins: digits before it, and the bits left over that no digit holds yet.
  const begins = new Int32Array(size + 1)
  const leftBits = new Int32Array(size + 1)
  const leftCounts = new Int32Array(size + 1)
  const packed = [CODEC]
  begins[0] = 1

  function pack(at: number): void {
    let rest = numbers[at]!
    let bits = leftBits[at]!
    let count = leftCounts[at]!
    do {
      const more = rest > PAYLOAD_MASK ? MORE : 0
      bits = (bits << GROUP_BITS) | more | (rest & PAYLOAD_MASK)
      count += GROUP_BITS
      rest >>>= PAYLOAD_BITS
      while (count >= DIGIT_BITS) {
        count -= DIGIT_BITS
        packed.push(bits >>> count)
        bits &= (1 << count) - 1
      }
    } while (rest > 0)
    begins[at + 1] = packed.length
    leftBits[at + 1] = bits
    leftCounts[at + 1] = count
  }

  return {
    numbers,
    digits(changed) {
      packed.length = begins[changed]!
      for (let at = changed; at < size; at++) pack(at)
      let end = size
      while (end > CELL_NUMBERS && numbers[end - 1] === 0) end--
      const digits = packed.slice(0, begins[end]!)
      const count = leftCounts[end]!
      if (count > 0) digits.push(leftBits[end]! << (DIGIT_BITS - count))
      digits.push(checkDigit(digits))
      return digits
    },
  }
}

/** Numbers as an id. */
export function encodeNumbers(numbers: readonly number[]): string {
  const encoder = createIdEncoder(numbers.length)
  for (const [at, number] of numbers.entries()) encoder.numbers[at] = number
  return base32FromDigits(encoder.digits(0))
}

/**
 * The numbers of an id: at least four, trailing zeros dropped.
 *
 * @throws PolyadError AD_UNIT_ID_INVALID for anything `encodeNumbers` does not write
 */
export function decodeNumbers(id: string): number[] {
  const digits = digitsFromBase32(id)
  if (!digits) throw invalid(id, 'it has a character that is not one of 0-9 and a-z without i, l, o and u')
  if (digits.length < 3) throw invalid(id, 'it is too short')
  if (digits.length > 64) throw invalid(`${id.slice(0, 64)}...`, 'it is too long')
  if (digits[0] !== CODEC)
    throw invalid(id, `it begins with codec ${digits[0]}; this version reads codec ${CODEC}`)
  if (checkDigit(digits.slice(0, -1)) !== digits.at(-1)) {
    throw invalid(id, 'its check digit does not fit, so a character is wrong')
  }
  const numbers: number[] = []
  let bits = 0
  let filled = 0
  let number = 0
  let groups = 0
  for (const digit of digits.slice(1, -1)) {
    bits = (bits << DIGIT_BITS) | digit
    filled += DIGIT_BITS
    if (filled < GROUP_BITS) continue
    filled -= GROUP_BITS
    const group = (bits >>> filled) & (MORE | PAYLOAD_MASK)
    bits &= (1 << filled) - 1
    number += (group & PAYLOAD_MASK) * 2 ** (PAYLOAD_BITS * groups)
    groups++
    if (groups > MAX_GROUPS || number >= 2 ** 32) throw invalid(id, 'a number in it is too large')
    if (group & MORE) continue
    numbers.push(number)
    number = 0
    groups = 0
  }
  // One ad unit has one id: zeros that a writer would have dropped, or a number cut short, are refused here.
  if (numbers.length < CELL_NUMBERS || encodeNumbers(numbers) !== id)
    throw invalid(id, 'it was not made by this codec')
  return numbers
}

function invalid(id: string, problem: string): PolyadError {
  return new PolyadError('AD_UNIT_ID_INVALID', { id, problem })
}
