import { type Fingerprint, fingerprintOf } from './fingerprint.ts'

/** Places a decision may be kept in; the oldest of them gives way. */
const WAYS = 8

/** What is remembered of a decision until what it led to comes. */
export interface RecentDecision {
  /** Of the key its person is known by; undefined: none. */
  readonly person: Fingerprint | undefined
  /** Seconds; never 0. */
  readonly atSec: number
  /** What an impression of it counts in the pacing. */
  readonly amount: number
  /** It was offered at an auction, which charges for it. */
  readonly auctioned: boolean
}

/** What may come of a decision, each once. */
export type Follower = 'impression' | 'charge'

/**
 * Decisions whose impression or charge is still to come, in a memory that never grows: 29 bytes each. While a quarter of
 * `capacity` is waiting, one in 5,000 is forgotten before its time.
 */
export interface RecentDecisions {
  put(id: string, decision: RecentDecision): void
  /** The decision, the first time it is asked for so: a repeat counts for nothing. Undefined: a repeat, or not known. */
  take(id: string, follower: Follower): RecentDecision | undefined
  /** Forgets a decision. */
  drop(id: string): void
}

const AUCTIONED = 1
const TAKEN = { impression: 2, charge: 4 } as const

/** @param capacity a power of 2 */
export function createRecentDecisions(capacity: number): RecentDecisions {
  const sets = capacity / WAYS
  const ids = new Uint32Array(capacity * 2)
  const people = new Uint32Array(capacity * 2)
  const times = new Uint32Array(capacity)
  const amounts = new Float64Array(capacity)
  const marks = new Uint8Array(capacity)

  const placeOf = (id: string): number => {
    const { high, low } = fingerprintOf(id)
    const first = (low & (sets - 1)) * WAYS
    for (let at = first; at < first + WAYS; at++) {
      if (times[at] !== 0 && ids[at * 2] === high && ids[at * 2 + 1] === low) return at
    }
    return -1
  }

  return {
    put(id, { person, atSec, amount, auctioned }) {
      const { high, low } = fingerprintOf(id)
      const first = (low & (sets - 1)) * WAYS
      let place = first
      for (let at = first; at < first + WAYS; at++) if (times[at]! < times[place]!) place = at
      ids[place * 2] = high
      ids[place * 2 + 1] = low
      people[place * 2] = person?.high ?? 0
      people[place * 2 + 1] = person?.low ?? 0
      times[place] = atSec
      amounts[place] = amount
      marks[place] = auctioned ? AUCTIONED : 0
    },
    take(id, follower) {
      const at = placeOf(id)
      if (at < 0 || (marks[at]! & TAKEN[follower]) !== 0) return undefined
      marks[at]! |= TAKEN[follower]
      const person = { high: people[at * 2]!, low: people[at * 2 + 1]! }
      return {
        person: person.high === 0 && person.low === 0 ? undefined : person,
        atSec: times[at]!,
        amount: amounts[at]!,
        auctioned: (marks[at]! & AUCTIONED) !== 0,
      }
    },
    drop(id) {
      const at = placeOf(id)
      if (at >= 0) times[at] = 0
    },
  }
}
