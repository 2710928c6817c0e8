import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { eventId } from '../../../engine/tracking/event-id.ts'
import { ingestEvents } from '../../../engine/tracking/ingest.ts'
import type { LogRecord } from '../../../engine/tracking/record.ts'
import { signToken, type TokenPayload } from '../../../engine/tracking/token.ts'

const KEY = new Uint8Array(32).fill(7)
const NOW_MS = 10_000

const payload = (decision: string, expiresMs = 20_000): TokenPayload => ({
  decision,
  campaign: 'trails',
  adUnit: '1abc',
  landingUrl: 'https://shop.example/',
  issuedMs: 0,
  expiresMs,
})

/** A log that resolves an append only when told to. */
function gatedPorts() {
  const written: LogRecord[] = []
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const eventLog = {
    append: async (records: readonly LogRecord[]) => {
      await gate
      written.push(...records)
    },
    read: () => {
      throw new Error('not read here')
    },
    close: async () => undefined,
  }
  return { ports: { eventLog, clock: { nowMs: () => NOW_MS } }, written, open }
}

describe('ingestEvents', () => {
  it('makes a record of each authentic event and tells the forged ones apart, in order', async () => {
    const { ports, written, open } = gatedPorts()
    open()
    const token = signToken(KEY, payload('d1'))
    const outcomes = await ingestEvents(ports, KEY, [
      { token, type: 'impression' },
      { token: `${token}x`, type: 'click' },
      { token, type: 'conversion', valueMicros: 5_000_000 },
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'invalid', 'accepted'])
    expect(written).toEqual([
      {
        v: 2,
        type: 'impression',
        id: eventId('d1', 'impression'),
        decision: 'd1',
        adUnit: '1abc',
        campaign: 'trails',
        atMs: NOW_MS,
        valueMicros: null,
        late: false,
        via: 'server',
        filtered: null,
      },
      expect.objectContaining({ type: 'conversion', valueMicros: 5_000_000 }),
    ])
  })

  it('answers only after the append has resolved', async () => {
    const { ports, written, open } = gatedPorts()
    let answered = false
    const answer = ingestEvents(ports, KEY, [{ token: signToken(KEY, payload('d1')), type: 'click' }]).then(
      () => {
        answered = true
      },
    )
    await new Promise((resolve) => setImmediate(resolve))
    expect(answered).toBe(false)
    open()
    await answer
    expect(written).toHaveLength(1)
  })

  it('keeps an authentic but expired event as late', async () => {
    const { ports, written, open } = gatedPorts()
    open()
    const token = signToken(KEY, payload('d1', NOW_MS))
    const [outcome] = await ingestEvents(ports, KEY, [{ token, type: 'click' }])
    expect(outcome).toEqual({ status: 'late', payload: payload('d1', NOW_MS), filtered: null })
    expect(written).toEqual([expect.objectContaining({ late: true })])
  })

  it('gives a replayed event the same id', async () => {
    const { ports, written, open } = gatedPorts()
    open()
    const token = signToken(KEY, payload('d1'))
    for (let i = 0; i < 3; i++) await ingestEvents(ports, KEY, [{ token, type: 'click' }])
    expect(new Set(written.map(({ id }) => id)).size).toBe(1)
  })

  it('lets no filtered event take the place of a person: its id is another', async () => {
    const { ports, written, open } = gatedPorts()
    open()
    const token = signToken(KEY, payload('d1'))
    await ingestEvents(ports, KEY, [
      { token, type: 'click', via: 'page', filtered: 'bot' },
      { token, type: 'click', via: 'page', filtered: 'prefetch' },
      { token, type: 'click', via: 'page' },
    ])
    expect(new Set(written.map(({ id }) => id)).size).toBe(3)
    expect(written.map((record) => record.type !== 'decision' && record.filtered)).toEqual([
      'bot',
      'prefetch',
      null,
    ])
  })

  it('acknowledges nothing when the log cannot be written', async () => {
    const eventLog = {
      ...gatedPorts().ports.eventLog,
      append: async () => {
        throw new PolyadError('STORAGE_FULL', { what: 'event log', problem: 'ENOSPC' })
      },
    }
    const token = signToken(KEY, payload('d1'))
    await expect(
      ingestEvents({ eventLog, clock: { nowMs: () => NOW_MS } }, KEY, [{ token, type: 'click' }]),
    ).rejects.toMatchObject({ code: 'STORAGE_FULL' })
  })
})
