import { compileRule, type Predicate } from '../rules/compile.ts'
import { parseRule } from '../rules/parse.ts'
import type { AttributeType, Values } from '../rules/rule.ts'
import { localeDirection } from './direction.ts'
import { type Placement, placementShape } from './placement.ts'
import type { SlotValue } from './slot-values.ts'
import type { Layer, Template } from './template.ts'

/** A slot's value in a condition is "slot." and the slot's name. */
const SLOT = 'slot.'

/** What a condition may ask besides slots. */
const PLACE_ATTRIBUTES: readonly (readonly [name: string, type: AttributeType])[] = [
  ['locale', 'category'],
  ['language', 'category'],
  ['direction', 'category'],
  ['placement', 'category'],
  ['placement.width', 'number'],
  ['placement.height', 'number'],
  ['placement.ratio', 'number'],
  ['placement.shape', 'category'],
]

export interface WhenInput {
  readonly placement: Placement
  readonly locale: string
  /** Undefined where the slot shows nothing. */
  readonly slotValue: (slot: string) => SlotValue | undefined
}

const known = new WeakMap<Layer, Predicate>()

/** Whether a layer of a checked template is drawn here; always where it has no `when`. */
export function isShown(template: Template, layer: Layer, input: WhenInput): boolean {
  if (layer.when === undefined) return true
  let predicate = known.get(layer)
  if (!predicate) {
    predicate = compileWhen(template, layer.when, `template ${template.name}: layer ${layer.id}: /when`)
    known.set(layer, predicate)
  }
  return predicate({ values: valuesOf(layer.when, input) })
}

/**
 * Compiles a layer's condition.
 *
 * @throws PolyadError INPUT_INVALID for an attribute or a slot that is not there, with the nearest name
 */
export function compileWhen(template: Template, when: unknown, where: string): Predicate {
  const slots = template.slots.map(({ name }) => [`${SLOT}${name}`, 'category'] as const)
  const vocabulary = { person: new Map([...PLACE_ATTRIBUTES, ...slots]), mention: new Map() }
  return compileRule(parseRule(when, vocabulary, where))
}

/** The slots that a condition reads, each once. */
export function whenSlots(when: unknown): readonly string[] {
  if (typeof when !== 'object' || when === null) return []
  const found = Object.entries(when).flatMap(([key, inner]) =>
    key.startsWith(SLOT) ? [key.slice(SLOT.length)] : whenSlots(inner),
  )
  return [...new Set(found)]
}

/** The template with its layers drawn whatever other slots show, e.g. to see how one slot's texts fit. */
export function withoutSlotConditions(template: Template): Template {
  const freed = <Changes extends { readonly when?: unknown }>(changes: Changes): Changes =>
    whenSlots(changes.when).length === 0 ? changes : { ...changes, when: undefined }
  const placements = Object.entries(template.placements ?? {}).map(([id, byLayer]) => {
    const layers = Object.entries(byLayer).map(([layer, changes]) => [layer, freed(changes)] as const)
    return [id, Object.fromEntries(layers)] as const
  })
  return { ...template, layers: template.layers.map(freed), placements: Object.fromEntries(placements) }
}

function valuesOf(when: unknown, { placement, locale, slotValue }: WhenInput): Values {
  const { widthPx, heightPx } = placement
  const slots = whenSlots(when).map((slot) => [`${SLOT}${slot}`, comparable(slotValue(slot))] as const)
  return {
    locale,
    language: new Intl.Locale(locale).language,
    direction: localeDirection(locale),
    placement: placement.id,
    'placement.width': widthPx,
    'placement.height': heightPx,
    'placement.ratio': widthPx / heightPx,
    'placement.shape': placementShape(placement),
    ...Object.fromEntries(slots),
  }
}

/** The text, the picture's path or the colour; an empty text is none. */
function comparable(value: SlotValue | undefined): string | undefined {
  if (value?.kind === 'text') return value.text.trim() === '' ? undefined : value.text
  return value?.kind === 'image' ? value.file : value?.colour
}
