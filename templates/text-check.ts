import type { TextLimit } from '../data/placements/placement-row.ts'
import type { Fonts } from './fonts.ts'
import { withoutSlotConditions } from './layer-when.ts'
import { isCopyOnly, type Placement } from './placement.ts'
import { createScene, type SceneLayer, type TextReport } from './scene.ts'
import type { SlotValues } from './slot-values.ts'
import type { Template } from './template.ts'
import { textLength } from './text-units.ts'

/** A text where it would be shown. */
export interface PlacedText {
  readonly slot: string
  readonly placement: Placement
  readonly locale: string
  readonly text: string
}

/** How a text comes out in one placement. */
export interface TextFinding {
  /** One a layer that shows it; none where the placement is copy alone. */
  readonly layers: readonly LayerFinding[]
  /** Limits it is over: the slot's own, and the platform's. */
  readonly over: readonly OverLimit[]
}

interface LayerFinding extends TextReport {
  /** Graphemes that are drawn, the ellipsis of a cut text not among them. */
  readonly shownGraphemes: number
}

export interface OverLimit {
  /** `slot`, or what the platform calls the text. */
  readonly limit: string
  readonly unit: TextLimit['unit']
  readonly length: number
  readonly most: number
}

/**
 * Lays texts out as the template would, without anything else of it.
 *
 * Costs some microseconds to milliseconds a text, most where it must shrink.
 */
export function createTextChecker(template: Template, fonts: Fonts): (placed: PlacedText) => TextFinding {
  const templates = new Map(template.slots.map(({ name }) => [name, onlyTexts(template, name)]))
  const colours: SlotValues = Object.fromEntries(
    template.slots
      .filter(({ kind }) => kind === 'colour')
      .map(({ name }) => [name, { kind: 'colour', colour: '#000000' }] as const),
  )
  return ({ slot, placement, locale, text }) => {
    const { texts, layers } = createScene({
      template: templates.get(slot)!,
      placement,
      values: { ...colours, [slot]: { kind: 'text', text } },
      locale,
      fonts,
    })
    return {
      layers: texts.map((report) => ({ ...report, shownGraphemes: shownIn(layers, report) })),
      over: limitsOver(template, placement, slot, text),
    }
  }
}

/** Whole in every layer, nothing left out, within the limits; it may have shrunk. */
export function isFitting({ layers, over }: TextFinding): boolean {
  return (
    over.length === 0 &&
    layers.every(({ outcome, missing }) => outcome !== 'truncated' && missing.length === 0)
  )
}

/**
 * The platform's limit of a slot's text: of the field the template says the slot fills, or, where the placement is copy
 * alone, of the field of its name. A text that is only drawn into a picture has none.
 */
function limitOf(template: Template, placement: Placement, slotName: string): TextLimit | undefined {
  const slot = template.slots.find(({ name }) => name === slotName)
  const field = slot?.field ?? (isCopyOnly(placement) ? slotName : undefined)
  return placement.texts?.find((each) => each.field === field)
}

function limitsOver(template: Template, placement: Placement, slot: string, text: string): OverLimit[] {
  const own = template.slots.find(({ name }) => name === slot)?.maxGraphemes
  const limit = limitOf(template, placement, slot)
  const all: { limit: string; unit: TextLimit['unit']; most: number }[] = []
  if (own !== undefined) all.push({ limit: 'slot', unit: 'graphemes', most: own })
  if (limit?.most !== undefined) all.push({ limit: limit.name, unit: limit.unit, most: limit.most })
  return all.flatMap((each) => {
    const length = textLength(text, each.unit)
    return length > each.most ? [{ ...each, length }] : []
  })
}

function shownIn(layers: readonly SceneLayer[], { layer: id, outcome }: TextReport): number {
  const layer = layers.find((each) => each.id === id)
  if (layer?.kind !== 'text') return 0
  const lines = layer.lines.map(({ runs }) => runs.map(({ text }) => text).join(''))
  return Math.max(0, textLength(lines.join(' '), 'graphemes') - (outcome === 'truncated' ? 1 : 0))
}

/** The template with nothing but the text layers of one slot: others cannot change how they fit. */
function onlyTexts(template: Template, slot: string): Template {
  return withoutSlotConditions({
    ...template,
    layers: template.layers.filter((layer) => layer.kind === 'text' && layer.slot === slot),
  })
}
