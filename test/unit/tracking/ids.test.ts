import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { createDecisionIds } from '../../../engine/tracking/decision-id.ts'
import { eventId } from '../../../engine/tracking/event-id.ts'

const NOW_MS = Date.UTC(2026, 10, 23)

describe('decision ids', () => {
  it('are 26 characters that sort in the order they were made, also when the clock steps back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 100 }), (steps) => {
        const nextId = createDecisionIds(createStream('ids'))
        let nowMs = NOW_MS
        const ids = steps.map((step) => {
          nowMs += step
          return nextId(nowMs)
        })
        expect(ids.every((id) => /^[0-9a-hjkmnp-tv-z]{26}$/.test(id))).toBe(true)
        expect([...ids].sort()).toEqual(ids)
        expect(new Set(ids).size).toBe(ids.length)
      }),
      { numRuns: 100 },
    )
  })

  it('begin with the time', () => {
    const nextId = createDecisionIds(createStream('ids'))
    const atZero = nextId(0)
    expect(atZero.slice(0, 10)).toBe('0000000000')
    expect(nextId(32).slice(0, 10)).toBe('0000000010')
  })

  it('of two processes differ in the same millisecond', () => {
    const one = createDecisionIds(createStream('one'))
    const two = createDecisionIds(createStream('two'))
    expect(one(NOW_MS)).not.toBe(two(NOW_MS))
  })

  it('go on into the next millisecond when one is full', () => {
    const nextId = createDecisionIds(createStream('ids'))
    let last = ''
    for (let i = 0; i <= 32 ** 4; i++) last = nextId(0)
    expect(last.slice(0, 14)).toBe('00000000010000')
  })
})

describe('event ids', () => {
  it('are the same for the same decision and type, and differ otherwise', () => {
    const id = eventId('01jc', 'click')
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(eventId('01jc', 'click')).toBe(id)
    expect(eventId('01jc', 'impression')).not.toBe(id)
    expect(eventId('01jd', 'click')).not.toBe(id)
  })
})
