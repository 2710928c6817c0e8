import type { Volume } from '../guard/expected-volume.ts'
import type { LeafRates } from './leaf-rates.ts'
import { endOf, UNMATCHED } from './leaf-tree.ts'
import { type Audience, spreadShowings } from './split-budget.ts'
import type { Shown } from './way-to-spend.ts'

/** Who is shown how much, as planned and on an even spread. */
export interface Split {
  readonly plan: readonly Shown[]
  readonly broadOnly: readonly Shown[]
  /** Showings a person a week if the plan's people were shown equally often. */
  readonly evenFrequency: number
}

export interface SplitInput {
  readonly leaves: readonly { readonly id: string; readonly people: number }[]
  /** Ids of those that get their own ads. */
  readonly narrow: ReadonlySet<string>
  readonly rates: Pick<LeafRates, 'expectedBroad' | 'expectedLift'>
  readonly volume: Volume
  /** People that can be reached over those of the population. */
  readonly scale: number
  /** Showings a week that the budget buys. */
  readonly showings: number
  /** Most showings a person a week. */
  readonly cap: number
  readonly controlShare: number
}

/**
 * Whatever rates say, everybody is shown from half to twice what an even spread would show them: beliefs may be wrong, and
 * a plan for the next budget, with what this one teaches, may go as far again.
 */
const LEAST_OF_EVEN = 0.5
const MOST_OF_EVEN = 2

/** Each narrow leaf is shown by itself, everybody else together; in a targeted campaign others are shown nothing. */
export function splitShowings(input: SplitInput): Split {
  const { volume, rates, narrow: isNarrow, scale, showings, cap, controlShare } = input
  const served = input.leaves.filter(({ people }) => people > 0)
  const inLeaves = served.reduce((sum, { people }) => sum + people, 0)
  const groups = [
    ...served.map(({ id, people }) => ({ end: endOf(id), people: people * scale, narrow: isNarrow.has(id) })),
    { end: UNMATCHED, people: Math.max(0, volume.people - inLeaves) * scale, narrow: false },
  ].sort((a, b) => (a.end < b.end ? -1 : 1))
  const everybody = groups.reduce((sum, { people }) => sum + people, 0)
  const broadFrequency = everybody > 0 ? Math.min(cap, showings / everybody) : 0

  // A targeted campaign shows nothing to others; with no leaf left it is broad, to everybody.
  const reachesOthers = volume.mode === 'tailored' || isNarrow.size === 0
  const others = groups.filter((group) => !group.narrow)
  const peopleOf = (some: readonly { people: number }[]) => some.reduce((sum, { people }) => sum + people, 0)
  const reached = reachesOthers ? everybody : everybody - peopleOf(others)
  const evenFrequency = reached > 0 ? Math.min(cap, showings / reached) : 0
  const audiences: Audience[] = groups
    .filter((group) => group.narrow)
    .map(({ end, people }) => ({
      id: end,
      people,
      worth:
        rates.expectedBroad.get(end)! * (controlShare + (1 - controlShare) * rates.expectedLift.get(end)!),
      leastFrequency: leastOf(evenFrequency, frequencyToLearn(volume, people, controlShare)),
      mostFrequency: Math.min(cap, MOST_OF_EVEN * evenFrequency),
    }))
  const otherPeople = peopleOf(others)
  if (reachesOthers && otherPeople > 0) {
    audiences.push({
      id: OTHERS,
      people: otherPeople,
      worth:
        others.reduce((sum, { end, people }) => sum + people * rates.expectedBroad.get(end)!, 0) /
        otherPeople,
      leastFrequency: LEAST_OF_EVEN * evenFrequency,
      mostFrequency: Math.min(cap, MOST_OF_EVEN * evenFrequency),
    })
  }
  const frequencies = audiences.length > 0 ? spreadShowings(audiences, showings) : new Map()
  return {
    plan: groups.map(({ end, people, narrow: isOwn }) => ({
      end,
      people,
      frequency: frequencies.get(isOwn ? end : OTHERS) ?? 0,
      narrowShare: isOwn ? 1 - controlShare : 0,
    })),
    broadOnly: groups.map(({ end, people }) => ({ end, people, frequency: broadFrequency, narrowShare: 0 })),
    evenFrequency,
  }
}

/** What a leaf needs to be learnt from is kept where an even spread gives it; where not, it cannot be had by moving money. */
function leastOf(even: number, toLearn: number): number {
  return Math.max(LEAST_OF_EVEN * even, toLearn <= even ? toLearn : 0)
}

/** The audience of everybody who is shown broad's ads alone. */
const OTHERS = 'others'

/** Showings a person a week that bring a leaf the goal events it needs, counted as the check counts. */
function frequencyToLearn(volume: Volume, people: number, controlShare: number): number {
  return volume.eventsFloor / (people * volume.baselineRate * (1 - volume.holdoutShare) * (1 - controlShare))
}
