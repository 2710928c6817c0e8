import type { Stream } from '../../core/stream.ts'
import { fitNestedEffects } from '../../stats/nested-effects.ts'
import type { Counted, History } from './history.ts'
import { effectNodes, type LeafTree, type LearningEnd } from './leaf-tree.ts'

/**
 * Before anything is counted narrow is expected to do as broad, and between -41 % and +58 % with 95 %: lifts of more
 * than 100 % are not believed (GUARD 3.3, step 1).
 */
const LIFT_DEVIATION = 0.25
/** Leaves' lifts lie around their parent's by as much, as far as history does not say otherwise. */
const LIFT_SPREAD = 0.2
/** The campaign's stated rate counts as much as four events: it may be wrong by a factor of 2.7 either way. */
const RATE_DEVIATION = 0.5
const RATE_SPREAD = 0.5

/** Draws are fewer where there are many leaves, so that a plan takes about a second. */
const MOST_DRAWS = 2000
const FEWEST_DRAWS = 400
const VALUES_DRAWN = 4_000_000

/** What is believed of the ends of a tree: goal events a first showing, on broad, and narrow's ratio to it. */
export interface LeafRates {
  /** Joint draws. */
  readonly draws: number
  /** By the end's id, one value a draw. */
  readonly broad: ReadonlyMap<string, Float32Array>
  readonly lift: ReadonlyMap<string, Float32Array>
  /** Expectations without the error of drawing: equal ends have equal ones. */
  readonly expectedBroad: ReadonlyMap<string, number>
  readonly expectedLift: ReadonlyMap<string, number>
}

/**
 * Rates of all leaves from history, pooled up the tree.
 *
 * For every end two numbers are learnt, each drawn towards its parent's as far as there is little to see
 * (stats/nested-effects.ts): the lift of narrow over broad, from the split of the end's events between the randomised
 * arms, and broad's rate, from all its events given the lift. Two shrunk rates would not do: broad control has a tenth of
 * the people and so is drawn in harder, and a leaf that responds well to anything would seem to have a lift.
 *
 * A lift whose assignment is broken is not learnt at all: the prior stands.
 *
 * @param statedRate goal events an impression that the campaign expects of broad
 */
export function learnRates(
  tree: LeafTree,
  history: Pick<History, 'unmatched' | 'designEffect' | 'assignmentBroken'>,
  statedRate: number,
  stream: Stream,
): LeafRates {
  const { designEffect } = history
  const per = ({ events, showings }: Counted): Counted => ({
    events: events / designEffect,
    showings: showings / designEffect,
  })
  const lifts = fitNestedEffects(
    effectNodes(tree, ({ counted }) => {
      if (!counted || history.assignmentBroken) return undefined
      const [narrow, control] = [per(counted.narrow), per(counted.control)]
      return {
        kind: 'split',
        events: narrow.events,
        trials: narrow.showings,
        otherEvents: control.events,
        otherTrials: control.showings,
      }
    }),
    { rootRatio: 1, rootDeviation: LIFT_DEVIATION, spreadScale: LIFT_SPREAD },
  )
  const expectedLift = new Map(lifts.order.map((id, at) => [id, lifts.ratios[at]!]))
  /** Showings in broad's: as many as broad ones would bring as much. */
  const asBroad = ({ counted }: LearningEnd, lift: number): number =>
    counted
      ? per(counted.narrow).showings * lift + per(counted.control).showings
      : per(history.unmatched).showings
  const eventsOf = ({ counted }: LearningEnd): number =>
    counted ? per(counted.narrow).events + per(counted.control).events : per(history.unmatched).events
  const rates = fitNestedEffects(
    effectNodes(tree, (end) => {
      const expected = asBroad(end, expectedLift.get(end.id)!)
      return expected > 0 ? { kind: 'count', events: eventsOf(end), expected } : undefined
    }),
    { rootRatio: statedRate, rootDeviation: RATE_DEVIATION, spreadScale: RATE_SPREAD },
  )

  // Both fits have the nodes of one tree, so one order.
  const places = new Map(lifts.order.map((id, at) => [id, at]))
  const draws = Math.min(MOST_DRAWS, Math.max(FEWEST_DRAWS, Math.floor(VALUES_DRAWN / lifts.order.length)))
  const broad = new Map(tree.ends.map(({ id }) => [id, new Float32Array(draws)]))
  const lift = new Map(tree.ends.map(({ id }) => [id, new Float32Array(draws)]))
  const shifts = new Float64Array(lifts.order.length)
  const ends = tree.ends.map((end) => ({
    end,
    place: places.get(end.id)!,
    expected: asBroad(end, expectedLift.get(end.id)!),
    broad: broad.get(end.id)!,
    lift: lift.get(end.id)!,
  }))
  for (let draw = 0; draw < draws; draw++) {
    const drawnLifts = lifts.draw(stream.next)
    for (const { end, place, expected } of ends) {
      // A higher lift explains more of the same events, and leaves less for broad's rate.
      shifts[place] = expected > 0 ? -Math.log(asBroad(end, Math.exp(drawnLifts[place]!)) / expected) : 0
    }
    const drawnRates = rates.draw(stream.next, shifts)
    for (const each of ends) {
      each.lift[draw] = Math.exp(drawnLifts[each.place]!)
      each.broad[draw] = Math.exp(drawnRates[each.place]!)
    }
  }
  return {
    draws,
    broad,
    lift,
    expectedBroad: new Map(rates.order.map((id, at) => [id, rates.ratios[at]!])),
    expectedLift,
  }
}
