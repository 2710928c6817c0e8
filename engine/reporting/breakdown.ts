import { BROAD_ID } from '../../segments/segment.ts'
import { hideSmall, isSmall } from '../../stats/hide-small.ts'
import { clusteredRate, meanInterval, momentsOf } from '../../stats/person-means.ts'
import { wilsonInterval } from '../../stats/proportion.ts'
import type { CounterRow } from '../ports/counters.ts'
import { type GoalEvent, goalEvents, toldPeople } from './compare-arms.ts'
import { ENOUGH } from './enough-data.ts'
import { countByPerson, type EventCounts, type PersonCounts, totalOf } from './person-counts.ts'
import { type Estimate, REPORT_ALPHA, type ReportRate, type ReportRow } from './report.ts'

/** Where a counter row belongs in a breakdown. */
export type KeyOf = (row: CounterRow) => string

/** Decisions of a holdout: no ad unit of the campaign was shown. */
export const HOUSE_AD = '(house ad)'

export interface BreakdownOptions {
  readonly goal: GoalEvent
  readonly kFloor: number
  readonly keyOf: KeyOf
  readonly titleOf: (key: string) => string
  /**
   * Whether the keys are segments. All narrow segments together are the narrow arm, whose sum the comparison shows, so
   * a small one must be hidden by another narrow one; broad is made of whole arms and stands alone.
   */
  readonly bySegment: boolean
  /** Whether all was bought at one price: else money and impressions of a line would tell who was shown what when. */
  readonly onePrice: boolean
  /** Keys that another table of the report hides, so that this one may not show them either. */
  readonly alsoHidden?: ReadonlySet<string>
}

/** What a breakdown counted under each key, and which keys may not be shown. */
export interface CountedKeys {
  readonly counts: ReadonlyMap<string, PersonCounts>
  readonly hidden: ReadonlySet<string>
}

/** Counts rows by key, and hides keys of few people with as many others as it takes. */
export function countKeys(
  rows: readonly CounterRow[],
  { keyOf, kFloor, bySegment, alsoHidden }: Omit<BreakdownOptions, 'goal' | 'titleOf' | 'onePrice'>,
): CountedKeys {
  const groups = new Map<string, CounterRow[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  const counts = new Map([...groups].map(([key, group]) => [key, countByPerson(group)]))
  // The house ad is the holdout, a whole arm, so it can hide nothing; another breakdown would show it.
  const parts = [...counts.keys()].filter((key) => key !== HOUSE_AD && !(bySegment && key === BROAD_ID))
  const small = hideSmall(
    parts.map((key) => ({ key, people: counts.get(key)!.people.size })),
    [parts],
    kFloor,
    (keys) => new Set(keys.flatMap((key) => [...counts.get(key)!.people.keys()])).size,
  )
  return { counts, hidden: new Set([...small, ...parts.filter((key) => alsoHidden?.has(key))]) }
}

/** Rows of one breakdown, most impressions first; hidden ones last, by key. */
export function breakDown(rows: readonly CounterRow[], options: BreakdownOptions): ReportRow[] {
  const { counts, hidden } = countKeys(rows, options)
  const shown = [...counts]
    .filter(([key]) => !hidden.has(key))
    .map(([key, counted]) => shownRow(key, counted, options))
    .sort((a, b) => b.impressions - a.impressions || (a.key < b.key ? -1 : 1))
  const notShown = [...hidden].sort().map((key): ReportRow => {
    const people = toldHidden(counts.get(key)!, options.kFloor)
    return { key, title: options.titleOf(key), hidden: true, people }
  })
  return [...shown, ...notShown]
}

/** What is said in place of a hidden key's people. */
export function toldHidden({ people }: PersonCounts, kFloor: number): string {
  return isSmall(people.size, kFloor) ? toldPeople(0, kFloor) : 'hidden'
}

function shownRow(key: string, counts: PersonCounts, options: BreakdownOptions) {
  const total = totalOf(counts)
  const clusters = [...counts.people.values(), ...counts.anonymous]
  return {
    key,
    title: options.titleOf(key),
    hidden: false as const,
    people: counts.people.size,
    ...total,
    spendMicros: options.onePrice ? Math.round(total.spendMicros) : null,
    clicksPerImpression: rateOf(clusters, (each) => each.clicks),
    conversionsPerImpression: rateOf(clusters, (each) => each.conversions),
    goalEventsPerPerson: perPerson(counts, options.goal),
  }
}

function rateOf(
  clusters: readonly Readonly<EventCounts>[],
  eventsOf: (counts: Readonly<EventCounts>) => number,
): ReportRate {
  const people = clusters.map((each) => ({ events: eventsOf(each), trials: each.impressions }))
  const events = people.reduce((sum, person) => sum + person.events, 0)
  const impressions = people.reduce((sum, person) => sum + person.trials, 0)
  if (impressions === 0) return null
  const value = events / impressions
  if (people.every((person) => person.trials <= 1 && person.events <= person.trials)) {
    return { value, ...wilsonInterval(events, impressions), interval: 'impressions' }
  }
  const clustered = clusteredRate(people)
  if (!clustered) return { value, low: null, high: null, interval: 'none' }
  return { value, low: clustered.low, high: clustered.high, interval: 'people' }
}

/** Without bounds where there are too few events or people for them to mean anything. */
function perPerson(counts: PersonCounts, goal: GoalEvent): Estimate | null {
  const moments = momentsOf([...counts.people.values()].map((person) => goalEvents(person, goal)))
  if (moments.people === 0) return null
  const value = moments.sum / moments.people
  if (moments.people < ENOUGH.people || moments.sum < ENOUGH.events) return { value, low: null, high: null }
  const { low, high } = meanInterval(moments, REPORT_ALPHA)
  return { value, low: Math.max(0, low), high }
}
