import { whenSlots } from './layer-when.ts'
import type { Layer } from './template.ts'

const SLOT_COLOUR = 'slot:'

/** The slot that a colour is read from, as in "slot:accent"; undefined for a colour that is told. */
export function colourSlot(colour: string): string | undefined {
  return colour.startsWith(SLOT_COLOUR) ? colour.slice(SLOT_COLOUR.length) : undefined
}

/** The slots whose values decide how a layer looks or whether it is there, each once. Equal values of them: equal looks, in one placement and locale. */
export function layerSlots(layer: Layer): readonly string[] {
  const slots = 'slot' in layer && layer.slot !== undefined ? [layer.slot] : []
  const ofColours = layerColours(layer).flatMap((colour) => colourSlot(colour) ?? [])
  return [...new Set([...slots, ...ofColours, ...whenSlots(layer.when)])]
}

/** Every colour that a layer is painted with, as the template writes it. */
export function layerColours(layer: Layer): readonly string[] {
  switch (layer.kind) {
    case 'image':
      return []
    case 'shape':
      return layer.gradient ? [layer.gradient.from, layer.gradient.to] : layer.fill ? [layer.fill] : []
    case 'text':
      return layer.background ? [layer.colour, layer.background] : [layer.colour]
  }
}
