import { createStream, type Stream } from '../../../core/stream.ts'
import type { History, LeafHistory } from '../../../engine/budget/history.ts'
import { endOf, type LearningEnd, UNMATCHED } from '../../../engine/budget/leaf-tree.ts'
import type { PlanInput } from '../../../engine/budget/make-plan.ts'
import { worthAtFrequency } from '../../../engine/budget/repeat-worth.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { expectVolume } from '../../../engine/guard/expected-volume.ts'
import { normalQuantile } from '../../../stats/normal.ts'
import { CAMPAIGN } from '../guard/world.ts'

/** What is true of a leaf in a made-up world. */
export interface TrueLeaf {
  readonly id: string
  readonly people: number
  /** Goal events a first showing of broad's ad, and narrow's ratio to it. */
  readonly broad: number
  readonly lift: number
  /** Showings in history; a tenth of them to broad control. */
  readonly showings: number
}

export const CONTROL_SHARE = 0.1

export function normal(stream: Stream): number {
  return normalQuantile(stream.next() + 2 ** -33)
}

/** A Poisson count: by arrivals for small means, by the sum of a few for large ones. */
export function poisson(stream: Stream, mean: number): number {
  if (mean > 30) return poisson(stream, mean / 2) + poisson(stream, mean / 2)
  const floor = Math.exp(-mean)
  let events = -1
  for (let product = 1; product > floor; events++) product *= stream.next() + 2 ** -33
  return events
}

/** A history as it could have happened. */
export function drawHistory(stream: Stream, leaves: readonly TrueLeaf[]): Map<string, LeafHistory> {
  return new Map(
    leaves.map(({ id, showings, broad, lift }) => {
      const [narrow, control] = [showings * (1 - CONTROL_SHARE), showings * CONTROL_SHARE]
      return [
        id,
        {
          people: showings,
          narrow: { showings: narrow, events: poisson(stream, narrow * broad * lift) },
          control: { showings: control, events: poisson(stream, control * broad) },
        },
      ]
    }),
  )
}

export const NO_HISTORY: History = {
  leaves: new Map(),
  unmatched: { events: 0, showings: 0 },
  people: 0,
  impressions: 0,
  goalEvents: 0,
  valuePerEventMicros: null,
  designEffect: 1,
  assignmentBroken: false,
  simulated: false,
  revisions: [],
}

/** Everything a plan is made from: leaves side by side under one root, as they were counted. */
export function inputOf(
  leaves: readonly Pick<TrueLeaf, 'id' | 'people'>[],
  counted: ReadonlyMap<string, LeafHistory>,
  more: Partial<PlanInput> & { readonly budgetUnits?: number; readonly unmatched?: number } = {},
): PlanInput {
  const { budgetUnits = 500, unmatched = 0, ...given } = more
  const campaign: Campaign = given.campaign ?? CAMPAIGN
  const budget = { amountMicros: budgetUnits * 1_000_000, currency: 'USD' }
  const inLeaves = leaves.reduce((sum, { people }) => sum + people, 0)
  const ends: LearningEnd[] = leaves.map(({ id }) => ({
    id: endOf(id),
    parent: 'all',
    counted: counted.get(id) ?? {
      people: 0,
      narrow: { events: 0, showings: 0 },
      control: { events: 0, showings: 0 },
    },
  }))
  const sum = (pick: (leaf: LeafHistory) => number) =>
    [...counted.values()].reduce((total, leaf) => total + pick(leaf), 0)
  return {
    campaign,
    revision: 1,
    populationHash: 'people',
    leaves: leaves.map(({ id, people }) => ({ id, title: id, people, servedBroad: false })),
    hidden: new Set(),
    tree: {
      inner: [{ id: 'all', parent: undefined }],
      ends: [...ends, { id: UNMATCHED, parent: 'all', counted: undefined }],
    },
    history: {
      ...NO_HISTORY,
      leaves: counted,
      impressions: sum(({ narrow, control }) => narrow.showings + control.showings),
      goalEvents: sum(({ narrow, control }) => narrow.events + control.events),
    },
    volume: expectVolume(
      { ...campaign, budget: { ...campaign.budget, total: budget } },
      inLeaves + unmatched,
      inLeaves,
    ),
    budget,
    ...given,
  }
}

/** Goal events that a leaf of people shown so often really brings, a share of its showings being narrow. */
export function trueEvents(leaf: TrueLeaf, frequency: number, weeks: number, narrowShare: number): number {
  const worth = leaf.people * worthAtFrequency(frequency) * weeks
  return worth * leaf.broad * (1 + narrowShare * (leaf.lift - 1))
}

export { createStream }
