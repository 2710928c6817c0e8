import { type Static, Type } from 'typebox'
import { TEXT_FIELDS, type TextField } from '../data/placements/placement-row.ts'

/** A length in the canvas: pixels as a number, or a share of the canvas side as "50%". */
const Length = Type.Union([
  Type.Number(),
  Type.String({ pattern: '^-?\\d+(\\.\\d+)?%$', description: 'a share such as 50%' }),
])

/**
 * A box: give two of left/width/right and two of top/height/bottom; the third follows. Lengths are of the canvas, or of
 * what is left of it inside the safe area. Left is where reading begins: in a right-to-left locale it is the right.
 */
const Box = Type.Object(
  {
    within: Type.Optional(Type.Union([Type.Literal('canvas'), Type.Literal('safe')])),
    left: Type.Optional(Length),
    right: Type.Optional(Length),
    width: Type.Optional(Length),
    top: Type.Optional(Length),
    bottom: Type.Optional(Length),
    height: Type.Optional(Length),
  },
  { additionalProperties: false },
)

/** `#rrggbb`, `#rrggbbaa`, or the value of a colour slot as "slot:NAME". */
const Colour = Type.String({
  pattern: '^(#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?|slot:[a-z][A-Za-z0-9]*)$',
  description: 'a colour such as #1f6f6b or slot:accent',
})

const LayerBase = {
  id: Type.String({ pattern: '^[a-z][A-Za-z0-9-]*$', maxLength: 40 }),
  box: Box,
  opacity: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  /** Not drawn at all, e.g. as a placement's override. */
  hidden: Type.Optional(Type.Boolean()),
  /**
   * Drawn only where this rule holds, over `slot.NAME` (its text, picture or colour), `placement` (its id),
   * `placement.width`, `.height`, `.ratio` and `.shape`, `locale`, `language` and `direction` (ltr or rtl).
   */
  when: Type.Optional(Type.Unknown()),
  /** False: keeps its place, and a gradient its direction, in right-to-left locales. Default true. */
  mirror: Type.Optional(Type.Boolean()),
}

export const ImageLayerSchema = Type.Object(
  {
    ...LayerBase,
    kind: Type.Literal('image'),
    /** An image slot, or `file` for a picture of the template's own folder. */
    slot: Type.Optional(Type.String()),
    file: Type.Optional(Type.String()),
    fit: Type.Optional(Type.Union([Type.Literal('cover'), Type.Literal('contain')])),
    /**
     * Cover: the point of the picture that stays in view, where its asset says none. Contain: where it lies in its box,
     * 0 left or top. Default the middle.
     */
    focus: Type.Optional(
      Type.Object(
        { x: Type.Number({ minimum: 0, maximum: 1 }), y: Type.Number({ minimum: 0, maximum: 1 }) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

export const ShapeLayerSchema = Type.Object(
  {
    ...LayerBase,
    kind: Type.Literal('shape'),
    fill: Type.Optional(Colour),
    gradient: Type.Optional(
      Type.Object(
        {
          from: Colour,
          to: Colour,
          /** Clockwise; 0 runs from left to right, 90 (the default) from top to bottom. */
          angleDegrees: Type.Optional(Type.Number()),
        },
        { additionalProperties: false },
      ),
    ),
    radiusPx: Type.Optional(Type.Number({ minimum: 0 })),
  },
  { additionalProperties: false },
)

export const TextLayerSchema = Type.Object(
  {
    ...LayerBase,
    kind: Type.Literal('text'),
    slot: Type.String(),
    colour: Colour,
    /** Bold is 700. */
    weight: Type.Optional(Type.Union([Type.Literal(400), Type.Literal(700)])),
    maxFontPx: Type.Number({ minimum: 4, maximum: 400 }),
    minFontPx: Type.Number({ minimum: 4, maximum: 400 }),
    maxLines: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
    lineHeight: Type.Optional(Type.Number({ minimum: 0.8, maximum: 3 })),
    align: Type.Optional(Type.Union([Type.Literal('start'), Type.Literal('middle'), Type.Literal('end')])),
    verticalAlign: Type.Optional(
      Type.Union([Type.Literal('top'), Type.Literal('middle'), Type.Literal('bottom')]),
    ),
    /** Behind the text, as for a button: the box is filled, and the text keeps `paddingPx` from its sides. */
    background: Type.Optional(Colour),
    radiusPx: Type.Optional(Type.Number({ minimum: 0 })),
    paddingPx: Type.Optional(Type.Number({ minimum: 0 })),
    uppercase: Type.Optional(Type.Boolean()),
    /** No last line of one word alone, at the cost of a smaller size. */
    avoidOrphans: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** Lengths from the edges that a box within the safe area stays clear of; 0 where not given. */
const SafeAreaSchema = Type.Object(
  {
    left: Type.Optional(Length),
    right: Type.Optional(Length),
    top: Type.Optional(Length),
    bottom: Type.Optional(Length),
  },
  { additionalProperties: false },
)

const LayerSchema = Type.Union([ImageLayerSchema, ShapeLayerSchema, TextLayerSchema])

/** `templates/NAME/template.json`: slots, layers from back to front, and what a placement changes. */
export const TemplateSchema = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]*$',
      maxLength: 60,
      description: 'a name in small letters, digits and hyphens',
    }),
    title: Type.Optional(Type.String({ maxLength: 120 })),
    slots: Type.Array(
      Type.Object(
        {
          name: Type.String({
            pattern: '^[a-z][A-Za-z0-9]*$',
            maxLength: 40,
            description: 'a name of letters and digits that begins small',
          }),
          kind: Type.Union([
            Type.Literal('text'),
            Type.Literal('image'),
            Type.Literal('colour'),
            Type.Literal('number'),
            Type.Literal('price'),
            Type.Literal('date'),
            Type.Literal('url'),
          ]),
          /** Longest text allowed, in graphemes, also of a number, price, date or URL as it is written. */
          maxGraphemes: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000 })),
          /**
           * Text only: the field of a placement that this slot's text is sent as, so that the platform's limit holds for
           * it. Default: in placements of copy alone the field of the slot's name, in others none.
           */
          field: Type.Optional(
            Type.Unsafe<TextField>(Type.Union(TEXT_FIELDS.map((field) => Type.Literal(field)))),
          ),
          /** Number, and price in units of its currency: both ends allowed. */
          min: Type.Optional(Type.Number()),
          max: Type.Optional(Type.Number()),
          /** Price only: the currencies it may be in. */
          currencies: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z]{3}$' }), { minItems: 1 })),
          /** Date only: first and last day allowed. */
          from: Type.Optional(Type.String({ format: 'date' })),
          to: Type.Optional(Type.String({ format: 'date' })),
          /** URL only: the host names it may lead to. */
          hosts: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
          /**
           * Shown where the campaign gives the slot no assets: a text as it is, a colour, a picture of the template's
           * folder, a number, `{amountMicros, currency}`, a day, an address.
           */
          default: Type.Optional(Type.Unknown()),
          /** Placements that do not have this slot. */
          absentIn: Type.Optional(Type.Array(Type.String())),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 20 },
    ),
    layers: Type.Array(LayerSchema, { minItems: 1, maxItems: 40 }),
    /** By placement id, or `default` for placements that neither it nor the table of placements has a safe area for. */
    safeAreas: Type.Optional(Type.Record(Type.String(), SafeAreaSchema)),
    /** By placement id, then by layer id: any value of the layer but id, kind and slot. */
    placements: Type.Optional(
      Type.Record(Type.String(), Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()))),
    ),
  },
  { additionalProperties: false },
)

export type Template = Static<typeof TemplateSchema>
export type ImageLayer = Static<typeof ImageLayerSchema>
export type ShapeLayer = Static<typeof ShapeLayerSchema>
export type TextLayer = Static<typeof TextLayerSchema>
export type Layer = ImageLayer | ShapeLayer | TextLayer
export type Box = Static<typeof Box>
export type Length = Static<typeof Length>
export type Slot = Template['slots'][number]
export type SlotKind = Slot['kind']
