import { clusteredRate } from '../../stats/person-means.ts'
import { SAMPLE_RATIO_ALPHA, sampleRatio } from '../../stats/sample-ratio.ts'
import type { CounterRow } from '../ports/counters.ts'
import { assignedArms, type GoalEvent, goalEvents } from '../reporting/compare-arms.ts'
import { simulatedIn } from '../reporting/report-campaign.ts'
import { leaveOutSmallArms } from '../reporting/small-arms.ts'
import { worthOfShowings } from './repeat-worth.ts'

/** What one side brought: goal events, and showings counted in first ones (repeat-worth.ts). */
export interface Counted {
  readonly events: number
  readonly showings: number
}

/** What people who matched one leaf brought, by the arm they were assigned to. */
export interface LeafHistory {
  /** Distinct people with a decision, in both arms; decisions without a person add none. */
  readonly people: number
  readonly narrow: Counted
  readonly control: Counted
}

/** What a campaign's ads brought so far, as far as a plan learns from it. */
export interface History {
  /** By the id of the leaf that was matched, also leaves that the campaign no longer has. */
  readonly leaves: ReadonlyMap<string, LeafHistory>
  /** People who matched no leaf, and were served broad. */
  readonly unmatched: Counted
  readonly people: number
  readonly impressions: number
  readonly goalEvents: number
  /** Micros of value a goal event came with on average; null: no event had a value. */
  readonly valuePerEventMicros: number | null
  /**
   * How many times more the events vary than if every showing stood alone, at least 1: those of one person come together.
   * Counts are divided by it before anything is learnt from them.
   */
  readonly designEffect: number
  /** People did not fall into the arms as the campaign says: narrow cannot be compared with broad. */
  readonly assignmentBroken: boolean
  readonly simulated: boolean | 'mixed'
  readonly revisions: readonly number[]
}

/**
 * History from counter rows. People seen in both arms are left out, and so are arms of fewer people than the k floor
 * (as in reports). By assigned arm, whatever was shown in the end.
 *
 * A person's showings of one week count as repeat-worth.ts says, so that rates learnt here are of first showings and a
 * plan may show people more or less often than history did.
 *
 * @param controlShare share of matched people that should be in broad control; null: it changed on the way
 */
export function historyFrom(
  rows: readonly CounterRow[],
  { goal, kFloor, controlShare }: { goal: GoalEvent; kFloor: number; controlShare: number | null },
): History {
  const kept = leaveOutSmallArms(comparedRows(rows), kFloor).rows
  const arms = assignedArms(kept)
  const sizes = [arms.narrow.size, arms.broadControl.size]
  const comparable = controlShare !== null && sizes.every((size) => size >= kFloor)
  const worths = showingWorths(kept)
  const leaves = new Map<string, { people: Set<string>; narrow: Sum; control: Sum }>()
  const unmatched: Sum = { events: 0, showings: 0 }
  const byPerson = new Map<string, { events: number; trials: number }>()
  const people = new Set<string>()
  const totals = { impressions: 0, goalEvents: 0, valueMicros: 0 }
  for (const [at, row] of kept.entries()) {
    const events = goalEvents(row, goal)
    const showings = row.impressions * worths(row)
    totals.impressions += row.impressions
    totals.goalEvents += events
    totals.valueMicros += row.valueMicros
    const person = row.person ?? `\0${at}`
    if (row.person !== null) people.add(row.person)
    const own = byPerson.get(person) ?? { events: 0, trials: 0 }
    own.events += events
    own.trials += showings
    byPerson.set(person, own)
    if (row.leaf === null || row.arm === 'broad') {
      add(unmatched, events, showings)
      continue
    }
    let leaf = leaves.get(row.leaf)
    if (!leaf) {
      leaf = { people: new Set(), narrow: { events: 0, showings: 0 }, control: { events: 0, showings: 0 } }
      leaves.set(row.leaf, leaf)
    }
    if (row.person !== null) leaf.people.add(row.person)
    add(row.arm === 'narrow' ? leaf.narrow : leaf.control, events, showings)
  }
  const showings = [...byPerson.values()].reduce((sum, { trials }) => sum + trials, 0)
  const effective = clusteredRate([...byPerson.values()])?.effectiveTrials
  return {
    leaves: new Map([...leaves].map(([id, leaf]) => [id, { ...leaf, people: leaf.people.size }])),
    unmatched,
    people: people.size,
    impressions: totals.impressions,
    goalEvents: totals.goalEvents,
    valuePerEventMicros:
      totals.valueMicros > 0 && totals.goalEvents > 0 ? totals.valueMicros / totals.goalEvents : null,
    designEffect: totals.goalEvents > 0 && effective ? Math.max(1, showings / effective) : 1,
    assignmentBroken:
      comparable && sampleRatio(sizes, [1 - controlShare, controlShare]).pValue < SAMPLE_RATIO_ALPHA,
    simulated: simulatedIn(kept),
    revisions: [...new Set(kept.map(({ revision }) => revision))].sort((a, b) => a - b),
  }
}

interface Sum {
  events: number
  showings: number
}

function add(to: Sum, events: number, showings: number): void {
  to.events += events
  to.showings += showings
}

/** Without the holdout, and without people who were in both arms. */
function comparedRows(rows: readonly CounterRow[]): readonly CounterRow[] {
  const { switched } = assignedArms(rows)
  return rows.filter(({ arm, person }) => arm !== 'holdout' && !(person !== null && switched.has(person)))
}

const MS_PER_WEEK = 7 * 86_400_000

/** What one impression of a row is worth: a person's impressions of one week are repeats of each other. */
function showingWorths(rows: readonly CounterRow[]): (row: CounterRow) => number {
  const weekOf = ({ person, day }: CounterRow) => `${person} ${Math.floor(Date.parse(day) / MS_PER_WEEK)}`
  const impressions = new Map<string, number>()
  for (const row of rows) {
    if (row.person === null) continue
    const key = weekOf(row)
    impressions.set(key, (impressions.get(key) ?? 0) + row.impressions)
  }
  return (row) => {
    const showings = row.person === null ? row.impressions : impressions.get(weekOf(row))!
    return showings > 0 ? worthOfShowings(showings) / showings : 0
  }
}
