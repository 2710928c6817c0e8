import { DAY_MS } from '../../core/time.ts'
import type { ConversionWindows } from './record.ts'

/** Windows of a campaign that names none. They hold for decisions already logged, so they never change. */
export const DEFAULT_WINDOWS: ConversionWindows = { clickDays: 30, viewDays: 1 }
/** A token counts conversions for this long after it has expired: a click on its last day has the longest window left. */
export const LONGEST_WINDOW_DAYS = 90
export const LONGEST_WINDOW_MS = LONGEST_WINDOW_DAYS * DAY_MS

/** How far the clocks of two machines may lie apart: the shop that tells of a sale has another than we. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000

/** What a decision's record says of conversion windows: nothing where the campaign names none. */
export function recordedWindows(
  named: Partial<ConversionWindows> | undefined,
): { readonly v: 3; readonly windows: ConversionWindows } | undefined {
  return named && { v: 3, windows: { ...DEFAULT_WINDOWS, ...named } }
}

/** What a conversion is judged beside: moments of its own decision, Unix ms. */
export interface ConversionPath {
  readonly decidedAtMs: number
  /** The counted impression; null: none was counted. */
  readonly shownAtMs: number | null
  /** The counted click; null: none was counted. */
  readonly clickedAtMs: number | null
  readonly windows?: ConversionWindows | undefined
}

/** Whether a conversion counts, and by what. */
export type JudgedConversion =
  | { readonly through: 'click' | 'view' }
  | { readonly apart: 'outside-window' | 'before-showing' }

/**
 * Judges a conversion by the decision its token names, which is the last touch as its sender knows it. It is
 * click-through when the click of that decision came before it by `clickDays` at most; else view-through when the
 * impression did by `viewDays` at most. Where no impression was counted (a blocked pixel) the decision stands for it,
 * so that people who block are not taken out of one arm more than of another. A day is 24 hours here.
 */
export function judgeConversion(atMs: number, path: ConversionPath): JudgedConversion {
  const { clickDays, viewDays } = path.windows ?? DEFAULT_WINDOWS
  const afterClickMs = path.clickedAtMs === null ? null : atMs - path.clickedAtMs
  if (afterClickMs !== null && afterClickMs >= -CLOCK_TOLERANCE_MS && afterClickMs <= clickDays * DAY_MS) {
    return { through: 'click' }
  }
  const afterViewMs = atMs - (path.shownAtMs ?? path.decidedAtMs)
  if (afterViewMs < -CLOCK_TOLERANCE_MS) return { apart: 'before-showing' }
  return viewDays > 0 && afterViewMs <= viewDays * DAY_MS ? { through: 'view' } : { apart: 'outside-window' }
}
