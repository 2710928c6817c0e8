import { PolyadError } from '../../core/errors.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { CELL_NUMBERS, decodeNumbers, encodeNumbers } from './id-codec.ts'
import type { Ledger } from './ledger.ts'

/** A ledger the other way round: names by ordinal (index 0 is unused), slots in the order an id has them. */
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
  const numbers = [
    ledger.campaignKey,
    ordinal(ledger.segments, 'segment', unit.segment),
    ordinal(ledger.locales, 'locale', unit.locale),
    ordinal(ledger.placements, 'placement', unit.placement),
  ]
  for (const { name } of indexOf(ledger).slots) {
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
  if (numbers.length - CELL_NUMBERS > index.slots.length) {
    throw invalid(id, `it has more slots than the ledger of ${ledger.campaign}`)
  }
  const choices: Record<string, string | undefined> = {}
  for (const [at, slot] of index.slots.entries()) {
    const number = numbers[CELL_NUMBERS + at] ?? 0
    choices[slot.name] = number === 0 ? undefined : name(slot.assets, `asset of slot ${slot.name}`, number)
  }
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

function indexOf(ledger: Ledger): LedgerIndex {
  let index = indexes.get(ledger)
  if (!index) {
    index = {
      segments: byOrdinal(ledger.segments),
      locales: byOrdinal(ledger.locales),
      placements: byOrdinal(ledger.placements),
      slots: slotsInOrder(ledger).map((name) => ({ name, assets: byOrdinal(ledger.assets[name] ?? {}) })),
    }
    indexes.set(ledger, index)
  }
  return index
}

/** The slots of a ledger in the order in which an id has them. */
export function slotsInOrder(ledger: Ledger): string[] {
  return Object.keys(ledger.slots).sort((a, b) => ledger.slots[a]! - ledger.slots[b]!)
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
