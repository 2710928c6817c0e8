import { Z_95 } from './normal.ts'

/** Bounds of an estimate, low <= high. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * Wilson score interval for a rate such as clicks per impression.
 *
 * Preferred to the normal interval because ad rates are near 0: it never leaves [0, 1] and keeps its coverage when
 * `successes` is small. One look only; it is not valid under peeking. `successes` and `trials` need not be whole, so
 * an effective number of trials can be given.
 *
 * @param successes 0 <= successes <= trials
 * @param trials above 0
 * @param z normal quantile, 1.96 for 95 % two-sided
 * @returns bounds as fractions in [0, 1]
 * @see Wilson 1927, J. Am. Stat. Assoc. 22:209-212, doi:10.1080/01621459.1927.10502953
 */
export function wilsonInterval(successes: number, trials: number, z = Z_95): Interval {
  if (!(trials > 0) || !(successes >= 0 && successes <= trials)) {
    throw new RangeError(`wilsonInterval: ${successes} successes of ${trials} trials`)
  }
  const rate = successes / trials
  const z2 = z * z
  const centre = rate + z2 / (2 * trials)
  const half = z * Math.sqrt((rate * (1 - rate)) / trials + z2 / (4 * trials * trials))
  const scale = 1 + z2 / trials
  return {
    low: successes === 0 ? 0 : Math.max(0, (centre - half) / scale),
    high: successes === trials ? 1 : Math.min(1, (centre + half) / scale),
  }
}

/**
 * Newcombe's interval for the difference of two independent rates, first minus second: square-and-add of the two
 * Wilson intervals (his method 10, without continuity correction).
 *
 * @returns bounds in [-1, 1]
 * @see Newcombe 1998, Statist. Med. 17:873-890, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
 */
export function newcombeDifference(
  first: { readonly successes: number; readonly trials: number },
  second: { readonly successes: number; readonly trials: number },
  z = Z_95,
): Interval & { readonly difference: number } {
  const a = first.successes / first.trials
  const b = second.successes / second.trials
  const wilsonA = wilsonInterval(first.successes, first.trials, z)
  const wilsonB = wilsonInterval(second.successes, second.trials, z)
  return {
    difference: a - b,
    low: a - b - Math.hypot(a - wilsonA.low, wilsonB.high - b),
    high: a - b + Math.hypot(wilsonA.high - a, b - wilsonB.low),
  }
}
