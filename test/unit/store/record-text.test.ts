import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogRecord } from '../../../engine/tracking/record.ts'
import { recordText } from '../../../store/embedded/record-text.ts'

const word = fc.oneof(
  fc.constantFrom('spring', '01jc0000', 'a/b.c-d+e@f:g'),
  fc.string(),
  fc.constant('"\\\n\u2028é'),
)

const events = fc.record(
  {
    v: fc.constantFrom(1, 2, 3),
    type: fc.constantFrom('impression', 'viewable', 'click', 'conversion', 'win', 'loss'),
    id: word,
    decision: word,
    adUnit: word,
    campaign: word,
    atMs: fc.integer(),
    valueMicros: fc.option(fc.nat()),
    late: fc.boolean(),
    via: fc.constantFrom('page', 'server', 'exchange'),
    filtered: fc.option(fc.constantFrom('bot', 'prefetch')),
    receivedAtMs: fc.nat(),
    priceMicros: fc.option(fc.nat()),
  },
  { requiredKeys: ['v', 'type', 'id', 'decision', 'adUnit', 'campaign', 'atMs', 'valueMicros', 'late'] },
)

describe('text of a record', () => {
  it('is what JSON writes, whatever is in its fields and which of them it has', () => {
    let plain = 0
    fc.assert(
      fc.property(events, (event) => {
        if (Object.keys(event).length === 11) plain++
        expect(recordText(event as unknown as LogRecord)).toBe(JSON.stringify(event))
      }),
      { numRuns: 3_000 },
    )
    expect(plain).toBeGreaterThan(300)
  })

  it('is what JSON writes of a decision', () => {
    const decision = { v: 1, type: 'decision', id: 'd', filtered: null, via: 'page' }
    expect(recordText(decision as unknown as LogRecord)).toBe(JSON.stringify(decision))
  })
})
