import type { Truth } from '../../engine/simulate/truth.ts'

/**
 * What is true in the demo's simulated world, printed with its report. Rates are far above those of real banners, so
 * that 20,000 visits are enough to see something.
 */
export const DEMO_TRUTH: Truth = {
  baseClickRate: 0.06,
  conversionRate: 0.1,
  conversionValueMicros: 89_000_000,
  narrowEffect: 1.6,
  segmentEffects: {
    // A complaint is no reason to be shown more of what one complained about.
    'let-down-by-the-category': 0.8,
    'asks-about-price': 1.9,
  },
  slotEffects: {
    headline: { 'no-hidden-fees': 1.3 },
    accent: { ember: 1.15 },
  },
  personSpread: 2,
  viewRate: 0.95,
}

/** The truth in a sentence, for whoever holds the report against it. */
export function truthText({ baseClickRate, narrowEffect, segmentEffects }: Truth): string {
  const exceptions = Object.entries(segmentEffects).map(([segment, effect]) => `${effect} for ${segment}`)
  return `in the simulation narrow ads multiply the odds of a click (${baseClickRate * 100} %) by ${narrowEffect}; ${exceptions.join(', ')}`
}
