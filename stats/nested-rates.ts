import { type ExpectedCount, fitFamilySpread, shrunkRatio } from './gamma-poisson.ts'
import { normalQuantile } from './normal.ts'
import { type Interval, wilsonInterval } from './proportion.ts'

/** Events and trials of a segment and of all that is in it. */
export interface RateNode {
  readonly id: string
  /** id of the segment it is part of; a root has none. */
  readonly parent?: string | undefined
  readonly events: number
  readonly trials: number
}

export type NestedRate = Interval & { readonly rate: number }

/** A parent is worth at least half an event, so that a few empty segments at a depth are not taken for rates of 0. */
const LEAST_KAPPA = 0.5

/**
 * Rates of nested segments, each drawn towards its parent's shrunk rate as far as it has few events of its own. Never
 * towards one mean for all: where the parents differ, that is worse than hardly any pooling.
 *
 * A segment's rate is parent x (events + kappa) / (trials x parent + kappa); kappa is fitted to all families at its
 * depth, at least 0.5, and is Infinity where they do not differ beyond chance: then each has its parent's rate. What
 * the children leave of a parent counts as one more of its family. A root keeps its own rate, or half an event over its
 * trials where it has none; a segment without trials has its parent's rate.
 *
 * Intervals join, on the log scale, the segment's own error and, by its weight kappa / (trials x parent + kappa), the
 * error of its parent's rate as a mean for segments such as this. They take kappa as known.
 *
 * Made for rare events: see `fitGammaPoisson`.
 *
 * @param nodes in any order; several roots are allowed; `trials` at least `events`
 * @returns fractions in [0, 1] by id. Cost: some 60 log-likelihoods of each segment.
 * @throws RangeError for an id used twice, a parent that is not among them or is the segment's own descendant, a root
 * without trials, more events than trials
 * @see own derivation; the gamma-Poisson model is Clayton, Kaldor 1987, Biometrics 43:671-681, doi:10.2307/2532003
 */
export function shrinkNestedRates(nodes: readonly RateNode[], alpha = 0.05): ReadonlyMap<string, NestedRate> {
  const critical = normalQuantile(1 - alpha / 2)
  const children = childrenOf(nodes)
  const rates = new Map<string, NestedRate>()
  let level = children.get(undefined) ?? []
  for (const root of level) rates.set(root.id, rootRate(root, critical))
  while (level.length > 0) {
    const parents = level.filter(({ id }) => children.has(id))
    const families = parents.map((parent) => familyOf(parent, children.get(parent.id)!))
    const kappa = Math.max(LEAST_KAPPA, fitFamilySpread(families))
    parents.forEach((parent, at) => {
      const mean = asMean(rates.get(parent.id)!, families[at]!, kappa, critical)
      for (const child of children.get(parent.id)!) {
        rates.set(child.id, childRate(mean, child, kappa, alpha))
      }
    })
    level = parents.flatMap(({ id }) => children.get(id)!)
  }
  if (rates.size < nodes.length) {
    throw new RangeError(`shrinkNestedRates: ${nodes.length - rates.size} nodes hang on no root`)
  }
  return rates
}

function rootRate({ id, events, trials }: RateNode, critical: number): NestedRate {
  if (trials === 0) throw new RangeError(`shrinkNestedRates: root ${id} has no trials`)
  return {
    rate: events > 0 ? events / trials : 0.5 / (trials + 1),
    ...wilsonInterval(events, trials, critical),
  }
}

/** The children, and what they leave of their parent. */
function familyOf(parent: RateNode, children: readonly RateNode[]): ExpectedCount[] {
  let [events, trials] = [parent.events, parent.trials]
  for (const child of children) {
    events -= child.events
    trials -= child.trials
  }
  const family = children.map((child) => ({ events: child.events, expected: child.trials }))
  if (events >= 0 && trials > 0) family.push({ events, expected: trials })
  return family
}

/**
 * A parent's rate as the mean its children scatter about, which it is not quite: it is their own mean, by their trials.
 * So its interval grows by the error of a mean of so few: the sum of squared shares, over kappa.
 */
function asMean(
  parent: NestedRate,
  family: readonly ExpectedCount[],
  kappa: number,
  critical: number,
): NestedRate {
  let [trials, squares] = [0, 0]
  for (const { expected } of family) {
    trials += expected
    squares += expected * expected
  }
  const scatter = trials > 0 ? (critical * Math.sqrt(squares / kappa)) / trials : 0
  return joined(parent.rate, parent, { low: Math.exp(-scatter), high: Math.exp(scatter) })
}

function childRate(mean: NestedRate, { events, trials }: RateNode, kappa: number, alpha: number): NestedRate {
  const expected = trials * mean.rate
  const own = shrunkRatio({ events, expected }, kappa, alpha)
  const weight = kappa === Infinity ? 1 : kappa / (expected + kappa)
  const rate = mean.rate * own.ratio
  const { low, high } = joined(
    rate,
    { low: (own.low * rate) / own.ratio, high: (own.high * rate) / own.ratio },
    { low: (mean.low / mean.rate) ** weight, high: (mean.high / mean.rate) ** weight },
  )
  return { rate, low, high: Math.min(1, high) }
}

/** An interval about `rate` and one about 1 that multiplies it, joined as independent errors on the log scale. */
function joined(rate: number, interval: Interval, factor: Interval): NestedRate {
  const down = Math.hypot(Math.log(rate / interval.low), Math.log(factor.low))
  const up = Math.hypot(Math.log(interval.high / rate), Math.log(factor.high))
  return { rate, low: rate * Math.exp(-down), high: rate * Math.exp(up) }
}

function childrenOf(nodes: readonly RateNode[]): Map<string | undefined, RateNode[]> {
  const children = new Map<string | undefined, RateNode[]>()
  const ids = new Set<string>()
  for (const node of nodes) {
    const { id, parent, events, trials } = node
    if (ids.has(id)) throw new RangeError(`shrinkNestedRates: ${id} is there twice`)
    if (!(events >= 0 && events <= trials && trials < Infinity)) {
      throw new RangeError(`shrinkNestedRates: ${id} has ${events} events of ${trials} trials`)
    }
    ids.add(id)
    const siblings = children.get(parent)
    if (siblings) siblings.push(node)
    else children.set(parent, [node])
  }
  return children
}
