import type { Ports } from '../ports/ports.ts'
import { eventId } from './event-id.ts'
import type { EventRecord, FilterReason } from './record.ts'
import { type TokenPayload, verifyToken } from './token.ts'
import type { TokenKey } from './token-keys.ts'

export interface IncomingEvent {
  readonly token: string
  readonly type: 'impression' | 'viewable' | 'click' | 'conversion'
  /** Conversions: micros of the campaign's currency. */
  readonly valueMicros?: number
  /** Who sent it; a server unless said. */
  readonly via?: 'page' | 'server'
  readonly filtered?: FilterReason | null
}

/** What became of one event: taken, taken as late (its token had expired), or not ours. */
export type EventOutcome =
  | { readonly status: 'accepted' | 'late'; readonly payload: TokenPayload }
  | { readonly status: 'invalid' }

/**
 * Takes events in: verifies each token, appends the authentic ones to the log in one append, and answers, in the
 * order of `events`, only after they are durable. A repeat gets the same event id and is counted once.
 *
 * @throws PolyadError STORAGE_FULL when the log cannot be written: nothing was taken
 */
export async function ingestEvents(
  ports: Pick<Ports, 'eventLog' | 'clock'>,
  tokenKey: TokenKey,
  events: readonly IncomingEvent[],
): Promise<readonly EventOutcome[]> {
  const nowMs = ports.clock.nowMs()
  const records: EventRecord[] = []
  const outcomes = events.map((event): EventOutcome => {
    const verdict = verifyToken(tokenKey, event.token, nowMs)
    if (verdict.status === 'invalid') return { status: 'invalid' }
    const late = verdict.status === 'expired'
    records.push(recordOf(event, verdict.payload, nowMs, late))
    return { status: late ? 'late' : 'accepted', payload: verdict.payload }
  })
  if (records.length > 0) await ports.eventLog.append(records)
  return outcomes
}

function recordOf(event: IncomingEvent, payload: TokenPayload, atMs: number, late: boolean): EventRecord {
  const filtered = event.filtered ?? null
  return {
    v: 2,
    type: event.type,
    id: eventId(payload.decision, event.type, filtered),
    decision: payload.decision,
    adUnit: payload.adUnit,
    campaign: payload.campaign,
    atMs,
    valueMicros: event.type === 'conversion' ? (event.valueMicros ?? null) : null,
    late,
    via: event.via ?? 'server',
    filtered,
  }
}
