import type { Interval } from './proportion.ts'

/**
 * Interval for the difference of two independent estimates, first less second, from the interval of each (MOVER:
 * variances are recovered from the limits, each side from the side that matters). Limits may be lopsided. On Wilson's
 * limits it is Newcombe's interval for two rates.
 *
 * @see Zou, Donner 2008, Statist. Med. 27:1693-1702, doi:10.1002/sim.3095
 */
export function differenceOfEstimates(
  first: Interval & { readonly value: number },
  second: Interval & { readonly value: number },
): Interval & { readonly value: number } {
  const value = first.value - second.value
  return {
    value,
    low: value - Math.hypot(first.value - first.low, second.high - second.value),
    high: value + Math.hypot(first.high - first.value, second.value - second.low),
  }
}
