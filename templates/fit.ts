import type { Fonts, FontWeight, MeasuredText } from './fonts.ts'
import { type LineBreak, lineBreaks } from './line-breaks.ts'

export interface FitRequest {
  /** Plain text; a line feed ends a line. */
  readonly text: string
  readonly widthPx: number
  readonly heightPx: number
  readonly weight: FontWeight
  readonly maxFontPx: number
  readonly minFontPx: number
  readonly maxLines: number
  /** Distance of baselines as a multiple of the font size. */
  readonly lineHeight: number
  readonly locale: string
}

/** fits: at the largest size. shrunk: whole, at a smaller size. truncated: cut with an ellipsis at the smallest. */
export type FitOutcome = 'fits' | 'shrunk' | 'truncated'

export interface FittedText {
  readonly outcome: FitOutcome
  readonly fontPx: number
  readonly lines: readonly FittedLine[]
  /** Distinct graphemes that no font has; they are left out of the lines. */
  readonly missing: readonly string[]
}

interface FittedLine extends MeasuredText {
  readonly text: string
}

/** Sizes tried lie this far apart. */
const STEP_PX = 0.5
/** Of rounding in sums of shares of an em; far below a hundredth of a pixel. */
const SLACK_EM = 1e-6

/**
 * The text in lines, at the largest font size that keeps all of it inside the box; whole words, lines of even length.
 * When even the smallest size is too large, what fits of it with an ellipsis (no line when not even that fits).
 */
export function fitText(request: FitRequest, fonts: Fonts): FittedText {
  const { text, maxFontPx, minFontPx, weight } = request
  const breaks = lineBreaks(text, request.locale)
  const measure = (line: string) => fonts.measure(line, weight)
  const { missing } = measure(text)

  const sizes = Math.ceil((maxFontPx - minFontPx) / STEP_PX)
  const sizeAt = (step: number) => Math.max(minFontPx, maxFontPx - step * STEP_PX)
  const linesAt = (fontPx: number) =>
    wrap(text, breaks, request.widthPx / fontPx, linesAllowed(request, fontPx), measure)

  // A smaller size never fits worse: the line gets longer in em, and more lines fit. So the search may halve.
  let low = 0
  let high = sizes + 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (linesAt(sizeAt(middle))) high = middle
    else low = middle + 1
  }
  if (low > sizes)
    return { outcome: 'truncated', fontPx: minFontPx, lines: cut(request, breaks, measure), missing }
  const fontPx = sizeAt(low)
  const lines = balance(text, breaks, request.widthPx / fontPx, linesAt(fontPx)!, measure)
  return { outcome: low === 0 ? 'fits' : 'shrunk', fontPx, lines: lines.map(measured(measure)), missing }
}

type Measure = (line: string) => MeasuredText

function measured(measure: Measure): (line: string) => FittedLine {
  return (line) => ({ text: line, ...measure(line) })
}

function linesAllowed({ heightPx, lineHeight, maxLines }: FitRequest, fontPx: number): number {
  return Math.min(maxLines, Math.floor(heightPx / (fontPx * lineHeight) + SLACK_EM))
}

/** Greedy lines no wider than `widthEm`, or undefined when a word is wider or the lines are more than allowed. */
function wrap(
  text: string,
  breaks: readonly LineBreak[],
  widthEm: number,
  linesAllowed: number,
  measure: Measure,
): string[] | undefined {
  const lines: string[] = []
  for (let start = 0, at = 0; at < breaks.length; ) {
    if (lines.length >= linesAllowed) return undefined
    const last = endOfLine(text, start, breaks, at, widthEm, measure)
    if (last < at) return undefined
    const { position } = breaks[last]!
    lines.push(text.slice(start, position).trim())
    start = position
    at = last + 1
  }
  return lines
}

/**
 * The break, from number `at` on, that ends the longest line from `start`; `at - 1` when the first word alone is too
 * wide. A longer line is never narrower, so the search may leap: text that no font has is nothing wide, and measuring
 * it word by word would take the square of its length.
 */
function endOfLine(
  text: string,
  start: number,
  breaks: readonly LineBreak[],
  at: number,
  widthEm: number,
  measure: Measure,
): number {
  const fits = (index: number) =>
    measure(text.slice(start, breaks[index]!.position).trim()).widthEm <= widthEm + SLACK_EM
  const required = breaks.findIndex((each, index) => index >= at && each.required)
  let fitting = at - 1
  let tooWide = required < 0 ? breaks.length : required + 1
  for (let leap = 1; fitting + leap < tooWide; leap *= 2) {
    if (fits(fitting + leap)) fitting += leap
    else tooWide = fitting + leap
  }
  while (tooWide - fitting > 1) {
    const middle = (fitting + tooWide) >> 1
    if (fits(middle)) fitting = middle
    else tooWide = middle
  }
  return fitting
}

/** The same number of lines in the narrowest width that holds them, so that no line is left with one short word. */
function balance(
  text: string,
  breaks: readonly LineBreak[],
  widthEm: number,
  greedy: string[],
  measure: Measure,
): string[] {
  if (greedy.length < 2) return greedy
  let best = greedy
  let low = widthEm / 2
  let high = widthEm
  for (let round = 0; round < 8; round++) {
    const middle = (low + high) / 2
    const lines = wrap(text, breaks, middle, greedy.length, measure)
    if (lines) {
      best = lines
      high = middle
    } else {
      low = middle
    }
  }
  return best
}

/** At the smallest size: as many lines as go, the last one cut at a grapheme and ended with an ellipsis. */
function cut(request: FitRequest, breaks: readonly LineBreak[], measure: Measure): FittedLine[] {
  const { text, minFontPx } = request
  const widthEm = request.widthPx / minFontPx
  const allowed = linesAllowed(request, minFontPx)
  const lines: string[] = []
  let start = 0
  for (let at = 0; lines.length < allowed - 1; ) {
    const last = endOfLine(text, start, breaks, at, widthEm, measure)
    if (last < at) break
    const { position } = breaks[last]!
    lines.push(text.slice(start, position).trim())
    start = position
    at = last + 1
  }
  if (allowed > 0) {
    const last = withEllipsis(text.slice(start).split('\n', 1)[0]!.trim(), widthEm, measure)
    if (last) lines.push(last)
  }
  return lines.map(measured(measure))
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The longest beginning that fits with an ellipsis behind it; undefined when the ellipsis alone does not. */
function withEllipsis(text: string, widthEm: number, measure: Measure): string | undefined {
  const ends = [0, ...Array.from(graphemes.segment(text), ({ index, segment }) => index + segment.length)]
  const shortened = (count: number) => `${text.slice(0, ends[count]).trimEnd()}…`
  let fitting = -1
  let tooLong = ends.length
  while (tooLong - fitting > 1) {
    const middle = (fitting + tooLong) >> 1
    if (measure(shortened(middle)).widthEm <= widthEm + SLACK_EM) fitting = middle
    else tooLong = middle
  }
  return fitting < 0 ? undefined : shortened(fitting)
}
