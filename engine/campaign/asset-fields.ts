import type { SlotKind } from '../../templates/template.ts'
import type { Asset } from './campaign.ts'

/** What an asset of a slot of each kind gives, and nothing else of these. */
export const FIELD_OF_KIND = {
  text: 'text',
  image: 'file',
  colour: 'colour',
  number: 'number',
  price: 'price',
  date: 'date',
  url: 'url',
} as const satisfies Record<SlotKind, keyof Asset>
