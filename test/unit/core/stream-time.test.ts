import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { dayIn, isTimeZone } from '../../../core/time.ts'

describe('stream', () => {
  it('the same seed gives the same numbers; a fork does not depend on what was drawn before', () => {
    const [a, b] = [createStream('s'), createStream('s')]
    expect([a.next(), a.next()]).toEqual([b.next(), b.next()])
    expect(a.fork('x').next()).toBe(createStream('s').fork('x').next())
    expect(a.fork('x').next()).not.toBe(a.fork('y').next())
  })

  it('integers stay below their bound and reach every value', () => {
    const stream = createStream('dice')
    const seen = new Set(Array.from({ length: 500 }, () => stream.integer(6)))
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5])
  })
})

describe('dayIn', () => {
  it('is the calendar day of the time zone, over midnight and summer time', () => {
    const atMs = Date.UTC(2026, 2, 8, 4, 30)
    expect(dayIn('UTC', atMs)).toBe('2026-03-08')
    expect(dayIn('America/New_York', atMs)).toBe('2026-03-07')
    expect(dayIn('Asia/Tokyo', atMs)).toBe('2026-03-08')
    expect(dayIn('America/New_York', Date.UTC(2026, 6, 1, 3, 59))).toBe('2026-06-30')
    expect(dayIn('America/New_York', Date.UTC(2026, 6, 1, 4, 0))).toBe('2026-07-01')
  })

  it('knows which time zones exist', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true)
    expect(isTimeZone('Mars/Olympus')).toBe(false)
  })
})
