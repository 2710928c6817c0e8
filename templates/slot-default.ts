import type { SlotValue } from './slot-values.ts'
import type { Slot } from './template.ts'
import { type TypedValue, typedText } from './typed-values.ts'

/** What a slot shows for want of a value, undefined where the template has nothing for it. */
export function defaultValue(slot: Slot, locale: string): SlotValue | undefined {
  const value = slot.default
  if (value === undefined) return undefined
  if (slot.kind === 'image') return { kind: 'image', file: value as string }
  if (slot.kind === 'colour') return { kind: 'colour', colour: value as string }
  if (slot.kind === 'text') return { kind: 'text', text: value as string }
  return { kind: 'text', text: typedText(typedDefault(slot), locale)! }
}

/** The default of a slot of a number, price, date or URL, as an asset would give it. */
export function typedDefault({ kind, default: value }: Slot): TypedValue {
  return value === undefined ? {} : { [kind]: value }
}
