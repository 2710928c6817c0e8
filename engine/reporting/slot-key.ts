import { PolyadError } from '../../core/errors.ts'
import { unitFromId } from '../campaign/ad-unit-id.ts'
import type { Ledger } from '../campaign/ledger.ts'
import { HOUSE_AD, type KeyOf } from './breakdown.ts'

/** The slot is absent in that placement. */
export const NO_SLOT = '(none)'

/**
 * What a row's ad unit showed in a slot, by its id; every id is read once.
 *
 * @throws PolyadError AD_UNIT_ID_INVALID (the function that is given) for an id that the ledger cannot read
 */
export function slotKey(ledger: Ledger, slot: string): KeyOf {
  const keys = new Map<string, string>([['', HOUSE_AD]])
  return ({ adUnit }) => {
    let key = keys.get(adUnit)
    if (key === undefined) {
      key = unitFromId(ledger, adUnit).choices[slot] ?? NO_SLOT
      keys.set(adUnit, key)
    }
    return key
  }
}

/** The same, with the slot absent from ad units that the ledger cannot read: they spoil no other number. */
export function slotKeyIfRead(ledger: Ledger, slot: string): KeyOf {
  const keyOf = slotKey(ledger, slot)
  return (row) => {
    try {
      return keyOf(row)
    } catch (error) {
      if (error instanceof PolyadError) return NO_SLOT
      throw error
    }
  }
}
