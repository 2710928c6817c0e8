import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Blob, Face, Font, Buffer as ShapeBuffer, shape } from 'harfbuzzjs'
import { PolyadError } from '../core/errors.ts'
import { contentHash } from '../core/hash.ts'

export type FontWeight = 400 | 700

/** Families in the order they are tried, with their files by weight. `fonts/README.md` says what each covers. */
const FAMILIES = [
  { family: 'Inter', file: (weight: FontWeight) => `inter-latin-${weight}.ttf` },
  { family: 'Inter Ext', file: (weight: FontWeight) => `inter-ext-${weight}.ttf` },
] as const

const WEIGHTS: readonly FontWeight[] = [400, 700]

/** Distinct texts whose measures are kept, the oldest goes first; and the longest of them. */
const CACHE_ENTRIES = 20_000
const CACHE_LENGTH = 200

/** Part of a text that one font file draws. Lengths are in em: multiply by the font size in pixels. */
export interface TextRun {
  readonly text: string
  readonly family: string
  readonly startEm: number
  readonly widthEm: number
}

export interface MeasuredText {
  readonly widthEm: number
  /** In reading order. Graphemes that no font covers are in none of them: they are left out of the picture. */
  readonly runs: readonly TextRun[]
  /** Distinct graphemes that no font covers. */
  readonly missing: readonly string[]
}

/** The fonts pictures are drawn with, and how wide a text is in them. */
export interface Fonts {
  /** Hash of all font files: a picture depends on it. */
  readonly fingerprint: string
  /** From the baseline up, of the first family. */
  readonly ascentEm: number
  /** From the baseline down, positive. */
  readonly descentEm: number
  /** Shaped width with kerning, left to right. About 30 us for a new text of 30 characters, less when seen before. */
  measure(text: string, weight: FontWeight): MeasuredText
}

interface LoadedFont {
  readonly family: string
  readonly font: Font
  readonly unitsPerEm: number
  readonly covers: ReadonlySet<number>
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
    for (const { family, file } of FAMILIES) {
      const bytes = await readFontFile(join(folder, file(weight)))
      hashes.push(contentHash(bytes))
      const face = new Face(new Blob(new Uint8Array(bytes)))
      loaded.push({
        family,
        font: new Font(face),
        unitsPerEm: face.upem,
        covers: new Set(face.collectUnicodes()),
      })
    }
    byWeight.set(weight, loaded)
  }
  const first = byWeight.get(400)![0]!
  const extents = first.font.hExtents()
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
  const cache = new Map<string, MeasuredText>()

  return {
    fingerprint: contentHash(hashes.join(' ')),
    ascentEm: extents.ascender / first.unitsPerEm,
    descentEm: -extents.descender / first.unitsPerEm,
    measure(text, weight) {
      const key = `${weight} ${text}`
      const known = cache.get(key)
      if (known) return known
      const measured = measureText(text, byWeight.get(weight)!, graphemes)
      if (text.length > CACHE_LENGTH) return measured
      if (cache.size >= CACHE_ENTRIES) cache.delete(cache.keys().next().value!)
      cache.set(key, measured)
      return measured
    },
  }
}

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

function measureText(text: string, fonts: readonly LoadedFont[], graphemes: Intl.Segmenter): MeasuredText {
  const parts: { font: LoadedFont; text: string }[] = []
  const missing = new Set<string>()
  for (const { segment } of graphemes.segment(text)) {
    const font = fonts.find((each) => coversGrapheme(each, segment))
    if (!font) missing.add(segment)
    else if (parts.at(-1)?.font === font) parts.at(-1)!.text += segment
    else parts.push({ font, text: segment })
  }
  let startEm = 0
  const runs = parts.map((part) => {
    const widthEm = shapedWidthEm(part.font, part.text)
    const run = { text: part.text, family: part.font.family, startEm, widthEm }
    startEm += widthEm
    return run
  })
  return { widthEm: startEm, runs, missing: [...missing] }
}

/** Joiners, variation selectors and the like draw nothing, so no font needs them. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u

function coversGrapheme(font: LoadedFont, grapheme: string): boolean {
  for (const character of grapheme) {
    if (!font.covers.has(character.codePointAt(0)!) && !INVISIBLE.test(character)) return false
  }
  return true
}

function shapedWidthEm({ font, unitsPerEm }: LoadedFont, text: string): number {
  const buffer = new ShapeBuffer()
  buffer.addText(text)
  buffer.guessSegmentProperties()
  shape(font, buffer)
  let units = 0
  for (const { xAdvance } of buffer.getGlyphPositions()) units += xAdvance
  return units / unitsPerEm
}
