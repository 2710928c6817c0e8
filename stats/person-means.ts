import { Z_95 } from './normal.ts'
import type { Interval } from './proportion.ts'
import { wilsonInterval } from './proportion.ts'
import { studentCritical, studentTwoSided } from './student.ts'

/** What a sample of people comes to: how many, and the sum and sum of squares of one number a person. They add. */
export interface Moments {
  readonly people: number
  readonly sum: number
  readonly sumOfSquares: number
}

export function momentsOf(values: Iterable<number>): Moments {
  let people = 0
  let sum = 0
  let sumOfSquares = 0
  for (const value of values) {
    people++
    sum += value
    sumOfSquares += value * value
  }
  return { people, sum, sumOfSquares }
}

/** Variance of one person's number, unbiased. At least two people. */
export function varianceOf(moments: Moments): number {
  return meanAndVariance(moments).meanVariance * moments.people
}

function meanAndVariance(moments: Moments): { mean: number; meanVariance: number } {
  if (!(moments.people >= 2))
    throw new RangeError(`a mean with an error needs two people, not ${moments.people}`)
  const mean = moments.sum / moments.people
  const squares = Math.max(0, moments.sumOfSquares - moments.sum * mean)
  return { mean, meanVariance: squares / (moments.people - 1) / moments.people }
}

/** A person's mean with Student's interval. At least two people. */
export function meanInterval(moments: Moments, alpha = 0.05): Interval & { readonly mean: number } {
  const { mean, meanVariance } = meanAndVariance(moments)
  const half = studentCritical(alpha, moments.people - 1) * Math.sqrt(meanVariance)
  return { mean, low: mean - half, high: mean + half }
}

export interface Comparison extends Interval {
  /** First mean less second. */
  readonly difference: number
  /** Of the difference. */
  readonly standardError: number
  /** Two-sided, of no difference. */
  readonly pValue: number
  /** difference / second mean; undefined where that mean is not clearly above 0. */
  readonly lift: (Interval & { readonly ratio: number }) | undefined
}

/**
 * Difference of two means over people, Welch's interval: variances may differ, and all of a person's impressions are
 * one observation, so people may be as unequal as they like.
 *
 * The bounds of `lift` are Fieller's, with the same critical value: they leave 0 out exactly when those of the
 * difference do.
 *
 * @see Welch 1947, Biometrika 34:28-35, doi:10.1093/biomet/34.1-2.28
 * @see Fieller 1954, J. R. Stat. Soc. B 16:175-185 (ratio of means)
 */
export function compareMeans(first: Moments, second: Moments, alpha = 0.05): Comparison {
  const a = meanAndVariance(first)
  const b = meanAndVariance(second)
  const difference = a.mean - b.mean
  const variance = a.meanVariance + b.meanVariance
  if (variance === 0) {
    return {
      difference,
      standardError: 0,
      low: difference,
      high: difference,
      pValue: difference === 0 ? 1 : 0,
      lift: liftOf(a, b, 0),
    }
  }
  const degrees =
    variance ** 2 / (a.meanVariance ** 2 / (first.people - 1) + b.meanVariance ** 2 / (second.people - 1))
  const critical = studentCritical(alpha, degrees)
  const error = Math.sqrt(variance)
  return {
    difference,
    standardError: error,
    low: difference - critical * error,
    high: difference + critical * error,
    pValue: studentTwoSided(difference / error, degrees),
    lift: liftOf(a, b, critical),
  }
}

/**
 * Fieller's interval for the ratio of two means, less 1: the ratios r for which first - r second is not told from 0. So
 * it leaves out 0 just when the interval of the difference does.
 *
 * Undefined where the second mean is not told from 0: then no ratio is bounded.
 *
 * @see Fieller 1954, J. R. Stat. Soc. B 16:175-185, doi:10.1111/j.2517-6161.1954.tb00159.x
 */
function liftOf(
  a: { mean: number; meanVariance: number },
  b: { mean: number; meanVariance: number },
  critical: number,
): Comparison['lift'] {
  const bottom = b.mean ** 2 - critical ** 2 * b.meanVariance
  if (!(b.mean > 0 && bottom > 0)) return undefined
  const middle = a.mean * b.mean
  const root = Math.sqrt(Math.max(0, middle ** 2 - bottom * (a.mean ** 2 - critical ** 2 * a.meanVariance)))
  return {
    ratio: a.mean / b.mean - 1,
    low: (middle - root) / bottom - 1,
    high: (middle + root) / bottom - 1,
  }
}

/** One person's events and trials (clicks and impressions). */
export interface PersonCounts {
  readonly events: number
  readonly trials: number
}

/**
 * Interval for events per trial (clicks per impression) when a person brings many trials.
 *
 * The rate is sum of events / sum of trials; its variance is that of a ratio over people; Wilson's interval is then
 * taken at the number of independent trials that would have that variance (never more than there were). With no
 * event, or nothing but events, the variance says nothing and each person counts as one trial.
 *
 * @returns undefined without trials, or with more events than trials (a rate above 1)
 * @see Korn, Graubard 1998, Surv. Methodol. 24:193-201 (effective trials); Dean, Pagano 2015,
 * J. Surv. Stat. Methodol. 3:484-503, doi:10.1093/jssam/smv024 (with Wilson's interval)
 */
export function clusteredRate(
  people: readonly PersonCounts[],
  z = Z_95,
): (Interval & { readonly rate: number; readonly effectiveTrials: number }) | undefined {
  let events = 0
  let trials = 0
  for (const person of people) {
    events += person.events
    trials += person.trials
  }
  if (trials === 0 || events > trials) return undefined
  const rate = events / trials
  const clusters = people.filter((person) => person.trials > 0).length
  let squares = 0
  for (const person of people) squares += (person.events - rate * person.trials) ** 2
  const variance = clusters > 1 ? ((clusters / (clusters - 1)) * squares) / trials ** 2 : 0
  // Also where events and trials are as many but are not the same people's: then rate x (1 - rate) says nothing.
  const effectiveTrials =
    variance > 0 && rate < 1 ? Math.min(trials, (rate * (1 - rate)) / variance) : clusters
  return { rate, effectiveTrials, ...wilsonInterval(rate * effectiveTrials, effectiveTrials, z) }
}
