import { contentHash } from '../../core/hash.ts'
import type { EventRecord } from './record.ts'

/**
 * The id of an event: 32 hex digits drawn from its decision and type alone, so a repeated, replayed or retried event
 * is the same event, and no caller can choose an id.
 */
export function eventId(decision: string, type: EventRecord['type']): string {
  return contentHash(`event-v1\0${decision}\0${type}`).slice(0, 32)
}
