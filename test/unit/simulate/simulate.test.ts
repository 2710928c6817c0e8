import { describe, expect, it } from 'vitest'
import type { DecisionAnswer } from '../../../engine/decision/answer.ts'
import type { DecisionRequest } from '../../../engine/decision/request.ts'
import { createSimulator } from '../../../engine/simulate/simulate.ts'
import { driveTraffic, type SentEvent, type TrafficParts } from '../../../engine/simulate/traffic.ts'
import { clickRate, type Truth } from '../../../engine/simulate/truth.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'

const TRUTH: Truth = {
  baseClickRate: 0.1,
  conversionRate: 0.5,
  conversionValueMicros: 20_000_000,
  narrowEffect: 2,
  segmentEffects: { loyal: 0.5 },
  slotEffects: { headline: { bright: 1.5 } },
  personSpread: 1,
  viewRate: 0.8,
}
const unit = (segment: string, headline = 'plain'): AdUnit => ({
  segment,
  locale: 'en-US',
  placement: 'wide',
  choices: { headline, offer: undefined },
})
const simulatorOf = (seed: string, truth = TRUTH) =>
  createSimulator({
    seed,
    truth,
    people: { people: 500, personAt: (row) => row.toString(16).padStart(32, '0') },
    campaign: 'spring',
    placements: ['wide', 'tall'],
    locales: ['en-US', 'es-MX'],
  })

describe('truth', () => {
  it('multiplies odds by the effects of segment and options', () => {
    const odds = (rate: number) => rate / (1 - rate)
    const base = odds(0.1)
    expect(clickRate(TRUTH, unit('broad'), 1)).toBeCloseTo(0.1, 12)
    expect(odds(clickRate(TRUTH, unit('young'), 1))).toBeCloseTo(base * 2, 12)
    expect(odds(clickRate(TRUTH, unit('loyal'), 1))).toBeCloseTo(base * 0.5, 12)
    expect(odds(clickRate(TRUTH, unit('young', 'bright'), 3))).toBeCloseTo(base * 2 * 1.5 * 3, 12)
    expect(clickRate(TRUTH, undefined, 1)).toBe(0)
  })
})

describe('simulator', () => {
  it('fixes each visit and outcome by seed, person and number, whatever was asked before', () => {
    const one = simulatorOf('seed')
    const two = simulatorOf('seed')
    const later = two.request(7)
    two.outcome(later, 7, unit('broad'))
    expect(one.request(7)).toEqual(later)
    for (let i = 99; i >= 0; i--) {
      expect(two.outcome(two.request(i), i, unit('young'))).toEqual(
        one.outcome(one.request(i), i, unit('young')),
      )
    }
    const others = Array.from({ length: 20 }, (_, i) => simulatorOf('other').request(i))
    expect(others).not.toEqual(Array.from({ length: 20 }, (_, i) => one.request(i)))
  })

  it('labels its requests and gives consent', () => {
    expect(simulatorOf('seed').request(0)).toMatchObject({ simulated: true, consent: { personalise: true } })
  })

  it.each([
    ['broad', unit('broad'), 0.1],
    ['narrow', unit('young'), 2 / 11],
  ])('clicks as the truth says: %s', (_what, served, rate) => {
    const simulator = simulatorOf('rates')
    const visits = 20_000
    let impressions = 0
    let clicks = 0
    let conversions = 0
    for (let i = 0; i < visits; i++) {
      const outcome = simulator.outcome(simulator.request(i), i, served)
      impressions += Number(outcome.impression)
      clicks += Number(outcome.click)
      conversions += Number(outcome.conversion)
      expect(outcome.impression || !outcome.click).toBe(true)
      expect(outcome.valueMicros).toBe(outcome.conversion ? 20_000_000 : 0)
    }
    // Four standard errors.
    expect(Math.abs(impressions / visits - 0.8)).toBeLessThan(0.0113)
    expect(Math.abs(clicks / impressions - rate)).toBeLessThan(
      4 * Math.sqrt((rate * (1 - rate)) / impressions),
    )
    expect(Math.abs(conversions / clicks - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / clicks))
  })

  it('never clicks what was not an ad', () => {
    const simulator = simulatorOf('house')
    for (let i = 0; i < 200; i++) {
      expect(simulator.outcome(simulator.request(i), i, undefined).click).toBe(false)
    }
  })
})

describe('driveTraffic', () => {
  function recorded(change: Partial<TrafficParts> = {}) {
    const asked: DecisionRequest[] = []
    const batches: SentEvent[][] = []
    let underWay = 0
    let mostUnderWay = 0
    const parts: TrafficParts = {
      simulator: simulatorOf('traffic'),
      requests: 300,
      concurrency: 8,
      eventsPerBatch: 10,
      async decide(request) {
        mostUnderWay = Math.max(mostUnderWay, ++underWay)
        await new Promise((resolve) => setImmediate(resolve))
        underWay--
        asked.push(request)
        return { adUnit: 'unit', impression: `http://x/t/i/token-${asked.length}` } as DecisionAnswer
      },
      send: async (events) => void batches.push([...events]),
      unitOf: () => unit('young'),
      ...change,
    }
    return { parts, asked, batches, most: () => mostUnderWay }
  }

  it('makes every request, sends every event, and counts both', async () => {
    const { parts, asked, batches, most } = recorded()
    const counts = await driveTraffic(parts)
    const events = batches.flat()
    const of = (type: string) => events.filter((event) => event.type === type).length
    expect(asked).toHaveLength(300)
    expect(most()).toBe(8)
    expect(counts).toEqual({
      decisions: 300,
      impressions: of('impression'),
      clicks: of('click'),
      conversions: of('conversion'),
    })
    expect(counts.conversions).toBeGreaterThan(0)
    expect(batches.slice(0, -1).every((batch) => batch.length >= 10)).toBe(true)
  })

  it('stops at a failure, and at an abort', async () => {
    const failing = recorded()
    const decide: TrafficParts['decide'] = async (request) => {
      if (failing.asked.length >= 20) throw new Error('server gone')
      return failing.parts.decide(request)
    }
    await expect(driveTraffic({ ...failing.parts, decide })).rejects.toThrow('server gone')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(failing.asked.length).toBeLessThan(40)

    const abort = new AbortController()
    const aborted = recorded({ signal: abort.signal, onProgress: (done) => done >= 20 && abort.abort() })
    await expect(driveTraffic(aborted.parts)).rejects.toThrow()
    expect(aborted.asked.length).toBeLessThan(60)
  })
})
