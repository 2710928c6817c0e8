import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { type IncomingNotice, signNotice, takeNotice } from '../../../engine/tracking/notice.ts'
import type { LogRecord } from '../../../engine/tracking/record.ts'
import { signToken } from '../../../engine/tracking/token.ts'

const KEY = new Uint8Array(32).fill(7)
const PAYLOAD = {
  decision: 'd1',
  campaign: 'trails',
  adUnit: '1abc',
  bidMicros: 2_500_000,
  currency: 'USD',
  expiresMs: 20_000,
}

async function taken(notice: Partial<IncomingNotice>, nowMs = 10_000) {
  const written: LogRecord[] = []
  const ports = {
    clock: { nowMs: () => nowMs },
    eventLog: {
      append: async (records: readonly LogRecord[]) => void written.push(...records),
      read: () => {
        throw new Error('not read here')
      },
      close: async () => undefined,
    },
  }
  const token = signNotice(KEY, PAYLOAD)
  const outcome = await takeNotice(ports, KEY, { token, type: 'billing', ...notice })
  return { outcome, record: written[0] as Exclude<LogRecord, { type: 'decision' }> | undefined }
}

describe('takeNotice', () => {
  it('takes the price as a decimal number, exactly', async () => {
    const { outcome, record } = await taken({ price: '2.3', currency: 'USD' })
    expect(outcome).toEqual({ status: 'accepted', filtered: null })
    expect(record).toMatchObject({
      v: 2,
      type: 'billing',
      decision: 'd1',
      campaign: 'trails',
      adUnit: '1abc',
      via: 'exchange',
      filtered: null,
      late: false,
      priceMicros: 2_300_000,
    })
    expect((await taken({ price: '0' })).record).toMatchObject({ priceMicros: 0, filtered: null })
    expect((await taken({ price: '2.5' })).record).toMatchObject({ priceMicros: 2_500_000 })
  })

  it.each([
    ['no price', {}],
    ['a macro that nobody replaced', { price: '${AUCTION_PRICE}' }],
    ['a test of the markup', { price: 'AUDIT' }],
    ['an encrypted price', { price: 'NGY2YjE1ZDQ3Y2E1' }],
    ['a price above the bid', { price: '2.500001' }],
    ['a price below nothing', { price: '-1' }],
    ['no number', { price: 'Infinity' }],
    ['another currency', { price: '1', currency: 'EUR' }],
  ])('keeps %s apart: no spend', async (_what, notice) => {
    const { outcome, record } = await taken(notice)
    expect(outcome).toEqual({ status: 'accepted', filtered: 'price' })
    expect(record).toMatchObject({ filtered: 'price', priceMicros: null })
    expect(record!.id).not.toBe((await taken({ price: '1' })).record!.id)
  })

  it('gives a repeat the same id, at whatever price', async () => {
    const ids = [
      await taken({ price: '1' }),
      await taken({ price: '2' }),
      await taken({ price: '1' }, 15_000),
    ]
    expect(new Set(ids.map(({ record }) => record!.id)).size).toBe(1)
    expect((await taken({ price: '1', type: 'win' })).record!.id).not.toBe(ids[0]!.record!.id)
  })

  it('keeps what comes after its time as late', async () => {
    expect(await taken({ price: '1' }, 20_000)).toMatchObject({
      outcome: { status: 'late' },
      record: { late: true, priceMicros: 1_000_000 },
    })
  })

  it('keeps the code of a loss, where it is one', async () => {
    expect((await taken({ type: 'loss', lossCode: '102' })).record).toMatchObject({
      lossCode: 102,
      priceMicros: null,
    })
    expect((await taken({ type: 'loss', lossCode: '${AUCTION_LOSS}' })).record).toMatchObject({
      lossCode: null,
      filtered: null,
    })
  })

  it('takes no token of another kind, key or bid', async () => {
    const tracker = signToken(KEY, { ...PAYLOAD, landingUrl: '', issuedMs: 0 })
    const raised = signNotice(new Uint8Array(32), { ...PAYLOAD, bidMicros: 9_000_000 })
    for (const token of [tracker, raised, 'forged', '']) {
      expect(await taken({ token, price: '1' })).toEqual({
        outcome: { status: 'invalid', filtered: null },
        record: undefined,
      })
    }
  })

  it('is not taken when the log cannot be written', async () => {
    const full = new PolyadError('STORAGE_FULL', { what: 'event log', problem: 'ENOSPC' })
    const eventLog = {
      append: () => Promise.reject(full),
      read: () => undefined as never,
      close: async () => {},
    }
    const token = signNotice(KEY, PAYLOAD)
    await expect(
      takeNotice({ eventLog, clock: { nowMs: () => 0 } }, KEY, { token, type: 'win', price: '1' }),
    ).rejects.toBe(full)
  })
})
