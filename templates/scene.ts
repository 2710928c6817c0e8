import { PolyadError } from '../core/errors.ts'
import { type Direction, localeDirection } from './direction.ts'
import { type FitOutcome, firstBaselinePx, fitText } from './fit.ts'
import type { Fonts, FontWeight } from './fonts.ts'
import { colourSlot } from './layer-slots.ts'
import { layOut, type PixelBox } from './layout.ts'
import type { Placement } from './placement.ts'
import { plainText } from './plain-text.ts'
import type { SlotValues } from './slot-values.ts'
import type { ImageLayer, ShapeLayer, Template, TextLayer } from './template.ts'

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
  readonly focus: { readonly x: number; readonly y: number }
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
  for (const { layer, box } of layOut(input.template, input.placement)) {
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
  const path = layer.file ?? slotValue(input, layer.slot!, 'image')?.file
  if (path === undefined) return undefined
  const file = input.files && Object.hasOwn(input.files, path) ? input.files[path]! : path
  return {
    ...base,
    kind: 'image',
    path,
    file,
    fit: layer.fit ?? 'cover',
    focus: layer.focus ?? { x: 0.5, y: 0.5 },
  }
}

function shapeOf(input: SceneInput, layer: ShapeLayer, base: SceneLayerBase): SceneShape {
  const { gradient } = layer
  const fill = gradient
    ? {
        from: colourOf(input, gradient.from),
        to: colourOf(input, gradient.to),
        angleDegrees: gradient.angleDegrees ?? 90,
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
  const lines = fitted.lines.map((line, index) => {
    const widthPx = line.widthEm * fontPx
    const leftPx = inner.left + (inner.width - widthPx) * HORIZONTAL_SHARE[layer.align ?? 'start']
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

/** Share of the free room that goes before the text. */
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

function slotValue<K extends SlotValues[string]['kind']>(
  { values, template }: SceneInput,
  slot: string,
  kind: K,
): Extract<SlotValues[string], { kind: K }> | undefined {
  const value = Object.hasOwn(values, slot) ? values[slot] : undefined
  if (value && value.kind !== kind) {
    throw new PolyadError('INPUT_INVALID', {
      what: 'slot values',
      where: `template ${template.name}: slot ${slot}`,
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
