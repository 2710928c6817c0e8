import type { CounterRow } from '../ports/counters.ts'

export interface EventCounts {
  decisions: number
  impressions: number
  clicks: number
  conversions: number
  valueMicros: number
  /** What the impressions cost; not whole before it is summed. */
  spendMicros: number
}

/** Counts by person, and those of decisions without one, each of which stands alone. */
export interface PersonCounts {
  readonly people: ReadonlyMap<string, Readonly<EventCounts>>
  readonly anonymous: readonly Readonly<EventCounts>[]
}

/** Adds rows up to one entry a person. */
export function countByPerson(rows: Iterable<CounterRow & Partial<Spend>>): PersonCounts {
  const people = new Map<string, EventCounts>()
  const anonymous: EventCounts[] = []
  for (const row of rows) {
    let counts = row.person === null ? undefined : people.get(row.person)
    if (!counts) {
      counts = { decisions: 0, impressions: 0, clicks: 0, conversions: 0, valueMicros: 0, spendMicros: 0 }
      if (row.person === null) anonymous.push(counts)
      else people.set(row.person, counts)
    }
    add(counts, row)
  }
  return { people, anonymous }
}

export function totalOf(counts: PersonCounts): Readonly<EventCounts> {
  const total = { decisions: 0, impressions: 0, clicks: 0, conversions: 0, valueMicros: 0, spendMicros: 0 }
  for (const each of counts.people.values()) add(total, each)
  for (const each of counts.anonymous) add(total, each)
  return total
}

type Spend = Pick<EventCounts, 'spendMicros'>

function add(to: EventCounts, from: Readonly<Omit<EventCounts, 'spendMicros'> & Partial<Spend>>): void {
  to.decisions += from.decisions
  to.impressions += from.impressions
  to.clicks += from.clicks
  to.conversions += from.conversions
  to.valueMicros += from.valueMicros
  to.spendMicros += from.spendMicros ?? 0
}
