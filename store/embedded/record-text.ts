import type { EventRecord, LogRecord } from '../../engine/tracking/record.ts'

/** Text that JSON writes as it is. */
const PLAIN = /^[\w:./@+-]*$/
/** Fields of the events that come by the million; an event with others is left to JSON. */
const PLAIN_FIELDS = 11

/** A record as JSON text, the same as `JSON.stringify` gives, at a third of its time for the events there are most of. */
export function recordText(record: LogRecord): string {
  return record.type === 'decision' || !isPlain(record) ? JSON.stringify(record) : plainText(record)
}

function isPlain(record: EventRecord): boolean {
  return (
    record.via !== undefined &&
    record.filtered !== undefined &&
    PLAIN.test(record.decision) &&
    PLAIN.test(record.adUnit) &&
    PLAIN.test(record.campaign) &&
    PLAIN.test(record.id) &&
    Object.keys(record).length === PLAIN_FIELDS
  )
}

function plainText(record: EventRecord): string {
  const { v, type, id, decision, adUnit, campaign, atMs, valueMicros, late, via, filtered } = record
  const reason = filtered === null ? 'null' : `"${filtered}"`
  return (
    `{"v":${v},"type":"${type}","id":"${id}","decision":"${decision}","adUnit":"${adUnit}","campaign":"${campaign}",` +
    `"atMs":${atMs},"valueMicros":${valueMicros},"late":${late},"via":"${via}","filtered":${reason}}`
  )
}
