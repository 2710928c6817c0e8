import type { EventLog } from '../ports/event-log.ts'
import { judgeConversion } from '../tracking/conversion.ts'
import { earlierEvent } from '../tracking/earlier-event.ts'
import { judgeClicks } from '../tracking/filter.ts'
import type { DecisionRecord, EventRecord, LogRecord } from '../tracking/record.ts'

/** What a row keeps of an event: the ids in it are the decision's own. */
export type JoinedEvent = Pick<EventRecord, 'atMs' | 'valueMicros' | 'late' | 'via' | 'priceMicros'>

/**
 * A decision with what came of it, judged as the counters judge it. A repeated event is the same event; filtered events,
 * clicks that do not count (engine/tracking/filter.ts) and conversions outside their window are left out.
 */
export interface JoinedDecision {
  readonly decision: DecisionRecord
  readonly impression: JoinedEvent | null
  readonly viewable: JoinedEvent | null
  readonly click: JoinedEvent | null
  /** The first of them; its value is that of all. */
  readonly conversion: JoinedEvent | null
  /** Each order is one; late ones are not among them. */
  readonly conversions: number
  /** Of the conversions, those after a click. */
  readonly clickThrough: number
  /** The exchange's notice whose price is the cost. */
  readonly charge: JoinedEvent | null
}

/** Whether a decision is taken; asked again in each reading of the log. */
export type Wanted = (decision: DecisionRecord) => boolean | Promise<boolean>

/** Before a batch of the log. */
interface Place {
  readonly position: number
  readonly records: number
  /** Wanted ones. */
  readonly decisions: number
}

/** Decisions that stand one after another, by id: the number of each in the window. */
interface Window {
  readonly start: Place
  readonly from: number
  readonly ids: Map<string, number>
}

const START: Place = { position: 0, records: 0, decisions: 0 }
const BATCH_DECISIONS = 500

/**
 * Joins decisions to their events, wherever in the log those stand, up to the record that is the last one now.
 *
 * Memory holds the ids of two windows of decisions and the events of one, some 200 bytes a decision, whatever the log's
 * size; the decisions themselves are read again when they are given out. Time is two readings of the log and one more
 * for each window. An id is logged once; were it twice, each would have its events.
 *
 * @returns how many decisions there are, and they in the order they were logged, in batches, to be read once
 */
export async function joinDecisions(
  log: Pick<EventLog, 'read'>,
  wanted: Wanted,
  windowDecisions: number,
): Promise<{ readonly decisions: number; readonly batches: AsyncIterable<readonly JoinedDecision[]> }> {
  const first: Window = { start: START, from: 0, ids: new Map() }
  let records = 0
  let decisions = 0
  for await (const batch of log.read(0)) {
    records += batch.records.length
    for (const decision of await wantedIn(batch.records, wanted)) {
      if (decisions++ < windowDecisions) enter(first, decision)
    }
  }

  /** The events of a window, and the window after it, found in the same reading. */
  async function fill({ ids, from }: Window): Promise<{ events: EventsOfWindow; next: Window }> {
    const events = createEvents(ids.size)
    const nextFrom = from + windowDecisions
    let next: Window = { start: START, from: nextFrom, ids: new Map() }
    let passed = 0
    for await (const batch of readUpTo(log, START, records)) {
      for (const record of batch.records) {
        if (record.type === 'decision') continue
        const at = ids.get(record.decision)
        if (at !== undefined) events.take(at, record)
      }
      if (nextFrom >= decisions) continue
      const found = await wantedIn(batch.records, wanted)
      if (next.ids.size === 0) next = { ...next, start: { ...batch.before, decisions: passed } }
      for (const decision of found) {
        if (passed >= nextFrom && passed < nextFrom + windowDecisions) enter(next, decision)
        passed++
      }
    }
    return { events, next }
  }

  async function* give(
    { start, from, ids }: Window,
    events: EventsOfWindow,
  ): AsyncGenerator<readonly JoinedDecision[]> {
    const to = from + windowDecisions
    let passed = start.decisions
    for await (const batch of readUpTo(log, start, records)) {
      const found = await wantedIn(batch.records, wanted)
      const own = found.filter((_, at) => passed + at >= from && passed + at < to)
      for (let at = 0; at < own.length; at += BATCH_DECISIONS) {
        yield own
          .slice(at, at + BATCH_DECISIONS)
          .map((decision) => ({ decision, ...events.of(ids.get(decision.id)!, decision) }))
      }
      passed += found.length
      if (passed >= to) return
    }
  }

  async function* batches(): AsyncGenerator<readonly JoinedDecision[]> {
    let window = first
    while (window.from < decisions) {
      const { events, next } = await fill(window)
      yield* give(window, events)
      window = next
    }
  }
  return { decisions, batches: batches() }
}

function enter({ ids }: Window, { id }: DecisionRecord): void {
  if (!ids.has(id)) ids.set(id, ids.size)
}

async function wantedIn(records: readonly LogRecord[], wanted: Wanted): Promise<readonly DecisionRecord[]> {
  const found: DecisionRecord[] = []
  for (const record of records) {
    if (record.type !== 'decision') continue
    // Mostly known at once; a promise for each of millions of records would cost more than reading them.
    const isWanted = wanted(record)
    if (typeof isWanted === 'boolean' ? isWanted : await isWanted) found.push(record)
  }
  return found
}

/** Batches of the log from a place on, up to its first `most` records. */
async function* readUpTo(
  log: Pick<EventLog, 'read'>,
  from: Place,
  most: number,
): AsyncGenerator<{ readonly records: readonly LogRecord[]; readonly before: Omit<Place, 'decisions'> }> {
  let before: Omit<Place, 'decisions'> = from
  if (before.records >= most) return
  for await (const { records, position } of log.read(from.position)) {
    const left = most - before.records
    yield { records: records.length > left ? records.slice(0, left) : records, before }
    before = { position, records: before.records + records.length }
    if (before.records >= most) return
  }
}

/** What came of every decision of a window. */
interface EventsOfWindow {
  take(number: number, event: EventRecord): void
  of(number: number, decision: DecisionRecord): Omit<JoinedDecision, 'decision'>
}

/** Most decisions have these, so they are kept in columns: as objects they would take several times the memory. */
const COMMON = ['impression', 'viewable'] as const
type Common = (typeof COMMON)[number]
/** Few have these. */
type Rare = Exclude<EventRecord['type'], Common>

function createEvents(decisions: number): EventsOfWindow {
  const columns = {
    impression: createColumn(decisions),
    viewable: createColumn(decisions),
  }
  const rare = new Map<number, Partial<Record<Rare, EventRecord[]>>>()
  return {
    take(number, event) {
      if ((event.filtered ?? null) !== null) return
      const { type } = event
      if (isCommon(type)) return columns[type].take(number, event)
      let ofDecision = rare.get(number)
      if (!ofDecision) {
        ofDecision = {}
        rare.set(number, ofDecision)
      }
      const same = ofDecision[type]
      if (same) same.push(event)
      else ofDecision[type] = [event]
    },
    of(number, decision) {
      const { auction } = decision
      const ofDecision = rare.get(number)
      const impression = columns.impression.at(number)
      const click = clickOf(impression, ofDecision?.click ?? [])
      return {
        impression,
        viewable: columns.viewable.at(number),
        click,
        ...conversionsOf(decision, impression, click, ofDecision?.conversion ?? []),
        charge: (auction && ofDecision?.[auction.chargedOn]?.reduce(earlierEvent)) ?? null,
      }
    },
  }
}

function isCommon(type: EventRecord['type']): type is Common {
  return (COMMON as readonly string[]).includes(type)
}

/** As in the counters: what a server sends again is the same event, what a page fetches again is another click. */
function clickOf(impression: JoinedEvent | null, clicks: readonly EventRecord[]): JoinedEvent | null {
  if (clicks.length === 0) return null
  const held = clicks.reduce(earlierEvent)
  const again = clicks.filter(({ via, atMs }) => via === 'page' && atMs !== held.atMs)
  const shownAtMs = impression?.via === 'page' && !impression.late ? impression.atMs : null
  const inTime = [held, ...again].filter(({ late }) => !late)
  return judgeClicks(shownAtMs, inTime).counted ?? (held.late ? held : null)
}

function conversionsOf(
  decision: DecisionRecord,
  impression: JoinedEvent | null,
  click: JoinedEvent | null,
  records: readonly EventRecord[],
): Pick<JoinedDecision, 'conversion' | 'conversions' | 'clickThrough'> {
  const held = new Map<string, EventRecord>()
  for (const record of records) {
    const known = held.get(record.id)
    held.set(record.id, known ? earlierEvent(known, record) : record)
  }
  const path = {
    decidedAtMs: decision.atMs,
    shownAtMs: impression && !impression.late ? impression.atMs : null,
    clickedAtMs: click && !click.late ? click.atMs : null,
    windows: decision.windows,
  }
  let clickThrough = 0
  const counted = [...held.values()].filter((record) => {
    const judged = record.late ? undefined : judgeConversion(record.atMs, path)
    if (!judged || 'apart' in judged) return false
    if (judged.through === 'click') clickThrough++
    return true
  })
  if (counted.length === 0) {
    const late = [...held.values()].find((record) => record.late) ?? null
    return { conversion: late, conversions: 0, clickThrough }
  }
  const valueMicros = counted.reduce((sum, record) => sum + (record.valueMicros ?? 0), 0)
  return {
    conversion: { ...counted.reduce(earlierEvent), valueMicros },
    conversions: counted.length,
    clickThrough,
  }
}

/** The earliest event of one type by decision. */
function createColumn(decisions: number): {
  take(number: number, event: EventRecord): void
  at(number: number): JoinedEvent | null
} {
  const none = Number.NaN
  const atMs = new Float64Array(decisions).fill(none)
  const valueMicros = new Float64Array(decisions).fill(none)
  const isLate = new Uint8Array(decisions)
  const vias: EventRecord['via'][] = []
  const via = new Uint8Array(decisions)
  return {
    take(number, event) {
      const known = this.at(number)
      if (known && earlierEvent(known, event) === known) return
      atMs[number] = event.atMs
      valueMicros[number] = event.valueMicros ?? none
      isLate[number] = event.late ? 1 : 0
      if (!vias.includes(event.via)) vias.push(event.via)
      via[number] = vias.indexOf(event.via)
    },
    at(number) {
      if (Number.isNaN(atMs[number]!)) return null
      const value = valueMicros[number]!
      const from = vias[via[number]!]
      return {
        atMs: atMs[number]!,
        valueMicros: Number.isNaN(value) ? null : value,
        late: isLate[number] === 1,
        ...(from !== undefined && { via: from }),
      }
    },
  }
}
