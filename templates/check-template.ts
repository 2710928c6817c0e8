import { type TSchema, Type } from 'typebox'
import { PolyadError } from '../core/errors.ts'
import { createDoor } from '../core/schema.ts'
import { PLACEMENTS } from '../data/placements.ts'
import { colourSlot, layerColours } from './layer-slots.ts'
import { compileWhen } from './layer-when.ts'
import { boxProblem, layOut, overridden } from './layout.ts'
import { isCopyOnly } from './placement.ts'
import { typedDefault } from './slot-default.ts'
import {
  ImageLayerSchema,
  type Layer,
  ShapeLayerSchema,
  type Slot,
  type SlotKind,
  type Template,
  TemplateSchema,
  TextLayerSchema,
} from './template.ts'
import { limitProblem } from './typed-values.ts'

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
  for (const layer of template.layers) checkLayer(template, layer, where, `layer ${layer.id}`, refuse)
  checkOverrides(template, where, refuse)
  checkSafeAreas(template, refuse)
  return template
}

type Refuse = (at: string, problem: string, mend?: string) => PolyadError<'INPUT_INVALID'>

function checkNames(template: Template, refuse: Refuse): void {
  const slot = firstRepeated(template.slots.map(({ name }) => name))
  if (slot) throw refuse(`slot ${slot}`, 'the name is used twice')
  const layer = firstRepeated(template.layers.map(({ id }) => id))
  if (layer) throw refuse(`layer ${layer}`, 'the id is used twice')
  for (const each of template.slots) {
    const { name, absentIn = [] } = each
    checkLimits(each, refuse)
    const unknown = absentIn.find((id) => !PLACEMENTS.has(id))
    if (unknown)
      throw refuse(`slot ${name}`, `"absentIn" names the placement "${unknown}"`, placementsThereAre())
  }
}

/** Limits that its kind does not have, and a default that is not of its kind or outside its limits. */
function checkLimits(slot: Slot, refuse: Refuse): void {
  const at = `slot ${slot.name}`
  for (const [limit, kinds] of Object.entries(KINDS_WITH_LIMIT)) {
    if (Object.hasOwn(slot, limit) && !kinds.includes(slot.kind)) {
      throw refuse(at, `"${limit}" is no limit of the kind ${slot.kind}`, `it is one of ${kinds.join(', ')}`)
    }
  }
  if (slot.default === undefined) return
  defaultDoors[slot.kind](slot.default, at)
  const problem = limitProblem(slot, typedDefault(slot))
  if (problem) throw refuse(at, `its default is outside its limits: ${problem}`)
}

const KINDS_WITH_LIMIT: Readonly<Record<string, readonly SlotKind[]>> = {
  maxGraphemes: ['text', 'number', 'price', 'date', 'url'],
  min: ['number', 'price'],
  max: ['number', 'price'],
  currencies: ['price'],
  from: ['date'],
  to: ['date'],
  hosts: ['url'],
}

const PlainText = Type.String({ maxLength: 2000 })

const defaultDoors = {
  text: createDoor('default', PlainText),
  image: createDoor('default', PlainText),
  colour: createDoor(
    'default',
    Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: 'a colour such as #1f6f6b' }),
  ),
  number: createDoor('default', Type.Number()),
  price: createDoor(
    'default',
    Type.Object(
      {
        amountMicros: Type.Integer({ minimum: 0 }),
        currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'an ISO 4217 code such as USD' }),
      },
      { additionalProperties: false },
    ),
  ),
  date: createDoor('default', Type.String({ format: 'date', description: 'a day such as 2026-11-30' })),
  url: createDoor('default', PlainText),
} as const satisfies Record<SlotKind, unknown>

function firstRepeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index)
}

function checkLayer(template: Template, layer: Layer, where: string, at: string, refuse: Refuse): void {
  const box = boxProblem(layer.box)
  if (box) throw refuse(at, `its box ${box}`)
  if (layer.when !== undefined) compileWhen(template, layer.when, `${where}: ${at}: /when`)
  const needs = (slot: string, ...kinds: readonly SlotKind[]) => {
    const found = template.slots.find(({ name }) => name === slot)
    if (!found) {
      const names = template.slots.filter((each) => kinds.includes(each.kind)).map(({ name }) => name)
      throw refuse(
        at,
        `there is no slot "${slot}"`,
        names.length > 0 ? `use ${names.join(', ')}` : 'add it to "slots"',
      )
    }
    if (!kinds.includes(found.kind))
      throw refuse(at, `the slot "${slot}" is of kind ${found.kind}, not ${kinds.join(', ')}`)
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
      needs(layer.slot, 'text', 'number', 'price', 'date', 'url')
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
      checkLayer(template, changed, where, at, refuse)
    }
    layOut(template, placement)
  }
}

function checkSafeAreas(template: Template, refuse: Refuse): void {
  for (const id of Object.keys(template.safeAreas ?? {})) {
    if (id !== 'default' && !PLACEMENTS.has(id)) {
      throw refuse(`/safeAreas/${id}`, 'there is no such placement', `${placementsThereAre()}, or default`)
    }
  }
}

function placementsThereAre(): string {
  return `use one of ${[...PLACEMENTS.keys()].join(', ')}`
}
