import bidiFactory from 'bidi-js'
import type { Direction } from './direction.ts'

/** Part of a line that is drawn in one go: one font, one direction. */
export interface RunPart<Font> {
  readonly text: string
  readonly font: Font
  readonly direction: Direction
}

export interface LineParts<Font> {
  readonly parts: readonly RunPart<Font>[]
  /** Distinct graphemes that none of the fonts covers: they are in no part. */
  readonly missing: readonly string[]
  /** What is in the parts, in reading order. */
  readonly shownText: string
}

interface FontChoice {
  covers(character: number): boolean
  /** Not Latin: it draws the spaces and signs that follow its letters, where it has them. */
  readonly hasOwnScript: boolean
}

const bidi = bidiFactory()
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Text that may have other levels than its line: letters, digits and marks of right-to-left scripts. */
const MAY_RUN_BACKWARDS = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]|[\ud802\ud803\ud83a\ud83b]/
/** Joiners, variation selectors and the like draw nothing, so no font needs them. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u
const SIGNS = /^[\p{P}\p{Z}]+$/u

/**
 * The parts of one line from left to right, as it is read by `direction`.
 *
 * @param fonts in the order they are tried
 * @param before one letter of the script that the text before this line ends with, or nothing: digits and signs at the
 *   beginning follow it
 * @see https://www.unicode.org/reports/tr9/
 */
export function textRuns<Font extends FontChoice>(
  line: string,
  direction: Direction,
  fonts: readonly Font[],
  before: string,
): LineParts<Font> {
  const levels =
    direction === 'rtl' || MAY_RUN_BACKWARDS.test(line)
      ? bidi.getEmbeddingLevels(before + line, direction).levels.subarray(before.length)
      : undefined
  const parts: { text: string; font: Font; level: number }[] = []
  const missing = new Set<string>()
  for (const { segment, index } of graphemes.segment(line)) {
    const last = parts.at(-1)
    const font = fontFor(segment, last?.font, fonts)
    const level = levels?.[index] ?? 0
    if (!font) missing.add(segment)
    else if (last && last.font === font && last.level === level) last.text += segment
    else parts.push({ text: segment, font, level })
  }
  return {
    parts: leftToRight(parts).map(({ text, font, level }) => ({
      text,
      font,
      direction: level % 2 === 1 ? 'rtl' : 'ltr',
    })),
    missing: [...missing],
    shownText: parts.map(({ text }) => text).join(''),
  }
}

const ARABIC = /\p{Script=Arabic}/u
const LETTER = /\p{L}/u

/** What a line that begins at `start` follows, as `textRuns` takes it. Nothing where all runs one way. */
export function letterBefore(text: string, start: number, direction: Direction): string {
  if (start === 0 || (direction === 'ltr' && !MAY_RUN_BACKWARDS.test(text))) return ''
  for (let at = start - 1; at >= 0; at--) {
    const character = text[at]!
    if (!LETTER.test(character)) continue
    if (ARABIC.test(character)) return '\u0627'
    return MAY_RUN_BACKWARDS.test(character) ? '\u05d0' : 'a'
  }
  return ''
}

function fontFor<Font extends FontChoice>(
  grapheme: string,
  before: Font | undefined,
  fonts: readonly Font[],
): Font | undefined {
  if (before?.hasOwnScript && SIGNS.test(grapheme) && coversGrapheme(before, grapheme)) return before
  return fonts.find((each) => coversGrapheme(each, grapheme))
}

function coversGrapheme(font: FontChoice, grapheme: string): boolean {
  for (const character of grapheme) {
    if (!font.covers(character.codePointAt(0)!) && !INVISIBLE.test(character)) return false
  }
  return true
}

/** Rule L2 of UAX #9: from the highest level down, what is at or above it is turned round. */
function leftToRight<Part extends { readonly level: number }>(parts: readonly Part[]): Part[] {
  const ordered = [...parts]
  const highest = Math.max(0, ...ordered.map(({ level }) => level))
  for (let level = highest; level > 0; level--) {
    for (let from = 0; from < ordered.length; from++) {
      if (ordered[from]!.level < level) continue
      let end = from
      while (end < ordered.length && ordered[end]!.level >= level) end++
      ordered.splice(from, end - from, ...ordered.slice(from, end).reverse())
      from = end
    }
  }
  return ordered
}
