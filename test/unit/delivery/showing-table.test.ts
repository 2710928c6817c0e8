import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../../engine/delivery/fingerprint.ts'
import { createRecentDecisions } from '../../../engine/delivery/recent-decisions.ts'
import { createShowingTable } from '../../../engine/delivery/showing-table.ts'

const options = { timesEach: 3, keepSec: 1000, mostKeys: 100_000 }

describe('a showing table', () => {
  it('says what a list of all showings says, while keys come and go', () => {
    const showing = fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3 }))
    fc.assert(
      fc.property(fc.array(showing, { maxLength: 6000, minLength: 3000 }), (showings) => {
        const table = createShowingTable(options)
        const all = new Map<number, number[]>()
        let nowSec = 1_000_000
        for (const [person, passed] of showings) {
          nowSec += passed
          const key = fingerprintOf(`person ${person}`)
          table.note(key, nowSec)
          all.set(person, [...(all.get(person) ?? []), nowSec])
        }
        const wrong: number[] = []
        for (let person = 0; person <= 3000; person++) {
          for (const [most, windowSec] of [
            [1, 100],
            [2, 1000],
            [3, 500],
          ] as const) {
            const shown = (all.get(person) ?? []).filter((sec) => sec > nowSec - windowSec).length
            const key = fingerprintOf(`person ${person}`)
            if (table.hasReached(key, most, nowSec - windowSec) !== shown >= most) wrong.push(person)
          }
        }
        expect(wrong).toEqual([])
        expect(table.forgotten).toBe(0)
      }),
      { numRuns: 10 },
    )
  })

  it('keeps the newest times whatever order they come in', () => {
    const table = createShowingTable(options)
    const key = fingerprintOf('ann')
    for (const sec of [500, 100, 400, 200, 300]) table.note(key, sec)
    expect(table.hasReached(key, 3, 299)).toBe(true)
    expect(table.hasReached(key, 3, 300)).toBe(false)
    expect(table.size).toBe(1)
  })

  it('lets go of what is old without growing, and of the longest unseen when all is full', () => {
    const small = createShowingTable({ timesEach: 1, keepSec: 100, mostKeys: 5000 })
    for (let i = 0; i < 50_000; i++) small.note(fingerprintOf(`passing ${i}`), 1000 + i)
    expect(small.forgotten).toBe(0)
    expect(small.bytes).toBeLessThan(20_000)
    for (let i = 0; i < 20_000; i++) small.note(fingerprintOf(`staying ${i}`), 100_000 + Math.floor(i / 400))
    expect(small.size).toBeLessThanOrEqual(5000)
    expect(small.forgotten).toBeGreaterThan(10_000)
    expect(small.hasReached(fingerprintOf('staying 19999'), 1, 99_000)).toBe(true)
  })

  it('keeps a million people with three times each in 29 to 57 bytes a person', () => {
    const table = createShowingTable({ timesEach: 3, keepSec: 1_000_000, mostKeys: 8_000_000 })
    for (let i = 0; i < 1_000_000; i++) table.note(fingerprintOf(`${i}`), 1000 + i)
    expect(table.size).toBe(1_000_000)
    expect(table.bytes / table.size).toBeGreaterThan(28)
    expect(table.bytes / table.size).toBeLessThan(58)
  })
})

describe('recent decisions', () => {
  it('gives each once for an impression and once for a charge, and forgets none while a quarter is waiting', () => {
    const recent = createRecentDecisions(8192)
    const idOf = (i: number) => `01k${i.toString().padStart(23, '0')}`
    const person = fingerprintOf('ann')
    let missing = 0
    let wrong = 0
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 2048; i++) {
        recent.put(idOf(round * 2048 + i), { person, atSec: 1 + round, amount: 5, auctioned: i % 2 === 0 })
      }
      for (let i = 0; i < 2048; i++) {
        const taken = recent.take(idOf(round * 2048 + i), 'impression')
        if (!taken) missing++
        else if (taken.person?.low !== person.low || taken.auctioned !== (i % 2 === 0)) wrong++
        if (recent.take(idOf(round * 2048 + i), 'impression')) wrong++
      }
    }
    expect(wrong).toBe(0)
    expect(missing / (20 * 2048)).toBeLessThan(0.001)
    expect(recent.take(idOf(20 * 2048 - 1), 'charge')).toMatchObject({ amount: 5 })
    recent.drop(idOf(20 * 2048 - 2))
    expect(recent.take(idOf(20 * 2048 - 2), 'charge')).toBeUndefined()
  })
})
