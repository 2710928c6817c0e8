import { earlierEvent } from '../../engine/tracking/earlier-event.ts'
import type { EventRecord, LogRecord } from '../../engine/tracking/record.ts'
import { decisionRow, eventRow, LOAD_STEPS } from './counter-tables.ts'
import type { Cell, Step } from './database.ts'

/** The steps that count records and set the position after them, in one transaction. */
export function loadSteps(records: readonly LogRecord[], position: number): Step[] {
  const decisions = new Map<string, Cell[]>()
  const events = new Map<string, EventRecord>()
  const fetches = new Map<string, EventRecord>()
  for (const record of records) {
    if (record.type === 'decision') {
      if (!decisions.has(record.id)) decisions.set(record.id, decisionRow(record))
      continue
    }
    putEarlier(events, record.id, record)
    if (record.via === 'page') putEarlier(fetches, `${record.id} ${record.atMs}`, record)
  }
  return [
    { sql: 'DELETE FROM new_decisions' },
    { sql: 'DELETE FROM new_events' },
    { sql: 'DELETE FROM new_fetches' },
    { into: 'temp.new_decisions', rows: [...decisions.values()] },
    { into: 'temp.new_events', rows: Array.from(events.values(), eventRow) },
    { into: 'temp.new_fetches', rows: Array.from(fetches.values(), eventRow) },
    ...LOAD_STEPS,
    { sql: 'DELETE FROM loader' },
    { sql: 'INSERT INTO loader VALUES (?)', values: [position] },
  ]
}

function putEarlier(events: Map<string, EventRecord>, key: string, record: EventRecord): void {
  const known = events.get(key)
  events.set(key, known ? earlierEvent(known, record) : record)
}
