import LineBreaker from 'linebreak'

export interface LineBreak {
  /** UTF-16 index after which the next line may begin. */
  readonly position: number
  /** The line must end here. */
  readonly required: boolean
}

/** Written without spaces, and without break opportunities in UAX #14: words come from ICU's dictionaries. */
const SPACELESS = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
/** UAX #14 may break between any two of these; reading is better when words stay whole (in Korean: up to the space). */
const IDEOGRAPHIC = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

/**
 * Where lines of a text may end, in order; the last is the end of the text.
 *
 * @see https://www.unicode.org/reports/tr14/
 */
export function lineBreaks(text: string, locale: string): readonly LineBreak[] {
  const breaks: LineBreak[] = []
  const breaker = new LineBreaker(text)
  for (let next = breaker.nextBreak(); next; next = breaker.nextBreak()) {
    breaks.push({ position: next.position, required: next.required && next.position < text.length })
  }
  if (!SPACELESS.test(text) && !IDEOGRAPHIC.test(text)) return breaks

  const words = wordBoundaries(text, locale)
  const between = (position: number, script: RegExp) =>
    script.test(text[position - 1] ?? '') && script.test(text[position] ?? '')
  const kept = breaks.filter(
    ({ position, required }) => required || words.has(position) || !between(position, IDEOGRAPHIC),
  )
  const known = new Set(kept.map(({ position }) => position))
  for (const position of words) {
    if (!known.has(position) && between(position, SPACELESS)) kept.push({ position, required: false })
  }
  return kept.sort((a, b) => a.position - b.position)
}

function wordBoundaries(text: string, locale: string): ReadonlySet<number> {
  const segmenter = new Intl.Segmenter(locale, { granularity: 'word' })
  return new Set(Array.from(segmenter.segment(text), ({ index }) => index))
}
