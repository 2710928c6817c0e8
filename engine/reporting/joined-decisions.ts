import type { EventLog } from '../ports/event-log.ts'
import { judgeClicks } from '../tracking/filter.ts'
import type { DecisionRecord, EventRecord, LogRecord } from '../tracking/record.ts'

/** What a row keeps of an event: the ids in it are the decision's own. */
export type JoinedEvent = Pick<EventRecord, 'atMs' | 'valueMicros' | 'late' | 'via' | 'priceMicros'>

/**
 * A decision with what came of it. A repeated event is the same event, so there is at most one of a type; filtered
 * events and clicks that do not count (engine/tracking/filter.ts) are left out.
 */
export interface JoinedDecision {
  readonly decision: DecisionRecord
  readonly impression: JoinedEvent | null
  readonly viewable: JoinedEvent | null
  readonly click: JoinedEvent | null
  readonly conversion: JoinedEvent | null
  /** The exchange's notice whose price is the cost. */
  readonly charge: JoinedEvent | null
}

/** Whether a decision is taken; asked again in each reading of the log. */
export type Wanted = (decision: DecisionRecord) => boolean | Promise<boolean>

type Joining = { -readonly [K in keyof Omit<JoinedDecision, 'click'>]: JoinedDecision[K] } & {
  readonly clicks: JoinedEvent[]
}
type Window = Map<string, Joining>

const BATCH_DECISIONS = 500

/**
 * Joins decisions to their events, wherever in the log those stand, up to the record that is the last one now.
 *
 * Memory holds two windows of decisions, whatever the log's size. Time is one reading of the log and one more for each
 * window. An id is logged once; were it twice in one window, the first would count.
 *
 * @returns how many decisions there are, and they in the order they were logged, in batches, to be read once
 */
export async function joinDecisions(
  log: Pick<EventLog, 'read'>,
  wanted: Wanted,
  windowDecisions: number,
): Promise<{ readonly decisions: number; readonly batches: AsyncIterable<readonly JoinedDecision[]> }> {
  const first: Window = new Map()
  let records = 0
  let decisions = 0
  for await (const batch of log.read(0)) {
    records += batch.records.length
    for (const record of batch.records) {
      if (record.type !== 'decision') continue
      // Mostly known at once; a promise for each of millions of records would cost more than reading them.
      const isWanted = wanted(record)
      if (!(typeof isWanted === 'boolean' ? isWanted : await isWanted)) continue
      if (decisions++ < windowDecisions) open(first, record)
    }
  }

  /** Gives `window` its events, and opens the window after it in the same reading. */
  async function fill(window: Window, nextFrom: number): Promise<Window> {
    const next: Window = new Map()
    let passed = 0
    for await (const batch of firstOf(log, records)) {
      for (const record of batch) {
        if (record.type !== 'decision') take(window, record)
        else if (nextFrom < decisions) {
          const isWanted = wanted(record)
          if (!(typeof isWanted === 'boolean' ? isWanted : await isWanted)) continue
          if (passed >= nextFrom && passed < nextFrom + windowDecisions) open(next, record)
          passed++
        }
      }
    }
    return next
  }

  async function* batches(): AsyncGenerator<readonly JoinedDecision[]> {
    let window = first
    for (let nextFrom = windowDecisions; window.size > 0; nextFrom += windowDecisions) {
      const next = await fill(window, nextFrom)
      const joined = [...window.values()].map(withClick)
      for (let at = 0; at < joined.length; at += BATCH_DECISIONS) yield joined.slice(at, at + BATCH_DECISIONS)
      window = next
    }
  }
  return { decisions, batches: batches() }
}

function open(window: Window, decision: DecisionRecord): void {
  if (window.has(decision.id)) return
  const nothing = { impression: null, viewable: null, conversion: null, charge: null }
  window.set(decision.id, { decision, ...nothing, clicks: [] })
}

function take(window: Window, event: EventRecord): void {
  const joining = window.get(event.decision)
  if (!joining || (event.filtered ?? null) !== null) return
  switch (event.type) {
    case 'click':
      // As in the counters: what a server sends again is the same event, what a page fetches again is another click.
      if (joining.clicks.length === 0 || event.via === 'page') joining.clicks.push(event)
      break
    case 'win':
    case 'billing':
      if (event.type === joining.decision.auction?.chargedOn) joining.charge ??= event
      break
    case 'loss':
      break
    default:
      joining[event.type] ??= event
  }
}

function withClick({ clicks, ...joined }: Joining): JoinedDecision {
  const { impression } = joined
  const shownAtMs = impression?.via === 'page' && !impression.late ? impression.atMs : null
  const inTime = clicks.filter(({ late }) => !late)
  const click = judgeClicks(shownAtMs, inTime).counted ?? clicks.find(({ late }) => late) ?? null
  return { ...joined, click }
}

/** The first `most` records of the log. */
async function* firstOf(log: Pick<EventLog, 'read'>, most: number): AsyncGenerator<readonly LogRecord[]> {
  let left = most
  if (left === 0) return
  for await (const { records } of log.read(0)) {
    yield records.length > left ? records.slice(0, left) : records
    left -= records.length
    if (left <= 0) return
  }
}
