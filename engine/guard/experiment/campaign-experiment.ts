import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import type { SegmentDocument } from '../../../segments/segment.ts'
import type { CounterRow } from '../../ports/counters.ts'
import { assignedArms, goalEvents } from '../../reporting/compare-arms.ts'
import type { EventCounts } from '../../reporting/person-counts.ts'
import { wholeNumber } from '../../reporting/text-table.ts'
import type { Experiment, Outcome } from './experiment.ts'
import { leafLevels } from './leaf-levels.ts'

/** Positions of the arms of a campaign's experiment. */
export const BROAD_CONTROL = 0
export const NARROW = 1
const ARMS = ['broad-control', 'narrow'] as const

export interface CampaignLogs {
  readonly rows: readonly CounterRow[]
  /** Share of broad control among matched people, by revision. */
  readonly controlShares: ReadonlyMap<number, number>
  readonly goal: 'click' | 'conversion'
  readonly outcome: 'goal' | 'value'
  readonly kFloor: number
  readonly segments: {
    readonly catalogue: AttributeCatalogue
    readonly documents: ReadonlyMap<string, SegmentDocument>
  }
}

export interface CampaignExperiment {
  readonly experiment: Experiment
  /** Everybody alike, then each level of the grids, coarsest first. */
  readonly candidates: readonly (readonly string[])[]
  /** Revisions that are in it. */
  readonly revisions: readonly number[]
  /** Who is left out, in sentences. */
  readonly notes: readonly string[]
}

/**
 * A campaign's own experiment: one row a person who matched a narrow segment, by assigned arm, with what they did
 * (intention to treat) and the leaf they matched first.
 *
 * People are drawn into the arms with the shares of their revision. Where these were changed, only people who were seen
 * under the newest ones alone are in it: who was seen before and after may have changed arms.
 *
 * @returns undefined when an arm has fewer people than the k floor, of whom nothing is told
 */
export function campaignExperiment(logs: CampaignLogs): CampaignExperiment | undefined {
  const { kFloor, goal, outcome } = logs
  const matched = logs.rows.filter(
    ({ person, arm, leaf }) =>
      person !== null && leaf !== null && (arm === 'narrow' || arm === 'broad-control'),
  )
  const { rows, share, revisions, before } = underNewestShare(matched, logs.controlShares)
  const arms = assignedArms(rows)
  const notes = [
    ...leftOut(before, 'were seen under other shares of broad control than the newest', kFloor),
    ...leftOut(arms.switched.size, 'were in both arms', kFloor),
  ]
  const people = [...arms.broadControl, ...arms.narrow]
  const narrowFrom = arms.broadControl.size
  if (share === undefined || Math.min(narrowFrom, arms.narrow.size) < kFloor) return undefined

  const firstLeaf = firstLeaves(rows)
  const leafOf = people.map(([person]) => firstLeaf.get(person)!)
  const columns = leafLevels(leafOf, logs.segments, kFloor)
  const done = people.map(([, counts]) => amountOf(counts, outcome, goal))
  return {
    experiment: {
      rows: people.length,
      arms: ARMS,
      arm: Uint16Array.from(people, (_, row) => (row < narrowFrom ? BROAD_CONTROL : NARROW)),
      outcome: outcomeOf(done, outcome),
      people: undefined,
      propensity: Float64Array.from(people, (_, row) => (row < narrowFrom ? share : 1 - share)),
      columns,
    },
    candidates: [[], ...columns.map((_, at) => columns.slice(0, at + 1).map(({ name }) => name))],
    revisions,
    notes,
  }
}

/** The rows of people who were seen only under the share of the newest revision that has any. */
function underNewestShare(
  rows: readonly CounterRow[],
  shares: ReadonlyMap<number, number>,
): {
  readonly rows: readonly CounterRow[]
  readonly share: number | undefined
  readonly revisions: readonly number[]
  readonly before: number
} {
  const newest = Math.max(...rows.map(({ revision }) => revision))
  const share = shares.get(newest)
  const under = (row: CounterRow) => shares.get(row.revision) === share
  const others = new Set(rows.filter((row) => !under(row)).map(({ person }) => person))
  const kept = rows.filter(({ person }) => !others.has(person))
  const revisions = [...new Set(kept.map(({ revision }) => revision))].sort((a, b) => a - b)
  return { rows: kept, share, revisions, before: others.size }
}

function leftOut(people: number, why: string, kFloor: number): string[] {
  if (people === 0) return []
  const told = people < kFloor ? `fewer than ${kFloor}` : wholeNumber(people)
  return [`${told} people ${why}; they are left out`]
}

/** By person, the leaf matched on the first day they were seen. */
function firstLeaves(rows: readonly CounterRow[]): ReadonlyMap<string, string> {
  const first = new Map<string, CounterRow>()
  for (const row of rows) {
    if (row.person === null || row.leaf === null) continue
    const known = first.get(row.person)
    if (!known || isEarlier(row, known)) first.set(row.person, row)
  }
  return new Map([...first].map(([person, { leaf }]) => [person, leaf!]))
}

/** Days are the finest time that rows tell; within one the text of the leaf decides, so that the order of rows does not. */
function isEarlier(a: CounterRow, b: CounterRow): boolean {
  if (a.day !== b.day) return a.day < b.day
  return a.revision === b.revision ? a.leaf! < b.leaf! : a.revision < b.revision
}

function amountOf(
  counts: Readonly<EventCounts>,
  outcome: CampaignLogs['outcome'],
  goal: CampaignLogs['goal'],
): number {
  return outcome === 'value' ? counts.valueMicros / 1e6 : goalEvents(counts, goal)
}

function outcomeOf(done: readonly number[], outcome: CampaignLogs['outcome']): Outcome {
  const kind = outcome === 'value' ? 'money' : done.every((count) => count <= 1) ? 'binary' : 'count'
  return {
    kind,
    sums: Float64Array.from(done),
    squares: Float64Array.from(done, (amount) => amount * amount),
  }
}
