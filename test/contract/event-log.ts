import { describe, expect } from 'vitest'
import type { EventLog } from '../../engine/ports/event-log.ts'
import type { EventRecord, LogRecord } from '../../engine/tracking/record.ts'
import { clausesOf, type Exemptions, type Open } from './contract.ts'

/** An event whose id is its number. */
export function eventRecord(number: number, padding = ''): EventRecord {
  return {
    v: 1,
    type: 'impression',
    id: String(number),
    decision: `decision ${number}`,
    adUnit: `unit ${padding}`,
    campaign: 'spring',
    atMs: 1_700_000_000_000 + number,
    valueMicros: null,
    late: false,
  }
}

/** engine/ports/event-log.ts; clauses 3 and 5 and the power cut of clause 1 need the adapter's own test. */
export function eventLogContract(name: string, open: Open<EventLog>, exempt?: Exemptions): void {
  describe(`event log: ${name}`, () => {
    const clause = clausesOf(open, exempt)

    clause(1, 'what append has resolved for is there after reopening', async ({ port, reopen }) => {
      const records = [1, 2, 3].map((n) => eventRecord(n, 'ไทย\n"'))
      await port.append(records.slice(0, 2))
      await port.append([])
      await port.append(records.slice(2))
      expect(await readAll(port)).toEqual(records)
      const again = await reopen()
      expect(await readAll(again)).toEqual(records)
      await again.append([eventRecord(4)])
      expect(await readAll(again)).toEqual([...records, eventRecord(4)])
    })

    clause(2, 'records come in acknowledged order; reading goes on at any position', async ({ port }) => {
      expect(await readAll(port)).toEqual([])
      const expected: EventRecord[] = []
      const positions = [0]
      for (let i = 0; i < 20; i++) {
        const records = Array.from({ length: 1 + (i % 3) }, (_, j) => eventRecord(i * 10 + j))
        await port.append(records)
        expected.push(...records)
        let last = positions.at(-1)!
        for await (const part of port.read(last)) {
          expect(part.position).toBeGreaterThan(last)
          expect(part.records).toEqual(records)
          last = part.position
        }
        positions.push(last)
      }
      let from = 0
      for (const [i, position] of positions.entries()) {
        if (i > 0) from += 1 + ((i - 1) % 3)
        expect(await readAll(port, position)).toEqual(expected.slice(from))
      }
    })

    clause(2, 'records larger than any buffer come whole', async ({ port }) => {
      const records = [eventRecord(1), eventRecord(2, 'x'.repeat(3_000_000)), eventRecord(3)]
      await port.append(records)
      expect(await readAll(port)).toEqual(records)
    })

    clause(4, 'appends made at once are all there, none interleaved with another', async ({ port }) => {
      const batches = Array.from({ length: 200 }, (_, i) => [0, 1, 2].map((j) => eventRecord(i * 3 + j)))
      await Promise.all(batches.map((batch) => port.append(batch)))
      expect(await readAll(port)).toEqual(batches.flat())
    })
  })
}

export async function readAll(log: EventLog, fromPosition = 0): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for await (const part of log.read(fromPosition)) records.push(...part.records)
  return records
}
