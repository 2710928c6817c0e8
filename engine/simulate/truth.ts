import type { AdUnit } from '../space/ad-unit.ts'

/**
 * What is true in a simulated world, stated so that a report can be held against it. Effects multiply the odds of a
 * click; an effect that is not named is 1.
 */
export interface Truth {
  /** Clicks per impression of a plain broad ad, before any effect, 0..1. */
  readonly baseClickRate: number
  /** Conversions per click, 0..1. */
  readonly conversionRate: number
  /** Value of a conversion, micros. */
  readonly conversionValueMicros: number
  /** Effect of any narrow ad on the person it was made for. */
  readonly narrowEffect: number
  /** Effect of being shown this segment's ad, by segment id, instead of `narrowEffect`. */
  readonly segmentEffects: Readonly<Record<string, number>>
  /** Effect of an option: slot, then asset id. */
  readonly slotEffects: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** How much people differ: a person's own odds are multiplied by a number drawn evenly (in its logarithm) from 1/s to s. */
  readonly personSpread: number
  /** Share of served ads that are seen at all, 0..1. */
  readonly viewRate: number
}

/**
 * Probability that a person clicks an ad unit they see.
 *
 * @param personFactor the person's own multiplier of the odds
 */
export function clickRate(truth: Truth, unit: AdUnit | undefined, personFactor: number): number {
  if (!unit) return 0
  let odds = (truth.baseClickRate / (1 - truth.baseClickRate)) * personFactor
  if (unit.segment !== 'broad') odds *= truth.segmentEffects[unit.segment] ?? truth.narrowEffect
  for (const [slot, asset] of Object.entries(unit.choices)) {
    if (asset !== undefined) odds *= truth.slotEffects[slot]?.[asset] ?? 1
  }
  return odds / (1 + odds)
}
