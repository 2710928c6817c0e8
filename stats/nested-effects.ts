import { normalQuantile } from './normal.ts'

/** What was counted at one end of a tree, as a likelihood of the end's effect t (a logarithm). */
export type Evidence =
  /** Events that come at `expected` times e^t (Poisson): e^t is a ratio of rates, or a rate where `expected` is trials. */
  | { readonly kind: 'count'; readonly events: number; readonly expected: number }
  /**
   * Events of two sides with a common, unknown rate on the second and e^t times that on the first. Given all events, those
   * of the first are binomial with odds e^t `trials` / `otherTrials`: the common rate drops out, and with it every
   * difference between ends that is none between the sides.
   */
  | {
      readonly kind: 'split'
      readonly events: number
      readonly trials: number
      readonly otherEvents: number
      readonly otherTrials: number
    }

/** One node of a tree of effects; only ends (nodes that are nobody's parent) have evidence. Counts need not be whole. */
export interface EffectNode {
  readonly id: string
  /** Undefined for the root alone. */
  readonly parent: string | undefined
  readonly evidence?: Evidence
  /** Standard deviation of its t around its parent's, where that is known and not the tree's spread. Not of the root. */
  readonly deviation?: number
}

export interface EffectPrior {
  /** What e^t of the root is expected to be before anything was counted. */
  readonly rootRatio: number
  /** Standard deviation of the root's t. */
  readonly rootDeviation: number
  /** Scale of the half-normal prior of the spread: the standard deviation of a child's t around its parent's. */
  readonly spreadScale: number
  /** Added to the logarithm of a spread's likelihood, where the evidence itself was measured from something estimated. */
  adjustment?(spread: number): number
}

/** The joint posterior of all effects of a tree. */
export interface NestedEffects {
  /** Ids, a parent before its children; the same for any order of the input. */
  readonly order: readonly string[]
  /** Posterior mean of e^t by place in `order`. */
  readonly ratios: Float64Array
  /** Posterior mean and standard deviation of t by place in `order`. */
  readonly means: Float64Array
  readonly deviations: Float64Array
  /** Posterior mean of the spread. */
  readonly spread: number
  /**
   * One joint draw of t, by place in `order`. Cost: one normal a node.
   *
   * @param next uniform on [0, 1)
   * @param shifts by place: t as if the likelihood of that end lay so much higher; where another draw says what was
   * expected there
   */
  draw(next: () => number, shifts?: Float64Array): Float64Array
}

/** Values of the spread that are tried, in units of its scale: up to 3.5, where a half-normal has 0.05 % left. */
const SPREAD_STEP = 0.25
const SPREAD_POINTS = 15
const MAX_STEPS = 100
const CONVERGED = 1e-10

/**
 * Effects of the nodes of a tree, each drawn towards its parent's as far as its own counts are few (partial pooling): an
 * end without evidence has its parent's expectation, one with much has its own.
 *
 * A child's t is normal around its parent's with one spread for the whole tree, so shifted that a child's expected e^t
 * is its parent's e^t: pooling promises nothing. The spread is not estimated but averaged over, by its posterior on a
 * grid. For each value the likelihoods are taken as normal around the joint mode (Laplace's approximation) and the
 * normal tree is solved exactly, upward and downward. Counts of zero need no correction, and ends without events only
 * take part in what is expected. With few events an end's posterior is a log-normal approximation.
 *
 * @throws Error when `nodes` is not one tree
 * @see Tierney, Kadane 1986, J. Am. Stat. Assoc. 81:82-86, doi:10.1080/01621459.1986.10478240 (the approximation);
 * Gelman 2006, Bayesian Anal. 1:515-534, doi:10.1214/06-BA117A (the half-normal spread)
 */
export function fitNestedEffects(nodes: readonly EffectNode[], prior: EffectPrior): NestedEffects {
  const tree = treeOf(nodes)
  const start = startOf(tree, prior)
  const fits: Fit[] = []
  for (let at = 0; at < SPREAD_POINTS; at++) {
    const spread = at * SPREAD_STEP * prior.spreadScale
    fits.push(fitAt(tree, prior, spread, fits[at - 1]?.mode ?? start))
  }
  const logs = fits.map(({ logEvidence, spread }) => logEvidence + (prior.adjustment?.(spread) ?? 0))
  const best = Math.max(...logs)
  const weights = logs.map((log, at) => {
    const density = Math.exp(-((at * SPREAD_STEP) ** 2) / 2) * (at === 0 ? 0.5 : 1)
    return density * Math.exp(log - best)
  })
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const shares = weights.map((weight) => weight / whole)
  const ratios = new Float64Array(tree.ids.length)
  const means = new Float64Array(tree.ids.length)
  const squares = new Float64Array(tree.ids.length)
  for (const [at, fit] of fits.entries()) {
    const share = shares[at]!
    if (share === 0) continue
    const found = marginals(tree, prior, fit)
    for (let node = 0; node < means.length; node++) {
      const mean = found.means[node]!
      const variance = found.variances[node]!
      ratios[node]! += share * Math.exp(mean + variance / 2)
      means[node]! += share * mean
      squares[node]! += share * (mean * mean + variance)
    }
  }
  return {
    order: tree.ids,
    ratios,
    means,
    deviations: squares.map((square, node) => Math.sqrt(Math.max(0, square - means[node]! ** 2))),
    spread: fits.reduce((sum, fit, at) => sum + shares[at]! * fit.spread, 0),
    draw(next, shifts) {
      const u = next()
      let at = 0
      for (let below = shares[0]!; at < shares.length - 1 && u >= below; ) below += shares[++at]!
      return drawFrom(tree, prior, fits[at]!, next, shifts)
    },
  }
}

interface Tree {
  /** Parents first. */
  readonly ids: readonly string[]
  /** Place of the parent, -1 for the root. */
  readonly parents: Int32Array
  readonly evidence: readonly (Evidence | undefined)[]
  /** Known variances of steps, -1 where a step has the tree's spread; undefined: all have. */
  readonly stepVariances: Float64Array | undefined
}

function treeOf(nodes: readonly EffectNode[]): Tree {
  const children = new Map<string | undefined, EffectNode[]>()
  for (const node of nodes) {
    const siblings = children.get(node.parent)
    if (siblings) siblings.push(node)
    else children.set(node.parent, [node])
  }
  for (const siblings of children.values()) siblings.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const order = [...(children.get(undefined) ?? [])]
  if (order.length !== 1) throw new Error(`a tree of effects has one root, not ${order.length}`)
  const places = new Map<string, number>()
  for (let at = 0; at < order.length; at++) {
    const { id, evidence } = order[at]!
    places.set(id, at)
    const below = children.get(id) ?? []
    if (evidence && below.length > 0) throw new Error(`node ${id} has both evidence and children`)
    order.push(...below)
  }
  if (places.size !== nodes.length)
    throw new Error('some nodes of the tree of effects do not hang on its root')
  return {
    ids: order.map(({ id }) => id),
    parents: Int32Array.from(order, ({ parent }) => (parent === undefined ? -1 : places.get(parent)!)),
    evidence: order.map(({ evidence }) => evidence),
    stepVariances: order.some(({ deviation }) => deviation !== undefined)
      ? Float64Array.from(order, ({ deviation }) => (deviation === undefined ? -1 : deviation ** 2))
      : undefined,
  }
}

/** Variance of a node's step from its parent. */
function stepVariance({ stepVariances }: Tree, at: number, spread: number): number {
  const known = stepVariances ? stepVariances[at]! : -1
  return known < 0 ? spread * spread : known
}

/** A normal tree: its likelihoods around the mode, gathered from the ends to the root. */
interface Fit {
  readonly spread: number
  readonly mode: Float64Array
  /** Precision of what a node's own subtree says of its t, and that precision times the mean. */
  readonly precision: Float64Array
  readonly pull: Float64Array
  readonly logEvidence: number
}

/** All ends at the ratio of everything counted, or at the prior's where nothing was. */
function startOf({ ids, evidence }: Tree, { rootRatio }: EffectPrior): Float64Array {
  let events = 0
  let expected = 0
  for (const each of evidence) {
    if (each?.kind !== 'count') continue
    events += each.events
    expected += each.expected
  }
  return new Float64Array(ids.length).fill(
    Math.log(events > 0 && expected > 0 ? events / expected : rootRatio),
  )
}

function fitAt(tree: Tree, prior: EffectPrior, spread: number, start: Float64Array): Fit {
  const count = tree.ids.length
  const mode = Float64Array.from(start)
  const precision = new Float64Array(count)
  const pull = new Float64Array(count)
  let logEvidence = 0
  for (let step = 0; step < MAX_STEPS; step++) {
    precision.fill(0)
    pull.fill(0)
    logEvidence = 0
    for (let at = 0; at < count; at++) {
      const evidence = tree.evidence[at]
      if (!evidence) continue
      const t = mode[at]!
      const { value, slope, curve } = likelihood(evidence, t)
      precision[at] = curve
      pull[at] = slope + curve * t
      logEvidence += value - slope * t - (curve * t * t) / 2
    }
    logEvidence += gather(tree, spread, precision, pull)
    logEvidence += integrated(precision[0]!, pull[0]!, rootMean(prior), prior.rootDeviation ** 2)
    let moved = 0
    descend(tree, prior, { spread, precision, pull }, (at, mean) => {
      // Newton's step on a Poisson likelihood overshoots far from the mode.
      const change = Math.max(-1, Math.min(1, mean - mode[at]!))
      moved = Math.max(moved, Math.abs(change))
      mode[at] = mode[at]! + change
      return mean
    })
    if (moved < CONVERGED) break
  }
  return { spread, mode, precision, pull, logEvidence }
}

/** The logarithm of a likelihood at t, its first derivative, and its second with the sign turned. */
function likelihood(evidence: Evidence, t: number): { value: number; slope: number; curve: number } {
  if (evidence.kind === 'count') {
    const expected = evidence.expected * Math.exp(t)
    if (!(evidence.expected > 0)) return { value: 0, slope: 0, curve: 0 }
    return { value: evidence.events * t - expected, slope: evidence.events - expected, curve: expected }
  }
  const { events, trials, otherEvents, otherTrials } = evidence
  if (!(trials > 0 && otherTrials > 0)) return { value: 0, slope: 0, curve: 0 }
  const all = events + otherEvents
  const odds = (Math.exp(t) * trials) / otherTrials
  const share = odds / (1 + odds)
  return {
    value: events * t - all * Math.log1p(odds),
    slope: events - all * share,
    curve: all * share * (1 - share),
  }
}

/** Sends what every subtree says up to its parent; the logarithm of what is integrated out on the way. */
function gather(
  tree: Tree,
  spread: number,
  precision: Float64Array | undefined,
  pull: Float64Array,
  precisions = precision,
): number {
  const { parents } = tree
  let integral = 0
  for (let at = parents.length - 1; at > 0; at--) {
    const own = precisions![at]!
    const b = pull[at]!
    if (own === 0 && b === 0) continue
    const variance = stepVariance(tree, at, spread)
    const shift = variance / 2
    const loss = 1 + own * variance
    if (precision) {
      precision[parents[at]!]! += own / loss
      integral +=
        (-b * shift - (own * shift * shift) / 2 + (b * b * variance) / 2) / loss - Math.log(loss) / 2
    }
    pull[parents[at]!]! += (b + own * shift) / loss
  }
  return integral
}

/** Logarithm of the integral of e^(bt - at²/2) over a normal law of t. */
function integrated(a: number, b: number, mean: number, variance: number): number {
  const loss = 1 + a * variance
  return (b * mean - (a * mean * mean) / 2 + (b * b * variance) / 2) / loss - Math.log(loss) / 2
}

/** Root of the expectation: its e^t, not its t, is expected to be the prior's ratio. */
function rootMean({ rootRatio, rootDeviation }: EffectPrior): number {
  return Math.log(rootRatio) - rootDeviation ** 2 / 2
}

/** Walks from the root down; `settle` is given a node's mean and variance given its parent's value, and gives its value. */
function descend(
  tree: Tree,
  prior: EffectPrior,
  { spread, precision, pull }: Pick<Fit, 'spread' | 'precision' | 'pull'>,
  settle: (at: number, mean: number, variance: number) => number,
): Float64Array {
  const { parents } = tree
  const values = new Float64Array(parents.length)
  for (let at = 0; at < parents.length; at++) {
    const variance = stepVariance(tree, at, spread)
    const before = at === 0 ? rootMean(prior) : values[parents[at]!]! - variance / 2
    const wide = at === 0 ? prior.rootDeviation ** 2 : variance
    const loss = 1 + precision[at]! * wide
    values[at] = settle(at, (before + pull[at]! * wide) / loss, wide / loss)
  }
  return values
}

/** Mean and variance of every node's own t. */
function marginals(
  tree: Tree,
  prior: EffectPrior,
  fit: Fit,
): { readonly means: Float64Array; readonly variances: Float64Array } {
  const variances = new Float64Array(tree.ids.length)
  const means = descend(tree, prior, fit, (at, mean, variance) => {
    const above = at === 0 ? 0 : variances[tree.parents[at]!]!
    const wide = at === 0 ? 0 : 1 / (1 + fit.precision[at]! * stepVariance(tree, at, fit.spread))
    variances[at] = variance + wide * wide * above
    return mean
  })
  return { means, variances }
}

/** Half of the stream's resolution: a uniform of 0 has no quantile. */
const HALF_STEP = 2 ** -33

function drawFrom(
  tree: Tree,
  prior: EffectPrior,
  fit: Fit,
  next: () => number,
  shifts: Float64Array | undefined,
): Float64Array {
  let pull = fit.pull
  if (shifts) {
    // Only what the ends say moves, so the precisions stay and the pulls are gathered anew.
    pull = new Float64Array(tree.ids.length)
    for (const [at, evidence] of tree.evidence.entries()) {
      if (evidence) pull[at] = fit.pull[at]! + fit.precision[at]! * shifts[at]!
    }
    gather(tree, fit.spread, undefined, pull, fit.precision)
  }
  return descend(
    tree,
    prior,
    { spread: fit.spread, precision: fit.precision, pull },
    (_, mean, variance) => mean + Math.sqrt(variance) * normalQuantile(next() + HALF_STEP),
  )
}
