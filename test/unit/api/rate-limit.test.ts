import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKey, createRateLimit } from '../../../api/rate-limit.ts'

const START_MS = 1_700_000_000_000

describe('createRateLimit', () => {
  it('lets through what a token bucket does, request by request', () => {
    const rates = fc.record({
      perSecond: fc.integer({ min: 1, max: 50 }),
      burstSeconds: fc.integer({ min: 1, max: 5 }),
    })
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(rates, gaps, (rate, gapsMs) => {
        const limit = createRateLimit(rate)!
        const size = rate.perSecond * rate.burstSeconds
        // In thousandths of a request, so that nothing is rounded.
        let tokens = size * 1000
        let nowMs = START_MS
        for (const gapMs of gapsMs) {
          nowMs += gapMs
          tokens = Math.min(size * 1000, tokens + gapMs * rate.perSecond)
          const expected = tokens >= 1000
          if (expected) tokens -= 1000
          const { allowed, remaining, retrySeconds } = limit.take('a', nowMs)
          expect(allowed).toBe(expected)
          expect(remaining).toBe(allowed ? Math.floor(tokens / 1000) : 0)
          if (!allowed) {
            expect(retrySeconds).toBe(Math.max(1, Math.ceil((1000 - tokens) / rate.perSecond / 1000 - 1e-9)))
          }
        }
      }),
    )
  })

  it('counts each caller apart', () => {
    const limit = createRateLimit({ perSecond: 1, burstSeconds: 1 })!
    expect(limit.take('a', START_MS).allowed).toBe(true)
    expect(limit.take('a', START_MS).allowed).toBe(false)
    expect(limit.take('b', START_MS).allowed).toBe(true)
  })

  it('is no limit at 0', () => {
    expect(createRateLimit({ perSecond: 0, burstSeconds: 10 })).toBeUndefined()
  })

  it('shuts nobody out for longer than a burst when the clock steps back', () => {
    const limit = createRateLimit({ perSecond: 1, burstSeconds: 5 })!
    for (let i = 0; i < 5; i++) limit.take('a', START_MS + 3_600_000)
    expect(limit.take('a', START_MS).retrySeconds).toBe(1)
    expect(limit.take('a', START_MS + 1_000).allowed).toBe(true)
  })

  it('forgets those who were not heard of, and keeps those who still come, in bounded memory', () => {
    const limit = createRateLimit({ perSecond: 1, burstSeconds: 2 }, 100)!
    limit.take('busy', START_MS)
    limit.take('busy', START_MS)
    for (let i = 0; i < 99; i++) limit.take(`other ${i}`, START_MS)
    expect(limit.take('busy', START_MS).allowed).toBe(false)
    // Two generations later a caller has a full bucket again.
    for (let i = 0; i < 201; i++) limit.take(`flood ${i}`, START_MS)
    expect(limit.take('busy', START_MS).remaining).toBe(1)
  })
})

describe('addressKey', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
  ])('%s is %s', (address, key) => expect(addressKey(address)).toBe(key))
})
