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
/**
 * Longest id that is read: far longer than a campaign of 20 slots can write (about 90), so a hostile one costs nothing,
 * and short enough to be a file name.
 */
export const MAX_ID_CHARACTERS = 240
/** Campaign key, segment, locale, placement: always written. */
export const CELL_NUMBERS = 4

/** Groups that a number is written in: 1 below 32, 2 below 1024, and so on. */
export function groupsOf(number: number): number {
  let groups = 1
  for (let rest = number; rest > PAYLOAD_MASK; rest >>>= PAYLOAD_BITS) groups++
  return groups
}

/** Characters of an id whose numbers, trailing zeros dropped, take so many groups in all. */
export function idLengthOf(groups: number): number {
  return 2 + Math.ceil((groups * GROUP_BITS) / DIGIT_BITS)
}

/** Encodes ids whose numbers mostly stay as they were: only what changed is packed again. */
export interface IdEncoder {
  /** The numbers to encode (integers in [0, 2^32)): campaign key, segment, locale, placement, then slots. */
  readonly numbers: number[]
  /** The id as ASCII, `encode()` characters of it; overwritten by the next call. */
  readonly ascii: Uint8Array
  /** Spells the id after `numbers` changed from index `changed` on; gives its length. */
  encode(changed: number): number
  /** Characters of the last id that were spelt before and stayed as they were. */
  kept(): number
}

const ASCII = Uint8Array.from(Buffer.from(base32FromDigits([...Array(32).keys()]), 'latin1'))
/** One step of core/base32's check, which is linear: check of a text with one more digit = step of check, plus digit. */
const CHECK_STEP = Uint8Array.from([...Array(32).keys()], (digit) => checkDigit([digit]))

/** An encoder of `size` numbers, at least the four of the cell. */
export function createIdEncoder(size: number): IdEncoder {
  const numbers = new Array<number>(size).fill(0)
  const ascii = new Uint8Array(Math.ceil((size * MAX_GROUPS * GROUP_BITS) / DIGIT_BITS) + 3)
  // Where each number begins: characters before it, the bits no character holds yet, and the check so far.
  const begins = new Int32Array(size + 1)
  const bits = new Int32Array(size + 1)
  const bitCounts = new Int32Array(size + 1)
  const checks = new Int32Array(size + 1)
  ascii[0] = ASCII[CODEC]!
  begins[0] = 1
  checks[0] = CODEC
  /** Numbers before this one stand packed in `ascii`. */
  let intact = 0
  let kept = 0

  function pack(at: number): void {
    let rest = numbers[at]!
    let length = begins[at]!
    let left = bits[at]!
    let count = bitCounts[at]!
    let check = checks[at]!
    do {
      const more = rest > PAYLOAD_MASK ? MORE : 0
      left = (left << GROUP_BITS) | more | (rest & PAYLOAD_MASK)
      count += GROUP_BITS
      rest >>>= PAYLOAD_BITS
      while (count >= DIGIT_BITS) {
        count -= DIGIT_BITS
        const digit = left >>> count
        left &= (1 << count) - 1
        ascii[length++] = ASCII[digit]!
        check = CHECK_STEP[check]! ^ digit
      }
    } while (rest > 0)
    begins[at + 1] = length
    bits[at + 1] = left
    bitCounts[at + 1] = count
    checks[at + 1] = check
  }

  return {
    numbers,
    ascii,
    encode(changed) {
      let end = size
      while (end > CELL_NUMBERS && numbers[end - 1] === 0) end--
      const first = Math.min(changed, intact, end)
      kept = begins[first]!
      for (let at = first; at < end; at++) pack(at)
      // The filling and the check overwrite what zeros at the end would have had.
      intact = end
      let length = begins[end]!
      let check = checks[end]!
      if (bitCounts[end]! > 0) {
        const digit = bits[end]! << (DIGIT_BITS - bitCounts[end]!)
        ascii[length++] = ASCII[digit]!
        check = CHECK_STEP[check]! ^ digit
      }
      ascii[length++] = ASCII[CHECK_STEP[check]!]!
      return length
    },
    kept: () => kept,
  }
}

/** By how many numbers they take: the memory of one costs more to make than an id to spell. */
const encoders = new Map<number, IdEncoder>()

/** Numbers as an id. */
export function encodeNumbers(numbers: readonly number[]): string {
  const encoder = encoders.get(numbers.length) ?? createIdEncoder(numbers.length)
  encoders.set(numbers.length, encoder)
  for (const [at, number] of numbers.entries()) encoder.numbers[at] = number
  const length = encoder.encode(0)
  return Buffer.from(encoder.ascii.buffer, 0, length).toString('latin1')
}

/**
 * The numbers of an id: at least four, trailing zeros dropped.
 *
 * @throws PolyadError AD_UNIT_ID_INVALID for anything `encodeNumbers` does not write
 */
export function decodeNumbers(id: string): number[] {
  if (id.length > MAX_ID_CHARACTERS) throw invalid(`${id.slice(0, 40)}...`, 'it is too long')
  const digits = digitsFromBase32(id)
  if (!digits) throw invalid(id, 'it has a character that is not one of 0-9 and a-z without i, l, o and u')
  if (digits.length < 3) throw invalid(id, 'it is too short')
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
