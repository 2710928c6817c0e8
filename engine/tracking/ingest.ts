import type { Ports } from '../ports/ports.ts'
import { CLOCK_TOLERANCE_MS, LONGEST_WINDOW_MS } from './conversion.ts'
import { eventId } from './event-id.ts'
import type { EventRecord, FilterReason } from './record.ts'
import { type ConversionPayload, eventPayload } from './token.ts'
import type { TokenKey } from './token-keys.ts'

export interface IncomingEvent {
  readonly token: string
  readonly type: 'impression' | 'viewable' | 'click' | 'conversion'
  /** Conversions: micros of the campaign's currency. */
  readonly valueMicros?: number
  /** Conversions: the currency the value is in; the campaign's unless said. */
  readonly currency?: string
  /** Conversions: names an order, so that one decision may bring several; each counts once. */
  readonly orderId?: string
  /** When it happened, Unix ms, where the sender knows; else it is taken as of now. */
  readonly atMs?: number
  /** Who sent it; a server unless said. */
  readonly via?: 'page' | 'server'
  readonly filtered?: FilterReason | null
}

/** What became of one event: taken (`filtered`: kept apart), taken as late (its token had expired), or not ours. */
export type EventOutcome =
  | {
      readonly status: 'accepted' | 'late'
      readonly payload: ConversionPayload
      readonly filtered: FilterReason | null
    }
  | { readonly status: 'invalid' }

/**
 * Takes events in: verifies each token, appends the authentic ones to the log in one append, and answers, in the
 * order of `events`, only after they are durable. A repeat gets the same event id and is counted once.
 *
 * A reported time is believed as far as it can be: up to CLOCK_TOLERANCE_MS ahead it is taken as of now, further ahead,
 * or as much before its decision, the event is kept apart.
 *
 * @param currencyOf a campaign's currency, undefined when it is not known; asked only for values that name theirs
 * @throws PolyadError STORAGE_FULL when the log cannot be written: nothing was taken
 */
export async function ingestEvents(
  ports: Pick<Ports, 'eventLog' | 'clock'>,
  tokenKey: TokenKey,
  events: readonly IncomingEvent[],
  currencyOf: (campaign: string) => Promise<string | undefined> = async () => undefined,
): Promise<readonly EventOutcome[]> {
  const nowMs = ports.clock.nowMs()
  const records: EventRecord[] = []
  const outcomes: EventOutcome[] = []
  for (const event of events) {
    const payload = eventPayload(tokenKey, event.token, event.type)
    if (!payload) {
      outcomes.push({ status: 'invalid' })
      continue
    }
    const isForeign = event.currency !== undefined && (await currencyOf(payload.campaign)) !== event.currency
    const record = recordOf(event, payload, nowMs, isForeign)
    records.push(record)
    outcomes.push({ status: record.late ? 'late' : 'accepted', payload, filtered: record.filtered ?? null })
  }
  if (records.length > 0) await ports.eventLog.append(records)
  return outcomes
}

function recordOf(
  event: IncomingEvent,
  payload: ConversionPayload,
  nowMs: number,
  isForeign: boolean,
): EventRecord {
  const { type, orderId } = event
  const filtered =
    event.filtered ?? timeProblem(event.atMs, payload, nowMs) ?? (isForeign ? 'currency' : null)
  const isAhead = event.atMs === undefined || event.atMs > nowMs
  const atMs = isAhead ? nowMs : event.atMs
  const lastMs = type === 'conversion' ? payload.expiresMs + LONGEST_WINDOW_MS : payload.expiresMs
  return {
    v: event.atMs === undefined ? 2 : 3,
    type,
    id: eventId(payload.decision, type, filtered, orderId),
    decision: payload.decision,
    adUnit: payload.adUnit,
    campaign: payload.campaign,
    atMs,
    valueMicros: type === 'conversion' && !isForeign ? (event.valueMicros ?? null) : null,
    late: atMs >= lastMs,
    via: event.via ?? 'server',
    filtered,
    ...(event.atMs !== undefined && { receivedAtMs: nowMs }),
  }
}

function timeProblem(
  reportedMs: number | undefined,
  { issuedMs }: ConversionPayload,
  nowMs: number,
): FilterReason | null {
  if (reportedMs === undefined) return null
  if (reportedMs > nowMs + CLOCK_TOLERANCE_MS) return 'ahead'
  return reportedMs < issuedMs - CLOCK_TOLERANCE_MS ? 'early' : null
}
