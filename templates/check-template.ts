import { type TSchema, Type } from 'typebox'
import { PolyadError } from '../core/errors.ts'
import { createDoor } from '../core/schema.ts'
import { PLACEMENTS } from '../data/placements.ts'
import { colourSlot, layerColours } from './layer-slots.ts'
import { boxProblem, layOut, overridden } from './layout.ts'
import { isCopyOnly } from './placement.ts'
import {
  ImageLayerSchema,
  type Layer,
  ShapeLayerSchema,
  type Template,
  TemplateSchema,
  TextLayerSchema,
} from './template.ts'

/** The template without its layers' insides: those are checked by kind, so that a message speaks of one kind only. */
const frameDoor = createDoor(
  'template',
  Type.Object(
    {
      ...TemplateSchema.properties,
      layers: Type.Array(
        Type.Object({
          kind: Type.Union([Type.Literal('image'), Type.Literal('shape'), Type.Literal('text')]),
        }),
        { minItems: 1, maxItems: 40 },
      ),
    },
    { additionalProperties: false },
  ) as TSchema,
)

const layerDoors = {
  image: createDoor('template', ImageLayerSchema),
  shape: createDoor('template', ShapeLayerSchema),
  text: createDoor('template', TextLayerSchema),
} as const

/** What a placement may not change of a layer. */
const FIXED = ['id', 'kind', 'slot'] as const

/**
 * Checks a template from outside: its fields, that layers name slots of their kind, that overrides name layers and
 * placements there are, and that every box is determined.
 *
 * @param where names the source in messages, e.g. templates/photo-banner/template.json
 * @throws PolyadError INPUT_INVALID naming the first problem, the layer and the placement
 */
export function parseTemplate(json: unknown, where: string): Template {
  frameDoor(json, where)
  for (const [index, layer] of (json as { layers: Layer[] }).layers.entries()) {
    layerDoors[layer.kind](layer, `${where}: /layers/${index}`)
  }
  const template = json as Template
  const refuse: Refuse = (at, problem, mend) =>
    new PolyadError('INPUT_INVALID', {
      what: 'template',
      where: `${where}: ${at}`,
      problem,
      ...(mend ? { mend } : {}),
    })
  checkNames(template, refuse)
  for (const layer of template.layers) checkLayer(template, layer, `layer ${layer.id}`, refuse)
  checkOverrides(template, where, refuse)
  return template
}

type Refuse = (at: string, problem: string, mend?: string) => PolyadError<'INPUT_INVALID'>

function checkNames(template: Template, refuse: Refuse): void {
  const slot = firstRepeated(template.slots.map(({ name }) => name))
  if (slot) throw refuse(`slot ${slot}`, 'the name is used twice')
  const layer = firstRepeated(template.layers.map(({ id }) => id))
  if (layer) throw refuse(`layer ${layer}`, 'the id is used twice')
  for (const { name, absentIn = [] } of template.slots) {
    const unknown = absentIn.find((id) => !PLACEMENTS.has(id))
    if (unknown)
      throw refuse(`slot ${name}`, `"absentIn" names the placement "${unknown}"`, placementsThereAre())
  }
}

function firstRepeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index)
}

function checkLayer(template: Template, layer: Layer, at: string, refuse: Refuse): void {
  const box = boxProblem(layer.box)
  if (box) throw refuse(at, `its box ${box}`)
  const needs = (slot: string, kind: Layer['kind'] | 'colour') => {
    const found = template.slots.find(({ name }) => name === slot)
    if (!found) {
      const names = template.slots.filter((each) => each.kind === kind).map(({ name }) => name)
      throw refuse(
        at,
        `there is no slot "${slot}"`,
        names.length > 0 ? `use ${names.join(', ')}` : 'add it to "slots"',
      )
    }
    if (found.kind !== kind) throw refuse(at, `the slot "${slot}" is of kind ${found.kind}, not ${kind}`)
  }
  for (const colour of layerColours(layer)) {
    const slot = colourSlot(colour)
    if (slot !== undefined) needs(slot, 'colour')
  }
  switch (layer.kind) {
    case 'image':
      if ((layer.slot === undefined) === (layer.file === undefined)) {
        throw refuse(at, 'an image layer needs either "slot" or "file"')
      }
      if (layer.slot !== undefined) needs(layer.slot, 'image')
      break
    case 'shape':
      if ((layer.fill === undefined) === (layer.gradient === undefined)) {
        throw refuse(at, 'a shape layer needs either "fill" or "gradient"')
      }
      break
    case 'text':
      needs(layer.slot, 'text')
      if (layer.minFontPx > layer.maxFontPx) throw refuse(at, '"minFontPx" is larger than "maxFontPx"')
  }
}

function checkOverrides(template: Template, where: string, refuse: Refuse): void {
  for (const [placementId, byLayer] of Object.entries(template.placements ?? {})) {
    const placement = PLACEMENTS.get(placementId)
    if (!placement)
      throw refuse(`/placements/${placementId}`, 'there is no such placement', placementsThereAre())
    if (isCopyOnly(placement)) {
      throw refuse(
        `/placements/${placementId}`,
        'the placement is copy alone and shows no layer',
        'leave it out',
      )
    }
    for (const [layerId, changes] of Object.entries(byLayer)) {
      const at = `/placements/${placementId}/${layerId}`
      const layer = template.layers.find(({ id }) => id === layerId)
      if (!layer) {
        throw refuse(
          at,
          'there is no such layer',
          `use one of ${template.layers.map(({ id }) => id).join(', ')}`,
        )
      }
      const fixed = FIXED.find((field) => Object.hasOwn(changes, field))
      if (fixed) throw refuse(at, `a placement cannot change "${fixed}"`)
      const changed = overridden(template, placementId, layer)
      layerDoors[layer.kind](changed, `${where}: ${at}`)
      checkLayer(template, changed, at, refuse)
    }
    layOut(template, placement)
  }
}

function placementsThereAre(): string {
  return `use one of ${[...PLACEMENTS.keys()].join(', ')}`
}
