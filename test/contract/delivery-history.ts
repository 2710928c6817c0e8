import { describe, expect } from 'vitest'
import type { Counters } from '../../engine/ports/counters.ts'
import type { DeliveryHistory, Showing } from '../../engine/ports/delivery-history.ts'
import type { DecisionRecord, EventRecord, LogRecord } from '../../engine/tracking/record.ts'
import { clausesOf, type Exemptions, type Open } from './contract.ts'

const START_MS = Date.UTC(2026, 2, 8, 12)
const MINUTE_MS = 60_000

function decision(id: string, changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    v: 2,
    type: 'decision',
    id,
    atMs: START_MS,
    campaign: 'spring',
    revision: 1,
    planHash: 'plan',
    person: 'ann',
    leaf: null,
    arm: 'broad',
    propensity: { arm: 1, slots: {} },
    weightsVersion: 0,
    segment: 'broad',
    locale: 'en-US',
    placement: 'mpu',
    adUnit: 'unit1',
    simulated: false,
    ...changes,
  }
}

function event(type: EventRecord['type'], of: string, changes: Partial<EventRecord> = {}): EventRecord {
  const id = `${of}-${type}${changes.filtered ?? ''}`
  return {
    v: 2,
    type,
    id,
    decision: of,
    adUnit: 'unit1',
    campaign: 'spring',
    atMs: START_MS + MINUTE_MS,
    valueMicros: null,
    late: false,
    via: 'page',
    filtered: null,
    ...changes,
  }
}

/** The history with the counters it is drawn from. */
export interface HistoryBesideCounters {
  readonly history: DeliveryHistory
  readonly counters: Counters
}

async function all(batches: AsyncIterable<readonly Showing[]>): Promise<Showing[]> {
  const found: Showing[] = []
  for await (const batch of batches) found.push(...batch)
  return found
}

/** engine/ports/delivery-history.ts */
export function deliveryHistoryContract(
  name: string,
  open: Open<HistoryBesideCounters>,
  exempt?: Exemptions,
): void {
  describe(`delivery history: ${name}`, () => {
    const clause = clausesOf(open, exempt)
    const auction = { bidMicros: 4_000_000, chargedOn: 'billing' as const }
    const records: LogRecord[] = [
      decision('d1'),
      event('impression', 'd1'),
      // Fetched again, and by a robot.
      event('impression', 'd1', { atMs: START_MS + 2 * MINUTE_MS }),
      decision('d2', { person: 'bob', atMs: START_MS + 5 * MINUTE_MS, revision: 2 }),
      event('impression', 'd2', { filtered: 'bot' }),
      decision('d3', { person: null, atMs: START_MS + 6 * MINUTE_MS }),
      event('impression', 'd3', { atMs: START_MS + 7 * MINUTE_MS }),
      decision('d4', { adUnit: '', arm: 'holdout', person: 'cy' }),
      event('impression', 'd4', { adUnit: '', atMs: START_MS + 3 * MINUTE_MS }),
      decision('d5', { auction, person: 'dee', revision: 2 }),
      event('impression', 'd5'),
      event('billing', 'd5', { via: 'exchange', priceMicros: 3_500_000 }),
      event('win', 'd5', { via: 'exchange', priceMicros: 9_000_000 }),
      decision('d6', { test: true, person: 'ann' }),
      event('impression', 'd6'),
      decision('d7', { person: 'eve', atMs: START_MS - 60 * MINUTE_MS }),
      event('impression', 'd7', { late: true }),
      decision('d8', { campaign: 'other' }),
      event('impression', 'd8', { campaign: 'other' }),
    ]

    clause(1, 'showings are the impressions of people, once each, or their decisions', async ({ port }) => {
      await port.counters.load(records, 1)
      const campaign = 'spring'
      const seen = await all(port.history.showings({ campaign, fromMs: 0, counts: 'impressions' }))
      expect(seen.map(({ person, adUnit, atMs }) => [person, adUnit, (atMs - START_MS) / MINUTE_MS])).toEqual(
        expect.arrayContaining([
          ['ann', 'unit1', 1],
          ['cy', '', 3],
          ['dee', 'unit1', 1],
        ]),
      )
      expect(seen).toHaveLength(3)
      expect(seen.at(-1)).toMatchObject({ person: 'cy' })
      const recent = { campaign, fromMs: START_MS + 2 * MINUTE_MS, counts: 'impressions' as const }
      expect(await all(port.history.showings(recent))).toMatchObject([{ person: 'cy' }])
      const decided = await all(port.history.showings({ campaign, fromMs: START_MS, counts: 'decisions' }))
      expect(decided.map(({ person }) => person).sort()).toEqual(['ann', 'bob', 'cy', 'dee'])
    })

    clause(1, 'delivered counts ads by revision, with what auctions charged', async ({ port }) => {
      await port.counters.load(records, 1)
      expect(await port.history.delivered({ campaign: 'spring' })).toEqual([
        { revision: 1, agreed: 2, auctioned: 0, chargedMicros: 0 },
        { revision: 2, agreed: 0, auctioned: 1, chargedMicros: 3500 },
      ])
      const later = { campaign: 'spring', fromMs: START_MS + 5 * MINUTE_MS }
      expect(await port.history.delivered(later)).toEqual([
        { revision: 1, agreed: 1, auctioned: 0, chargedMicros: 0 },
      ])
    })

    clause(1, 'open are the decisions without an impression', async ({ port }) => {
      await port.counters.load(records, 1)
      const open = await port.history.open({ campaign: 'spring', fromMs: START_MS - 60 * MINUTE_MS })
      expect(open.map(({ id, person, auctioned }) => [id, person, auctioned])).toEqual([
        ['d7', 'eve', false],
        ['d2', 'bob', false],
      ])
      expect(await port.history.open({ campaign: 'spring', fromMs: START_MS + 6 * MINUTE_MS })).toEqual([])
    })

    clause(2, 'outcomes add up, by day, and survive reopening', async ({ port, reopen }) => {
      const row = { campaign: 'spring', day: '2026-03-08', outcome: 'capped', requests: 3 } as const
      await port.history.addOutcomes([row, { ...row, outcome: 'served', requests: 10 }, row])
      await port.history.addOutcomes([row, { ...row, day: '2026-03-09', requests: 1 }])
      await port.history.addOutcomes([])
      const again = (await reopen()).history
      expect(await again.outcomes({ campaign: 'spring' })).toEqual([
        { ...row, requests: 9 },
        { ...row, outcome: 'served', requests: 10 },
        { ...row, day: '2026-03-09', requests: 1 },
      ])
      expect(await again.outcomes({ campaign: 'spring', fromDay: '2026-03-09' })).toHaveLength(1)
      expect(await again.outcomes({ campaign: 'spring', toDay: '2026-03-07' })).toEqual([])
      expect(await again.outcomes({ campaign: 'other' })).toEqual([])
    })
  })
}
