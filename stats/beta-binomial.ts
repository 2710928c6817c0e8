import { betaQuantile } from './beta.ts'
import { chiSquareTail, digamma, logRising, trigamma } from './gamma.ts'
import type { Interval } from './proportion.ts'

/** Events of a group and the trials they came from; 0 <= events <= trials. */
export interface GroupCount {
  readonly events: number
  readonly trials: number
}

/** A beta law of rates: mean a / (a + b); the larger a + b, the less rates differ. */
export interface BetaLaw {
  readonly a: number
  readonly b: number
}

export interface BetaBinomialFit extends BetaLaw {
  /** Without the binomial coefficients; at least that of one rate for all. */
  readonly logLikelihood: number
  /** Of one rate for all groups. */
  readonly binomialLogLikelihood: number
  /** Of one rate for all: the likelihood ratio's half chi-square, so 1 in half of all cases without spread. */
  readonly pValue: number
}

const LEAST_SIZE = 1e-2
const MAX_STEPS = 100

/**
 * The beta law that a set of groups' rates most likely came from. Holds in sparse cells, where inverse-variance logits
 * break: use it (or `fitGammaPoisson`) instead of `heterogeneity` where the median group has fewer than 10 events.
 *
 * a + b is kept at the trials of all groups together or below: beyond, spread is less than the error of the common rate.
 * At that limit the law is just the common rate with its error, and so are the intervals of `shrunkRate`. Without a
 * single event (or failure) the law is that of half an event.
 *
 * @returns a and b to about 1e-6 of themselves. Cost: some 40 log-likelihoods; every step raises it, and steps are
 * counted, so it always ends.
 * @throws RangeError without trials, or for counts outside 0 <= events <= trials
 * @see Griffiths 1973, Biometrics 29:637-648, doi:10.2307/2529131; half chi-square: Self, Liang 1987,
 * J. Am. Stat. Assoc. 82:605-610, doi:10.1080/01621459.1987.10478472
 */
export function fitBetaBinomial(groups: readonly GroupCount[]): BetaBinomialFit {
  let events = 0
  let trials = 0
  for (const group of groups) {
    if (!(group.events >= 0 && group.events <= group.trials && group.trials < Infinity)) {
      throw new RangeError(`fitBetaBinomial: ${group.events} events of ${group.trials} trials`)
    }
    events += group.events
    trials += group.trials
  }
  if (trials === 0) throw new RangeError('fitBetaBinomial: no trials')
  if (events === 0 || events === trials) {
    const [a, b] = [events + 0.5, trials - events + 0.5]
    return { a, b, logLikelihood: 0, binomialLogLikelihood: 0, pValue: 1 }
  }
  const rate = events / trials
  const binomialLogLikelihood = events * Math.log(rate) + (trials - events) * Math.log1p(-rate)
  const best = climb(groups, startOf(groups, rate, trials), trials)
  const gain = best.value - binomialLogLikelihood
  if (!(gain > 0)) {
    return {
      a: events,
      b: trials - events,
      logLikelihood: binomialLogLikelihood,
      binomialLogLikelihood,
      pValue: 1,
    }
  }
  return {
    ...lawOf(best),
    logLikelihood: best.value,
    binomialLogLikelihood,
    pValue: chiSquareTail(2 * gain, 1) / 2,
  }
}

/** Where the climb is: log odds of the mean, ln (a + b), and the log-likelihood there. */
interface Place {
  readonly logit: number
  readonly logSize: number
  readonly value: number
}

function lawOf({ logit, logSize }: { readonly logit: number; readonly logSize: number }): BetaLaw {
  const size = Math.exp(logSize)
  return { a: size / (1 + Math.exp(-logit)), b: size / (1 + Math.exp(logit)) }
}

function placeAt(groups: readonly GroupCount[], logit: number, logSize: number): Place {
  const { a, b } = lawOf({ logit, logSize })
  let value = 0
  for (const { events, trials } of groups) {
    value += logRising(a, events) + logRising(b, trials - events) - logRising(a + b, trials)
  }
  return { logit, logSize, value }
}

/** The best size on a coarse grid, at the common rate: of several hills the climb is to take the highest. */
function startOf(groups: readonly GroupCount[], rate: number, trials: number): Place {
  const logit = Math.log(rate / (1 - rate))
  let best = placeAt(groups, logit, Math.log(trials))
  for (let size = LEAST_SIZE; size < trials; size *= 6) {
    const place = placeAt(groups, logit, Math.log(size))
    if (place.value > best.value) best = place
  }
  return best
}

/** Newton's steps, halved until they go up. */
function climb(groups: readonly GroupCount[], start: Place, trials: number): Place {
  const highest = Math.log(trials)
  const lowest = Math.log(LEAST_SIZE)
  let place = start
  for (let step = 0; step < MAX_STEPS; step++) {
    const [logitStep, sizeStep] = newtonStep(groups, place, lowest, highest)
    let next: Place | undefined
    for (let part = 1; part > 1e-9; part /= 2) {
      const logSize = Math.min(highest, Math.max(lowest, place.logSize + part * sizeStep))
      const tried = placeAt(groups, place.logit + part * logitStep, logSize)
      if (tried.value > place.value) {
        next = tried
        break
      }
    }
    if (!next) return place
    const moved = Math.abs(next.logit - place.logit) + Math.abs(next.logSize - place.logSize)
    place = next
    if (moved < 1e-7) return place
  }
  return place
}

/** Newton's step in (logit, logSize) where the surface bends down, else one uphill; neither part above 2. */
function newtonStep(
  groups: readonly GroupCount[],
  place: Place,
  lowest: number,
  highest: number,
): [number, number] {
  const { a, b } = lawOf(place)
  const size = a + b
  const n = groups.length
  let [slopeA, slopeB, slopeSize] = [-n * digamma(a), -n * digamma(b), -n * digamma(size)]
  let [bendA, bendB, bendSize] = [-n * trigamma(a), -n * trigamma(b), -n * trigamma(size)]
  for (const { events, trials } of groups) {
    slopeA += digamma(a + events)
    slopeB += digamma(b + trials - events)
    slopeSize += digamma(size + trials)
    bendA += trigamma(a + events)
    bendB += trigamma(b + trials - events)
    bendSize += trigamma(size + trials)
  }
  slopeA -= slopeSize
  slopeB -= slopeSize
  // By the chain rule from (a, b): a = size / (1 + e^-logit), b = size / (1 + e^logit).
  const swing = (a * b) / size
  const tilt = slopeA - slopeB
  const slope = [swing * tilt, a * slopeA + b * slopeB] as const
  const logitBend = swing ** 2 * (bendA + bendB) + ((swing * (b - a)) / size) * tilt
  const sizeBend = a * a * bendA + b * b * bendB - size * size * bendSize + slope[1]
  const isHeld = slope[1] > 0 ? place.logSize >= highest : place.logSize <= lowest
  if (isHeld) return limited(slope[0] / Math.abs(logitBend), 0)
  const cross = swing * (a * bendA - b * bendB) + slope[0]
  const determinant = logitBend * sizeBend - cross * cross
  if (logitBend < 0 && determinant > 0) {
    return limited(
      (cross * slope[1] - sizeBend * slope[0]) / determinant,
      (cross * slope[0] - logitBend * slope[1]) / determinant,
    )
  }
  return limited(slope[0] / Math.abs(logitBend), slope[1] / Math.abs(sizeBend))
}

/** Shortened in both parts alike, since a step turned aside may lead down. */
function limited(logitStep: number, sizeStep: number): [number, number] {
  const longest = Math.max(Math.abs(logitStep), Math.abs(sizeStep))
  if (!Number.isFinite(longest)) return [0, 0]
  const part = Math.min(1, 2 / longest)
  return [part * logitStep, part * sizeStep]
}

/**
 * A group's rate, drawn towards the law's mean as far as it has few trials: (events + a) / (trials + a + b).
 *
 * The interval is the beta posterior's. It takes a and b as known: with ten groups or fewer it is somewhat too narrow.
 *
 * @param law from `fitBetaBinomial`; a and b above 0
 * @returns fractions in [0, 1]; a group without trials gets the law itself
 */
export function shrunkRate(
  { events, trials }: GroupCount,
  { a, b }: BetaLaw,
  alpha = 0.05,
): Interval & { readonly rate: number } {
  if (!(events >= 0 && events <= trials && a > 0 && b > 0)) {
    throw new RangeError(`shrunkRate: ${events} events of ${trials} trials, a ${a}, b ${b}`)
  }
  const [hits, misses] = [events + a, trials - events + b]
  return {
    rate: hits / (hits + misses),
    low: betaQuantile(alpha / 2, hits, misses),
    high: betaQuantile(1 - alpha / 2, hits, misses),
  }
}
