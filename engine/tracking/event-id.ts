import { contentHash } from '../../core/hash.ts'
import type { EventRecord, FilterReason } from './record.ts'

/**
 * The id of an event: 32 hex digits drawn from its decision and type alone, so a repeated, replayed or retried event
 * is the same event, and no caller can choose an id. A filtered one has its reason in it too: a robot that follows a
 * link must not take the place of the person who clicks it later. A conversion of a named order has the order in it,
 * so that one decision may bring several orders, each once; the order's name is kept nowhere.
 */
export function eventId(
  decision: string,
  type: EventRecord['type'],
  filtered: FilterReason | null = null,
  orderId?: string,
): string {
  const reason = filtered === null ? '' : `\0${filtered}`
  // Two zeros: no reason can be spelt so, and an order may be called "bot".
  const order = orderId === undefined ? '' : `\0\0${orderId}`
  return contentHash(`event-v1\0${decision}\0${type}${reason}${order}`).slice(0, 32)
}
