import { chiSquareTail, gammaQuantile, logRising } from './gamma.ts'
import { geometricMaximum } from './maximum.ts'
import type { Interval } from './proportion.ts'

/** Events of a group beside those it would have if it were like its parent. */
export interface ExpectedCount {
  /** At least 0. */
  readonly events: number
  /** Trials times the parent's rate; at least 0, and 0 only without events. */
  readonly expected: number
}

export interface GammaPoissonFit {
  /** Events that the parent is worth beside a group's own. Infinity where the groups show no spread. */
  readonly kappa: number
  /** Log-likelihood above that of no spread, at least 0. */
  readonly gain: number
  /** Of no spread: the likelihood ratio's half chi-square, so 1 in half of all cases without spread. */
  readonly pValue: number
}

/** Below this a group's own events count for nearly everything. */
const LEAST_KAPPA = 1e-4

/**
 * How much groups differ from what is expected of them: events are Poisson with mean expected x theta, theta is gamma
 * with mean 1 and variance 1/kappa, and kappa is the most likely one (of a negative binomial).
 *
 * Made for rare events: where more than about a fifth of the trials are events, the Poisson law is too wide and kappa
 * comes out too large; use `fitBetaBinomial` there.
 *
 * @returns kappa to about 1e-6 of itself, in [1e-4, Infinity]. Cost: some 60 log-likelihoods.
 * @throws RangeError for a negative count, or events where none are expected
 * @see Clayton, Kaldor 1987, Biometrics 43:671-681, doi:10.2307/2532003
 */
export function fitGammaPoisson(groups: readonly ExpectedCount[]): GammaPoissonFit {
  let squares = 0
  for (const { events, expected } of groups) {
    if (!(events >= 0 && expected >= 0 && expected < Infinity && (expected > 0 || events === 0))) {
      throw new RangeError(`fitGammaPoisson: ${events} events where ${expected} are expected`)
    }
    squares += expected * expected
  }
  // The error of 1/kappa is about sqrt(2 / squares): a hundredth of it cannot be told from no spread.
  const most = 100 * (1 + Math.sqrt(squares))
  const { at, value } = geometricMaximum((kappa) => gainOf(groups, kappa), LEAST_KAPPA, most, 3)
  if (!(value > 0) || at > most / 2) return { kappa: Infinity, gain: 0, pValue: 1 }
  return { kappa: at, gain: value, pValue: chiSquareTail(2 * value, 1) / 2 }
}

/** Log-likelihood of kappa less that of no spread. */
function gainOf(groups: readonly ExpectedCount[], kappa: number): number {
  let sum = 0
  for (const { events, expected } of groups) {
    if (expected === 0) continue
    sum += logRising(kappa, events) - events * Math.log(kappa + expected)
    sum += expected - kappa * Math.log1p(expected / kappa)
  }
  return sum
}

/**
 * The same spread where each family's common rate is not known but estimated from its members: kappa by the profile
 * likelihood with Cox and Reid's adjustment. Without it, members that make up their family's rate themselves seem more
 * alike than they are.
 *
 * @param families members' events, and their trials at any rate common to the family as `expected`; families with fewer
 * than two members with trials, or without events, tell nothing
 * @returns kappa to about 1e-6 of itself, in [1e-4, Infinity]
 * @see Cox, Reid 1987, J. R. Stat. Soc. B 49:1-39; McCarthy, Chen, Smyth 2012, Nucleic Acids Res. 40:4288-4297,
 * doi:10.1093/nar/gks042 (for the negative binomial)
 */
export function fitFamilySpread(families: readonly (readonly ExpectedCount[])[]): number {
  const telling: ExpectedCount[][] = []
  let squares = 0
  for (const family of families) {
    const members = family.filter(({ expected }) => expected > 0)
    const events = members.reduce((sum, member) => sum + member.events, 0)
    if (members.length < 2 || events === 0) continue
    const scale = events / members.reduce((sum, member) => sum + member.expected, 0)
    telling.push(members.map((member) => ({ events: member.events, expected: member.expected * scale })))
    for (const { expected } of members) squares += (expected * scale) ** 2
  }
  const most = 100 * (1 + Math.sqrt(squares))
  const gain = (kappa: number) => telling.reduce((sum, family) => sum + familyGain(family, kappa), 0)
  const { at, value } = geometricMaximum(gain, LEAST_KAPPA, most, 3)
  return value > 0 && at <= most / 2 ? at : Infinity
}

/** Adjusted profile log-likelihood of a family, less that of no spread. `expected` sums to `events`. */
function familyGain(family: readonly ExpectedCount[], kappa: number): number {
  let rate = 1
  let weight = 0
  let plainWeight = 0
  for (let step = 0; step < 4; step++) {
    let events = 0
    weight = 0
    plainWeight = 0
    for (const member of family) {
      const share = kappa / (kappa + member.expected * rate)
      events += share * member.events
      weight += share * member.expected
      plainWeight += member.expected
    }
    rate = events / weight
  }
  const moved = family.map(({ events, expected }) => ({ events, expected: expected * rate }))
  const events = family.reduce((sum, member) => sum + member.events, 0)
  // gainOf compares with no spread at this rate; no spread is likeliest at rate 1.
  const toPlain = events * Math.log(rate) - plainWeight * (rate - 1)
  return gainOf(moved, kappa) + toPlain - 0.5 * Math.log((weight * rate) / plainWeight)
}

/**
 * A group's events over those expected, drawn towards 1 as far as it has few: (events + kappa) / (expected + kappa).
 *
 * The interval is the gamma posterior's. It takes kappa and the expectation as known: with ten groups or fewer it is
 * somewhat too narrow.
 *
 * @param kappa from `fitGammaPoisson`, above 0; Infinity gives 1 for every group
 */
export function shrunkRatio(
  { events, expected }: ExpectedCount,
  kappa: number,
  alpha = 0.05,
): Interval & { readonly ratio: number } {
  if (!(events >= 0 && expected >= 0 && kappa > 0)) {
    throw new RangeError(`shrunkRatio: ${events} events of ${expected} expected, kappa ${kappa}`)
  }
  if (kappa === Infinity) return { ratio: 1, low: 1, high: 1 }
  const shape = events + kappa
  const scale = expected + kappa
  return {
    ratio: shape / scale,
    low: gammaQuantile(alpha / 2, shape) / scale,
    high: gammaQuantile(1 - alpha / 2, shape) / scale,
  }
}
