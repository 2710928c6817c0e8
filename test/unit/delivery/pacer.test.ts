import { describe, expect, it } from 'vitest'
import { assignmentHashV1 } from '../../../core/hash.ts'
import { createStream } from '../../../core/stream.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import type { Pacing } from '../../../engine/campaign/delivery-settings.ts'
import { elapsedShare, flightOf } from '../../../engine/delivery/flight.ts'
import { createPacer, HOLD_MS, type Pacer } from '../../../engine/delivery/pacer.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const DAYS = { from: '2026-03-26', to: '2026-03-30' }
const TIME_ZONE = 'Europe/Berlin'
const USD = (units: number) => ({ amountMicros: units * 1_000_000, currency: 'USD' })

/** Requests a minute by the hour of the day, of all of a mean hour: few at night, most in the evening. */
const CURVE = [
  0.35, 0.2, 0.12, 0.08, 0.08, 0.15, 0.4, 0.75, 1, 1.1, 1.15, 1.2, 1.3, 1.25, 1.2, 1.2, 1.25, 1.35, 1.5, 1.75,
  1.95, 1.8, 1.2, 0.7,
]

interface Run {
  readonly shown: number
  /** Of the plan: how far spend was over and under the line at most. */
  readonly ahead: number
  readonly behind: number
  /** Behind, where the day had been under way for hours. */
  readonly behindByDay: number
  readonly hours: readonly number[]
}

/** Simulated days: requests come by the curve, 8 of 10 decisions are seen, most within seconds. */
function simulate(options: {
  pacing: Pacing
  perMinute: number
  budget: Campaign['budget']
  dayParts?: Campaign['flight']['dayParts']
  target: number
  /** Another pacer takes over here, knowing what was counted. */
  restartMs?: number
}): Run {
  const stream = createStream('simulated days')
  const flight = flightOf({
    flight: { ...DAYS, ...(options.dayParts && { dayParts: options.dayParts }) },
    timeZone: TIME_ZONE,
  })
  const open = () =>
    createPacer({ pacing: options.pacing, budget: options.budget, timeZone: TIME_ZONE }, flight)
  let pacer: Pacer = open()
  const coming: { atMs: number; decidedMs: number }[][] = []
  const amount =
    options.pacing.impressions === undefined ? options.budget.costPerThousand.amountMicros / 1000 : 1
  const run = { shown: 0, ahead: 0, behind: 0, behindByDay: 0, hours: [] as number[] }
  for (let minute = 0; flight.fromMs + minute * MINUTE_MS < flight.toMs + HOUR_MS; minute++) {
    const startMs = flight.fromMs + minute * MINUTE_MS
    if (options.restartMs !== undefined && startMs === flight.fromMs + options.restartMs) {
      const { counted, today } = pacer.state(startMs)
      pacer = open()
      pacer.recount(startMs, { total: counted, today })
    }
    const hour = (Math.floor(minute / 60) + 24) % 24
    const requests = Math.round(options.perMinute * CURVE[hour]!)
    for (let i = 0; i < requests; i++) {
      const nowMs = startMs + (i / requests) * MINUTE_MS
      const isOn = flight.windows.some(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs)
      if (!isOn || pacer.refuses(nowMs, stream.next())) continue
      pacer.hold(nowMs, amount)
      if (stream.next() >= 0.8) continue
      const after = stream.next() ** 2 * 2 * MINUTE_MS
      const at = minute + 1 + Math.floor(after / MINUTE_MS)
      coming[at] ??= []
      coming[at].push({ atMs: startMs + after, decidedMs: nowMs })
    }
    for (const { decidedMs } of coming[minute] ?? []) {
      pacer.count(startMs, decidedMs, amount)
      run.shown++
    }
    const off = run.shown / options.target - elapsedShare(flight, startMs)
    run.ahead = Math.max(run.ahead, off)
    run.behind = Math.max(run.behind, -off)
    if (hour >= 10 && hour < 22) run.behindByDay = Math.max(run.behindByDay, -off)
    if (minute % 60 === 0) run.hours.push(run.shown)
  }
  return run
}

describe('even pacing', () => {
  // 5 USD a thousand: 500 USD are 100,000 impressions.
  const budget = { total: USD(500), costPerThousand: USD(5) }
  const even = { pacing: { speed: 'even' as const }, budget, target: 100_000 }

  it('follows the line through days and nights, and spends the budget and no more', () => {
    // 216,000 requests for 100,000 impressions; between one and six at night there are too few to keep up.
    const run = simulate({ ...even, perMinute: 30 })
    expect(run.shown).toBeLessThanOrEqual(100_000)
    expect(run.shown).toBeGreaterThan(99_500)
    // Half an hour of the line is 0.42 %.
    expect(run.ahead).toBeLessThan(0.0045)
    expect(run.behindByDay).toBeLessThan(0.025)
    expect(run.behind).toBeLessThan(0.04)
  })

  it('stays within 0.3 % of the line where the nights bring enough', () => {
    const run = simulate({ ...even, perMinute: 300 })
    expect(run.shown).toBeLessThanOrEqual(100_000)
    expect(run.shown).toBeGreaterThan(99_500)
    expect(run.ahead).toBeLessThan(0.0045)
    expect(run.behind).toBeLessThan(0.003)
  })

  it('goes on where it was after a restart', () => {
    const run = simulate({ ...even, perMinute: 60, restartMs: 60 * HOUR_MS })
    expect(run.shown).toBeLessThanOrEqual(100_000)
    expect(run.shown).toBeGreaterThan(99_500)
    expect(run.ahead).toBeLessThan(0.0045)
    expect(run.behindByDay).toBeLessThan(0.02)
  })

  it('is along the hours of the day parts alone', () => {
    const dayParts = [{ from: '08:00', to: '22:00' }]
    const run = simulate({ ...even, perMinute: 60, dayParts })
    expect(run.shown).toBeGreaterThan(99_000)
    expect(run.ahead).toBeLessThan(0.008)
    expect(run.behind).toBeLessThan(0.02)
    expect(run.hours[31]).toBe(run.hours[24])
  })
})

describe('fast pacing', () => {
  it('spends as requests come, up to the number of impressions and not one more', () => {
    const run = simulate({
      pacing: { speed: 'fast', impressions: 20_000 },
      budget: { total: USD(1), costPerThousand: USD(5) },
      perMinute: 300,
      target: 20_000,
    })
    expect(run.shown).toBe(20_000)
    expect(run.hours[24]).toBe(20_000)
  })

  it('is over by what is seen later than five minutes after its decision, and by nothing else', () => {
    const flight = flightOf({ flight: DAYS, timeZone: TIME_ZONE })
    const budget = { total: USD(1), costPerThousand: USD(5) }
    const pacer = createPacer(
      { pacing: { speed: 'fast', impressions: 3 }, budget, timeZone: TIME_ZONE },
      flight,
    )
    const startMs = flight.fromMs
    for (let i = 0; i < 3; i++) {
      expect(pacer.refuses(startMs, 0)).toBeUndefined()
      pacer.hold(startMs, 1)
    }
    expect(pacer.refuses(startMs + HOLD_MS - 10_000, 0)).toBe('spent')
    pacer.count(startMs + 1000, startMs, 1)
    expect(pacer.refuses(startMs + 1000, 0)).toBe('spent')
    // Two were not seen in time: two more are let in, and then the two are seen after all.
    const laterMs = startMs + HOLD_MS + 10_000
    for (let i = 0; i < 2; i++) {
      expect(pacer.refuses(laterMs, 0)).toBeUndefined()
      pacer.hold(laterMs, 1)
      pacer.count(laterMs, laterMs, 1)
    }
    expect(pacer.refuses(laterMs, 0)).toBe('spent')
    for (let i = 0; i < 2; i++) pacer.count(laterMs, startMs, 1)
    expect(pacer.state(laterMs)).toMatchObject({ counted: 5, held: 0 })
  })

  it('stops at what a day may cost, and goes on at midnight of its zone', () => {
    const run = simulate({
      pacing: { speed: 'fast', dailyBudget: USD(50) },
      budget: { total: USD(500), costPerThousand: USD(5) },
      perMinute: 60,
      target: 100_000,
    })
    expect(run.hours[24]).toBe(10_000)
    expect(run.hours[48]).toBe(20_000)
    // The day of the spring change, which has 23 hours.
    expect(run.hours[95]).toBe(40_000)
    expect(run.shown).toBe(50_000)
  })
})

describe('who is let in', () => {
  it('is the same people while the share does not move, and no arm more than another', () => {
    const flight = flightOf({ flight: DAYS, timeZone: TIME_ZONE })
    const budget = { total: USD(500), costPerThousand: USD(5) }
    const pacer = createPacer({ pacing: { speed: 'even' }, budget, timeZone: TIME_ZONE }, flight)
    const placeOf = (person: number) => assignmentHashV1('7\0pace\x002026-03-26', `person ${person}`)
    const bucketOf = (person: number) => assignmentHashV1('7', `person ${person}`)
    const nowMs = flight.fromMs + HOUR_MS
    const letIn = new Set<number>()
    for (let second = 0; second < 900; second++) {
      for (let i = 0; i < 40; i++) {
        const person = (second * 40 + i) % 4000
        const isIn = pacer.refuses(nowMs + second * 1000, placeOf(person)) === undefined
        if (isIn) {
          pacer.hold(nowMs + second * 1000, 5000)
          pacer.count(nowMs + second * 1000, nowMs + second * 1000, 5000)
        }
        // When the share has settled.
        if (second >= 600 && isIn) letIn.add(person)
      }
    }
    const share = pacer.state(nowMs + 900_000).letIn
    expect(share).toBeGreaterThan(0)
    expect(share).toBeLessThan(1)
    const inside = [...letIn].filter((person) => placeOf(person) < share).length
    expect(inside / letIn.size).toBeGreaterThan(0.9)
    const broad = [...letIn].filter((person) => bucketOf(person) < 0.1).length
    const sd = Math.sqrt((0.1 * 0.9) / letIn.size)
    expect(Math.abs(broad / letIn.size - 0.1)).toBeLessThan(4 * sd)
  })
})
