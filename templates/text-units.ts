import type { TextUnit } from '../data/placements/placement-row.ts'

/** Wide and fullwidth characters (UAX #11) by their scripts; halfwidth forms of the same scripts are narrow. */
const DOUBLE_WIDTH =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u
const HALFWIDTH = /[\uff61-\uffdc\uffe8-\uffee]/
/** Characters that X weighs as one, by their code points; all others are two. */
const X_LIGHT: readonly (readonly [number, number])[] = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
]
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|[\d#*]\ufe0f?\u20e3/u

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const encoder = new TextEncoder()

/**
 * How long a text is in a platform's own unit.
 *
 * Nothing of a text is free in display width: no source says that marks and joiners are, and a text counted too long is
 * mended, one counted too short is refused by the platform.
 *
 * @see https://www.unicode.org/reports/tr11/ for wide characters
 * @see https://docs.x.com/fundamentals/counting-characters for the weights of X: an emoji of many parts is two
 */
export function textLength(text: string, unit: TextUnit): number {
  switch (unit) {
    case 'graphemes':
      return graphemesIn(text)
    case 'utf16':
      return text.length
    case 'bytes':
      return encoder.encode(text).length
    case 'display-width':
      return sum(text, (character) => (DOUBLE_WIDTH.test(character) && !HALFWIDTH.test(character) ? 2 : 1))
    case 'x-weight':
      return xWeight(text)
  }
}

/** What a unit is called for people, as in "34 of at most 30 columns". */
export const UNIT_NAMES: Readonly<Record<TextUnit, string>> = {
  graphemes: 'characters',
  utf16: 'UTF-16 units',
  bytes: 'bytes',
  'display-width': 'columns',
  'x-weight': 'weighted characters',
}

function graphemesIn(text: string): number {
  let count = 0
  for (const _ of graphemes.segment(text)) count++
  return count
}

function sum(text: string, lengthOf: (character: string) => number): number {
  let total = 0
  for (const character of text) total += lengthOf(character)
  return total
}

/** X counts its posts in Unicode form C. */
function xWeight(text: string): number {
  let total = 0
  for (const { segment } of graphemes.segment(text.normalize('NFC'))) {
    total += EMOJI.test(segment)
      ? 2
      : sum(segment, (character) => {
          const code = character.codePointAt(0)!
          return X_LIGHT.some(([from, to]) => code >= from && code <= to) ? 1 : 2
        })
  }
  return total
}
