import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Blob, Face, Font, Buffer as ShapeBuffer, shape, Direction as Way } from 'harfbuzzjs'
import { PolyadError } from '../core/errors.ts'
import { contentHash } from '../core/hash.ts'
import type { Direction } from './direction.ts'
import { textRuns } from './text-runs.ts'

export type FontWeight = 400 | 700

/**
 * Families in the order they are tried, with their files. `fonts/README.md` says what each covers. Inter has the letters
 * of Europe, the digits and most signs; a family of another script keeps the spaces and signs between its own words.
 */
const FAMILIES = [
  { family: 'Inter', file: 'inter-latin', hasOwnScript: false },
  { family: 'Inter Ext', file: 'inter-ext', hasOwnScript: false },
  { family: 'Noto Sans Thai', file: 'noto-sans-thai', hasOwnScript: true },
  { family: 'Noto Sans Arabic', file: 'noto-sans-arabic', hasOwnScript: true },
  { family: 'Noto Sans KR', file: 'noto-sans-kr', hasOwnScript: true },
] as const

const WEIGHTS: readonly FontWeight[] = [400, 700]

/** Distinct texts whose measures are kept, the oldest goes first; and the longest of them. */
const CACHE_ENTRIES = 20_000
const CACHE_LENGTH = 200

/** Part of a text that one font file draws. Lengths are in em: multiply by the font size in pixels. */
export interface TextRun {
  /** In reading order. */
  readonly text: string
  readonly family: string
  readonly direction: Direction
  /** From the left end of the text, whichever way it is read. */
  readonly startEm: number
  readonly widthEm: number
}

export interface MeasuredText {
  /** From the left end of its ink or of its first letter's room to the right end, whichever is farther out. */
  readonly widthEm: number
  /** From left to right. Graphemes that no font covers are in none of them: they are left out of the picture. */
  readonly runs: readonly TextRun[]
  /** Distinct graphemes that no font covers. */
  readonly missing: readonly string[]
  /** The text without them, in reading order. */
  readonly shownText: string
  /** Ink above the baseline, and below it, positive. */
  readonly inkAboveEm: number
  readonly inkBelowEm: number
  /** Least distance of baselines at which lines of tall scripts (marks upon marks) never touch; 0 for Latin. */
  readonly leadingEm: number
}

/** The fonts pictures are drawn with, and how wide a text is in them. */
export interface Fonts {
  /** Hash of all font files: a picture depends on it. */
  readonly fingerprint: string
  /** From the baseline up, of the first family. */
  readonly ascentEm: number
  /** From the baseline down, positive. */
  readonly descentEm: number
  /**
   * One line as it is shaped and ordered. About 30 us for a new text of 30 characters, less when seen before.
   *
   * @param direction of the whole line; default ltr
   * @param before the letter it follows (`letterBefore`); default none
   */
  measure(text: string, weight: FontWeight, direction?: Direction, before?: string): MeasuredText
}

/** What a glyph paints, from its origin; y goes up. */
interface Ink {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

interface LoadedFont {
  readonly family: string
  readonly font: Font
  readonly unitsPerEm: number
  readonly hasOwnScript: boolean
  covers(character: number): boolean
  /** Undefined where the glyph paints nothing. */
  ink(glyph: number): Ink | undefined
}

/**
 * @param folder where the TTF files lie, e.g. templates/fonts of the package
 * @throws PolyadError FILE_UNREADABLE when one is missing
 */
export async function loadFonts(folder: string): Promise<Fonts> {
  const hashes: string[] = []
  const byWeight = new Map<FontWeight, LoadedFont[]>()
  for (const weight of WEIGHTS) {
    const loaded: LoadedFont[] = []
    for (const { family, file, hasOwnScript } of FAMILIES) {
      const bytes = await readFontFile(join(folder, `${file}-${weight}.ttf`))
      hashes.push(contentHash(bytes))
      loaded.push(loadFont(bytes, family, hasOwnScript))
    }
    byWeight.set(weight, loaded)
  }
  const first = byWeight.get(400)![0]!
  const extents = first.font.hExtents()
  const cache = new Map<string, MeasuredText>()

  return {
    fingerprint: contentHash(hashes.join(' ')),
    ascentEm: extents.ascender / first.unitsPerEm,
    descentEm: -extents.descender / first.unitsPerEm,
    measure(text, weight, direction = 'ltr', before = '') {
      const key = `${weight} ${direction} ${before} ${text}`
      const known = cache.get(key)
      if (known) return known
      const measured = measureText(text, direction, byWeight.get(weight)!, before)
      if (text.length > CACHE_LENGTH) return measured
      if (cache.size >= CACHE_ENTRIES) cache.delete(cache.keys().next().value!)
      cache.set(key, measured)
      return measured
    },
  }
}

function loadFont(bytes: Uint8Array, family: string, hasOwnScript: boolean): LoadedFont {
  const face = new Face(new Blob(new Uint8Array(bytes)))
  const font = new Font(face)
  const characters = new Set(face.collectUnicodes())
  const inks = new Map<number, Ink | undefined>()
  return {
    family,
    font,
    unitsPerEm: face.upem,
    hasOwnScript,
    covers: (character) => characters.has(character),
    ink(glyph) {
      if (!inks.has(glyph)) {
        const extents = font.glyphExtents(glyph)
        const { xBearing: left, yBearing: top, width, height } = extents ?? NO_INK
        // Heights of extents go down, so they are negative.
        inks.set(glyph, width === 0 ? undefined : { left, right: left + width, top, bottom: top + height })
      }
      return inks.get(glyph)
    },
  }
}

const NO_INK = { xBearing: 0, yBearing: 0, width: 0, height: 0 }

async function readFontFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new PolyadError(
      'FILE_UNREADABLE',
      { path, problem: 'this font is part of the package', mend: 'install polyad again' },
      { cause },
    )
  }
}

function measureText(
  text: string,
  direction: Direction,
  fonts: readonly LoadedFont[],
  before: string,
): MeasuredText {
  const { parts, missing, shownText } = textRuns(text, direction, fonts, before)
  let [penEm, leftEm, rightEm, inkAboveEm, inkBelowEm, leadingEm] = [0, 0, 0, 0, 0, 0]
  const placed = parts.map((part) => {
    const shaped = shapeRun(part.font, part.text, part.direction)
    const run = { text: part.text, family: part.font.family, direction: part.direction }
    const startEm = penEm
    penEm += shaped.advanceEm
    leftEm = Math.min(leftEm, startEm + shaped.ink.left)
    rightEm = Math.max(rightEm, penEm, startEm + shaped.ink.right)
    inkAboveEm = Math.max(inkAboveEm, shaped.ink.top)
    inkBelowEm = Math.max(inkBelowEm, -shaped.ink.bottom)
    if (part.font.hasOwnScript) leadingEm = Math.max(leadingEm, shaped.ink.top - shaped.ink.bottom)
    return { ...run, startEm, widthEm: shaped.advanceEm }
  })
  const runs = leftEm < 0 ? placed.map((run) => ({ ...run, startEm: run.startEm - leftEm })) : placed
  return { widthEm: rightEm - leftEm, runs, missing, shownText, inkAboveEm, inkBelowEm, leadingEm }
}

/** Its advance, and the rectangle its ink lies in, from the pen at its left end; all in em. */
function shapeRun(loaded: LoadedFont, text: string, direction: Direction): { advanceEm: number; ink: Ink } {
  const { font, unitsPerEm } = loaded
  const buffer = new ShapeBuffer()
  buffer.addText(text)
  buffer.guessSegmentProperties()
  buffer.setDirection(direction === 'rtl' ? Way.RTL : Way.LTR)
  shape(font, buffer)
  const infos = buffer.getGlyphInfos()
  let [pen, left, right, top, bottom] = [0, 0, 0, 0, 0]
  for (const [at, { xAdvance, xOffset, yOffset }] of buffer.getGlyphPositions().entries()) {
    const ink = loaded.ink(infos[at]!.codepoint)
    if (ink) {
      left = Math.min(left, pen + xOffset + ink.left)
      right = Math.max(right, pen + xOffset + ink.right)
      top = Math.max(top, yOffset + ink.top)
      bottom = Math.min(bottom, yOffset + ink.bottom)
    }
    pen += xAdvance
  }
  const em = (units: number) => units / unitsPerEm
  return { advanceEm: em(pen), ink: { left: em(left), right: em(right), top: em(top), bottom: em(bottom) } }
}
