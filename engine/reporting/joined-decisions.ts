import type { EventLog } from '../ports/event-log.ts'
import type { DecisionRecord, EventRecord, LogRecord } from '../tracking/record.ts'

/** A decision with what came of it. A repeated event is the same event, so there is at most one of a type. */
export interface JoinedDecision {
  readonly decision: DecisionRecord
  readonly impression: EventRecord | null
  readonly click: EventRecord | null
  readonly conversion: EventRecord | null
}

/** Whether a decision is taken; asked again in each reading of the log. */
export type Wanted = (decision: DecisionRecord) => boolean | Promise<boolean>

type Window = Map<string, { -readonly [K in keyof JoinedDecision]: JoinedDecision[K] }>

const BATCH_DECISIONS = 2_000

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
  for await (const record of recordsOf(log, Number.POSITIVE_INFINITY)) {
    records++
    if (record.type !== 'decision' || !(await wanted(record))) continue
    if (decisions++ < windowDecisions) open(first, record)
  }

  /** Gives `window` its events, and opens the window after it in the same reading. */
  async function fill(window: Window, nextFrom: number): Promise<Window> {
    const next: Window = new Map()
    let passed = 0
    for await (const record of recordsOf(log, records)) {
      if (record.type !== 'decision') take(window, record)
      else if (nextFrom < decisions && (await wanted(record))) {
        if (passed >= nextFrom && passed < nextFrom + windowDecisions) open(next, record)
        passed++
      }
    }
    return next
  }

  async function* batches(): AsyncGenerator<readonly JoinedDecision[]> {
    let window = first
    for (let nextFrom = windowDecisions; window.size > 0; nextFrom += windowDecisions) {
      const next = await fill(window, nextFrom)
      const joined = [...window.values()]
      for (let at = 0; at < joined.length; at += BATCH_DECISIONS) yield joined.slice(at, at + BATCH_DECISIONS)
      window = next
    }
  }
  return { decisions, batches: batches() }
}

function open(window: Window, decision: DecisionRecord): void {
  if (window.has(decision.id)) return
  window.set(decision.id, { decision, impression: null, click: null, conversion: null })
}

function take(window: Window, event: EventRecord): void {
  const joined = window.get(event.decision)
  if (joined) joined[event.type] ??= event
}

async function* recordsOf(log: Pick<EventLog, 'read'>, most: number): AsyncGenerator<LogRecord> {
  let read = 0
  if (most === 0) return
  for await (const batch of log.read(0)) {
    for (const record of batch.records) {
      yield record
      if (++read === most) return
    }
  }
}
