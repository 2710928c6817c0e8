import { PolyadError } from '../core/errors.ts'
import { type Direction, localeDirection } from './direction.ts'
import { type FitOutcome, firstBaselinePx, fitText } from './fit.ts'
import type { Fonts, FontWeight } from './fonts.ts'
import { colourSlot } from './layer-slots.ts'
import { isShown } from './layer-when.ts'
import { layOut, type PixelBox } from './layout.ts'
import type { Placement } from './placement.ts'
import { plainText } from './plain-text.ts'
import { defaultValue } from './slot-default.ts'
import type { Focus, SlotValue, SlotValues } from './slot-values.ts'
import type { ImageLayer, Layer, ShapeLayer, Template, TextLayer } from './template.ts'

/**
 * One ad unit as it looks: absolute positions in pixels, back to front. Pure data: pictures, SVG and HTML are made
 * from it alone, and equal scenes make equal bytes.
 */
export interface Scene extends CanvasSize {
  readonly layers: readonly SceneLayer[]
  /** How each text came out. */
  readonly texts: readonly TextReport[]
}

export interface CanvasSize {
  readonly widthPx: number
  readonly heightPx: number
}

export type SceneLayer = SceneImage | SceneShape | SceneText

interface SceneLayerBase {
  readonly id: string
  readonly box: PixelBox
  /** 0..1 */
  readonly opacity: number
}

export interface SceneImage extends SceneLayerBase {
  readonly kind: 'image'
  /** As the campaign or template names it: for people. */
  readonly path: string
  /** What `readFile` knows the picture by: its content hash where `files` was given, else its path. */
  readonly file: string
  readonly fit: 'cover' | 'contain'
  /** Cover: the point of the picture, in shares of its sides, kept nearest the middle of the box. Contain: the shares
   * of the free room left of and above the picture. */
  readonly focus: Focus
}

export interface SceneShape extends SceneLayerBase {
  readonly kind: 'shape'
  readonly radiusPx: number
  readonly fill: string | SceneGradient
}

export interface SceneGradient {
  readonly from: string
  readonly to: string
  /** Clockwise, 0 from left to right. */
  readonly angleDegrees: number
}

export interface SceneText extends SceneLayerBase {
  readonly kind: 'text'
  readonly colour: string
  readonly weight: FontWeight
  readonly fontPx: number
  readonly lines: readonly SceneLine[]
  /** Fills the box behind the text. */
  readonly background?: { readonly fill: string; readonly radiusPx: number }
}

interface SceneLine {
  /** What its runs show, in reading order. */
  readonly text: string
  readonly direction: Direction
  readonly leftPx: number
  readonly baselinePx: number
  readonly widthPx: number
  /** One for each font file and direction, from left to right. */
  readonly runs: readonly SceneRun[]
}

interface SceneRun {
  readonly leftPx: number
  readonly family: string
  readonly direction: Direction
  /** In reading order. */
  readonly text: string
}

export interface TextReport {
  readonly layer: string
  readonly slot: string
  readonly outcome: FitOutcome
  readonly fontPx: number
  /** Graphemes that no font has; they are left out. */
  readonly missing: readonly string[]
  /** Graphemes more than the slot's `maxGraphemes`; 0 when within. */
  readonly overGraphemes: number
}

export interface SceneInput {
  readonly template: Template
  readonly placement: Placement
  readonly values: SlotValues
  /** BCP 47: upper case and word breaks depend on it. */
  readonly locale: string
  readonly fonts: Fonts
  /** Content hash by picture path, as in a plan. */
  readonly files?: Readonly<Record<string, string>>
}

const DEFAULT_LINE_HEIGHT = 1.2
const DEFAULT_MAX_LINES = 20

/**
 * The scene of one ad unit. A layer whose slot has no value is left out.
 *
 * Costs some 10 us when its texts were seen before in this placement, a few ms when they were not.
 *
 * @throws PolyadError INPUT_INVALID when a layer is painted with a colour slot that has no value, or a value is of
 *   another kind than its slot
 */
export function createScene(input: SceneInput): Scene {
  const texts: TextReport[] = []
  const layers: SceneLayer[] = []
  const { template, placement, locale } = input
  const valueIn = (slot: string) => anyValue(input, slot)
  for (const { layer, box } of layOut(template, placement, localeDirection(locale))) {
    if (!isShown(template, layer, { placement, locale, slotValue: valueIn })) continue
    const base = { id: layer.id, box, opacity: layer.opacity ?? 1 }
    const made =
      layer.kind === 'image'
        ? imageOf(input, layer, base)
        : layer.kind === 'shape'
          ? shapeOf(input, layer, base)
          : textOf(input, layer, base, texts)
    if (made) layers.push(made)
  }
  return { widthPx: input.placement.widthPx, heightPx: input.placement.heightPx, layers, texts }
}

function imageOf(input: SceneInput, layer: ImageLayer, base: SceneLayerBase): SceneImage | undefined {
  const given = layer.slot === undefined ? undefined : slotValue(input, layer.slot, 'image')
  const path = layer.file ?? given?.file
  if (path === undefined) return undefined
  const file = input.files && Object.hasOwn(input.files, path) ? input.files[path]! : path
  return {
    ...base,
    kind: 'image',
    path,
    file,
    fit: layer.fit ?? 'cover',
    focus: focusOf(input, layer, given?.focus),
  }
}

const MIDDLE: Focus = { x: 0.5, y: 0.5 }

function focusOf(input: SceneInput, layer: ImageLayer, ofPicture: Focus | undefined): Focus {
  if (layer.fit !== 'contain') return ofPicture ?? layer.focus ?? MIDDLE
  const { x, y } = layer.focus ?? MIDDLE
  return isMirrored(input, layer) ? { x: 1 - x, y } : { x, y }
}

function isMirrored({ locale }: SceneInput, layer: Layer): boolean {
  return layer.mirror !== false && localeDirection(locale) === 'rtl'
}

function shapeOf(input: SceneInput, layer: ShapeLayer, base: SceneLayerBase): SceneShape {
  const { gradient } = layer
  const fill = gradient
    ? {
        from: colourOf(input, gradient.from),
        to: colourOf(input, gradient.to),
        angleDegrees: isMirrored(input, layer)
          ? 180 - (gradient.angleDegrees ?? 90)
          : (gradient.angleDegrees ?? 90),
      }
    : colourOf(input, layer.fill!)
  return { ...base, kind: 'shape', radiusPx: layer.radiusPx ?? 0, fill }
}

function textOf(
  input: SceneInput,
  layer: TextLayer,
  base: SceneLayerBase,
  reports: TextReport[],
): SceneText | undefined {
  const given = plainText(slotValue(input, layer.slot, 'text')?.text ?? '')
  if (given === '') return undefined
  const text = layer.uppercase ? given.toLocaleUpperCase(input.locale) : given
  const weight = layer.weight ?? 400
  const direction = localeDirection(input.locale)
  const lineHeight = layer.lineHeight ?? DEFAULT_LINE_HEIGHT
  const inner = inset(base.box, layer.paddingPx ?? 0)
  const fitted = fitText(
    {
      text,
      widthPx: inner.width,
      heightPx: inner.height,
      weight,
      maxFontPx: layer.maxFontPx,
      minFontPx: layer.minFontPx,
      maxLines: layer.maxLines ?? DEFAULT_MAX_LINES,
      lineHeight,
      locale: input.locale,
      direction,
      avoidOrphans: layer.avoidOrphans ?? false,
    },
    input.fonts,
  )
  const { outcome, fontPx, missing } = fitted
  reports.push({
    layer: layer.id,
    slot: layer.slot,
    outcome,
    fontPx,
    missing,
    overGraphemes: overGraphemes(input.template, layer.slot, given),
  })

  const verticalShare = VERTICAL_SHARE[layer.verticalAlign ?? 'top']
  const baselinePx = inner.top + firstBaselinePx(fitted, inner.height, verticalShare, input.fonts)
  const startShare = HORIZONTAL_SHARE[layer.align ?? 'start']
  const horizontalShare = direction === 'rtl' ? 1 - startShare : startShare
  const lines = fitted.lines.map((line, index) => {
    const widthPx = line.widthEm * fontPx
    const leftPx = inner.left + (inner.width - widthPx) * horizontalShare
    return {
      text: line.shownText,
      direction,
      leftPx,
      baselinePx: baselinePx + index * fitted.room.leadingEm * fontPx,
      widthPx,
      runs: line.runs.map((run) => ({
        leftPx: leftPx + run.startEm * fontPx,
        family: run.family,
        direction: run.direction,
        text: run.text,
      })),
    }
  })
  const made = {
    ...base,
    kind: 'text',
    colour: colourOf(input, layer.colour),
    weight,
    fontPx,
    lines,
  } as const
  if (!layer.background) return made
  return {
    ...made,
    background: { fill: colourOf(input, layer.background), radiusPx: layer.radiusPx ?? 0 },
  }
}

/** Share of the free room that goes before the text, on the side where its reading begins. */
const HORIZONTAL_SHARE = { start: 0, middle: 0.5, end: 1 } as const
const VERTICAL_SHARE = { top: 0, middle: 0.5, bottom: 1 } as const

function inset(box: PixelBox, paddingPx: number): PixelBox {
  return {
    left: box.left + paddingPx,
    top: box.top + paddingPx,
    width: Math.max(0, box.width - 2 * paddingPx),
    height: Math.max(0, box.height - 2 * paddingPx),
  }
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

function overGraphemes(template: Template, slotName: string, text: string): number {
  const most = template.slots.find((slot) => slot.name === slotName)?.maxGraphemes
  if (most === undefined || text.length <= most) return 0
  return Math.max(0, [...graphemes.segment(text)].length - most)
}

/** What fills a slot: its value, else what the template has for want of one, where the placement has the slot. */
function anyValue({ values, template, placement, locale }: SceneInput, name: string): SlotValue | undefined {
  if (Object.hasOwn(values, name)) return values[name]
  const slot = template.slots.find((each) => each.name === name)
  return slot && !slot.absentIn?.includes(placement.id) ? defaultValue(slot, locale) : undefined
}

function slotValue<K extends SlotValues[string]['kind']>(
  input: SceneInput,
  slot: string,
  kind: K,
): Extract<SlotValues[string], { kind: K }> | undefined {
  const value = anyValue(input, slot)
  if (value && value.kind !== kind) {
    throw new PolyadError('INPUT_INVALID', {
      what: 'slot values',
      where: `template ${input.template.name}: slot ${slot}`,
      problem: `it needs ${kind === 'text' ? 'a text' : `an ${kind}`}, and got the kind ${value.kind}`,
    })
  }
  return value as Extract<SlotValues[string], { kind: K }> | undefined
}

const COLOUR = /^#[0-9a-f]{6}([0-9a-f]{2})?$/i

/** A colour as #rrggbb or #rrggbbaa, read from its slot where it names one. */
function colourOf(input: SceneInput, colour: string): string {
  const slot = colourSlot(colour)
  if (slot === undefined) return colour
  const found = slotValue(input, slot, 'colour')?.colour
  if (found !== undefined && COLOUR.test(found)) return found
  throw new PolyadError('INPUT_INVALID', {
    what: 'slot values',
    where: `template ${input.template.name}: slot ${slot}`,
    problem:
      found === undefined ? 'a layer is painted with it, and it has no value' : `"${found}" is no colour`,
    mend: 'give it a colour as #rrggbb',
  })
}
