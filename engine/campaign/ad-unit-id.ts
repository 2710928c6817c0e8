import { base32FromDigits, checkDigit, digitsFromBase32 } from '../../core/base32.ts'
import { PolyadError } from '../../core/errors.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import type { Ledger } from './ledger.ts'

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
/** Seven groups hold 35 bits; a number is refused past 32 so that arithmetic stays exact. */
const MAX_GROUPS = 7
const CELL_NUMBERS = 4

/** A ledger the other way round: from ordinals to names. Index 0 is unused. */
interface LedgerIndex {
  readonly segments: readonly string[]
  readonly locales: readonly string[]
  readonly placements: readonly string[]
  readonly slots: readonly { readonly name: string; readonly assets: readonly string[] }[]
}

const indexes = new WeakMap<Ledger, LedgerIndex>()

/**
 * The permanent id of an ad unit: at most 40 characters for 10 slots of 1,000 options and 10,000 segments.
 *
 * @throws Error when the unit names something the ledger has no ordinal for: extend the ledger first
 */
export function adUnitId(ledger: Ledger, unit: AdUnit): string {
  const { slots } = indexOf(ledger)
  const numbers = [
    ledger.campaignKey,
    ordinal(ledger.segments, 'segment', unit.segment),
    ordinal(ledger.locales, 'locale', unit.locale),
    ordinal(ledger.placements, 'placement', unit.placement),
  ]
  for (const { name } of slots.slice(1)) {
    const asset = Object.hasOwn(unit.choices, name) ? unit.choices[name] : undefined
    numbers.push(asset === undefined ? 0 : ordinal(ledger.assets[name]!, `asset of ${name}`, asset))
  }
  return encodeNumbers(numbers)
}

/**
 * What an id stands for, also when the campaign no longer makes it. Slots the id says nothing of are undefined.
 *
 * @throws PolyadError AD_UNIT_ID_INVALID saying why: damaged, of another campaign, or newer than this ledger
 */
export function unitFromId(ledger: Ledger, id: string): AdUnit {
  const numbers = decodeNumbers(id)
  if (numbers[0] !== ledger.campaignKey) {
    throw invalid(id, `it belongs to campaign number ${numbers[0]}, not to ${ledger.campaign}`)
  }
  const index = indexOf(ledger)
  const name = (names: readonly string[], what: string, number: number): string => {
    const found = number === 0 ? undefined : names[number]
    if (found === undefined) throw invalid(id, `the ledger of ${ledger.campaign} has no ${what} ${number}`)
    return found
  }
  if (numbers.length - CELL_NUMBERS > index.slots.length - 1) {
    throw invalid(id, `it has more slots than the ledger of ${ledger.campaign}`)
  }
  const choices: Record<string, string | undefined> = {}
  index.slots.forEach((slot, at) => {
    if (at === 0) return
    const number = numbers[CELL_NUMBERS + at - 1] ?? 0
    choices[slot.name] = number === 0 ? undefined : name(slot.assets, `asset of slot ${slot.name}`, number)
  })
  return {
    segment: name(index.segments, 'segment', numbers[1]!),
    locale: name(index.locales, 'locale', numbers[2]!),
    placement: name(index.placements, 'placement', numbers[3]!),
    choices,
  }
}

/**
 * The campaign key inside an id, for finding the campaign it belongs to.
 *
 * @throws PolyadError AD_UNIT_ID_INVALID
 */
export function campaignKeyOf(id: string): number {
  return decodeNumbers(id)[0]!
}

/** Writes numbers (integers in [0, 2^32)) as an id: the codec without the ledger. */
function encodeNumbers(numbers: readonly number[]): string {
  let length = numbers.length
  while (length > CELL_NUMBERS && numbers[length - 1] === 0) length--
  const digits = [CODEC]
  let bits = 0
  let filled = 0
  for (let at = 0; at < length; at++) {
    let rest = numbers[at]!
    do {
      const more = rest > PAYLOAD_MASK ? MORE : 0
      bits = (bits << GROUP_BITS) | more | (rest & PAYLOAD_MASK)
      filled += GROUP_BITS
      rest >>>= PAYLOAD_BITS
      while (filled >= 5) {
        filled -= 5
        digits.push((bits >>> filled) & 31)
      }
      bits &= (1 << filled) - 1
    } while (rest > 0)
  }
  if (filled > 0) digits.push((bits << (5 - filled)) & 31)
  digits.push(checkDigit(digits))
  return base32FromDigits(digits)
}

function decodeNumbers(id: string): number[] {
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
    bits = (bits << 5) | digit
    filled += 5
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

function indexOf(ledger: Ledger): LedgerIndex {
  let index = indexes.get(ledger)
  if (!index) {
    const slotNames = byOrdinal(ledger.slots)
    index = {
      segments: byOrdinal(ledger.segments),
      locales: byOrdinal(ledger.locales),
      placements: byOrdinal(ledger.placements),
      slots: slotNames.map((name) => ({ name, assets: byOrdinal(ledger.assets[name] ?? {}) })),
    }
    indexes.set(ledger, index)
  }
  return index
}

function byOrdinal(ordinals: Readonly<Record<string, number>>): string[] {
  const names: string[] = ['']
  for (const [name, number] of Object.entries(ordinals)) names[number] = name
  return names
}

function ordinal(ordinals: Readonly<Record<string, number>>, what: string, name: string): number {
  const found = Object.hasOwn(ordinals, name) ? ordinals[name] : undefined
  if (found === undefined) throw new Error(`the ledger has no ordinal for ${what} "${name}"`)
  return found
}

function invalid(id: string, problem: string): PolyadError {
  return new PolyadError('AD_UNIT_ID_INVALID', { id, problem })
}
