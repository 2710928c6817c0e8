import { dayIn } from '../../core/time.ts'
import { addDays, momentIn } from '../../core/zoned-time.ts'
import type { Campaign } from '../campaign/campaign.ts'
import type { Pacing } from '../campaign/delivery-settings.ts'
import { elapsedMs, type Flight } from './flight.ts'

/** A decision holds back what its impression would cost for so long; after that it is taken to have had none. */
export const HOLD_MS = 300_000
const BUCKET_MS = 10_000
const BUCKETS = HOLD_MS / BUCKET_MS
/** Spend may be ahead of the line by what is due within this time, and what is behind is made up over it. */
export const LOOK_AHEAD_MS = 1_800_000
/** How often the share of people who are let in is worked out anew. */
const TICK_MS = 10_000
/** Requests a second are averaged over about this time. */
const AVERAGE_MS = 300_000
const PER_THOUSAND = 1_000

/** Why there is no more to spend: of the flight's, or of the day's. */
export type PaceRefusal = 'throttled' | 'spent'

/** What was counted of a campaign: micros of money or impressions, whichever it is paced by. */
export interface Counted {
  readonly total: number
  readonly today: number
}

/**
 * Spends one campaign's budget, or its number of impressions, over its flight.
 *
 * `even` lets in those whose place on [0, 1) is below a share, worked out every ten seconds from what is due in the next
 * half hour and the requests of the last minutes; whoever is below it stays in while the share does not fall under
 * them. What was missed in a quiet night is made up over the half hour after it. It never commits more than what is due
 * half an hour ahead, and no pacing commits more than there is: a decision holds back what its impression would cost for
 * five minutes, so that only impressions that come later than that after their decision are beyond it.
 */
export interface Pacer {
  /**
   * Asks for one impression.
   *
   * @param place of whoever is to see it on [0, 1)
   */
  refuses(nowMs: number, place: number): PaceRefusal | undefined
  /** Holds back what a decision may cost, in what the pacing counts. */
  hold(nowMs: number, amount: number): void
  /** An impression, or an auction's charge, came: it is counted, and what its decision held back is free. */
  count(nowMs: number, decidedMs: number, amount: number): void
  /** Nothing more is to come of a decision, as after a lost auction. */
  release(nowMs: number, decidedMs: number): void
  /** Takes what the counters say in the place of what was counted so far. */
  recount(nowMs: number, counted: Counted): void
  /** For those who look. */
  state(nowMs: number): PacerState
}

export interface PacerState {
  /** Micros of money or impressions, since the flight began and today. */
  readonly counted: number
  readonly today: number
  /** What decisions whose impression may still come hold back. */
  readonly held: number
  /** Share of people let in, 0..1; 1 where nothing is throttled. */
  readonly letIn: number
}

/** In which number a campaign is paced, and of how many. */
export interface PacedBy {
  readonly unit: 'micros' | 'impressions'
  readonly total: number
  /** Infinity: no daily cap. */
  readonly daily: number
}

export function pacedBy({ pacing, budget }: { pacing: Pacing; budget: Campaign['budget'] }): PacedBy {
  return pacing.impressions === undefined
    ? {
        unit: 'micros',
        total: budget.total.amountMicros,
        daily: pacing.dailyBudget?.amountMicros ?? Infinity,
      }
    : { unit: 'impressions', total: pacing.impressions, daily: pacing.dailyImpressions ?? Infinity }
}

/** What one impression counts: 1, or a thousandth of the price per thousand. */
export function amountOf({ unit }: PacedBy, perThousandMicros: number): number {
  return unit === 'impressions' ? 1 : perThousandMicros / PER_THOUSAND
}

export function createPacer(
  { pacing, budget, timeZone }: { pacing: Pacing; budget: Campaign['budget']; timeZone: string },
  flight: Flight,
): Pacer {
  const limits = pacedBy({ pacing, budget })
  let counted = 0
  let today = 0
  let dayEndsMs = -Infinity
  let dayStartsMs = -Infinity

  // What decisions of the last minutes hold back, by the ten seconds they were made in.
  const heldSum = new Float64Array(BUCKETS)
  const heldCount = new Float64Array(BUCKETS)
  const bucketAt = new Float64Array(BUCKETS).fill(-1)

  let tickMs = -Infinity
  let asked = 0
  /** Requests a millisecond; undefined until a tick has passed. */
  let asking: number | undefined
  // How many units come of one that was held back, from buckets that are over.
  let heldEver = 0
  let countedOfHeld = 0
  let letIn = 1

  const bucketOf = (atMs: number): number => {
    const number = Math.floor(atMs / BUCKET_MS)
    const bucket = number % BUCKETS
    if (bucketAt[bucket] !== number) {
      bucketAt[bucket] = number
      heldSum[bucket] = 0
      heldCount[bucket] = 0
    }
    return bucket
  }

  const heldAt = (nowMs: number): number => {
    const now = Math.floor(nowMs / BUCKET_MS)
    let sum = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (bucketAt[bucket]! > now - BUCKETS && bucketAt[bucket]! <= now) sum += heldSum[bucket]!
    }
    return sum
  }

  /** Frees what a decision holds back: as much as its neighbours of those ten seconds do. */
  const free = (nowMs: number, decidedMs: number): void => {
    const number = Math.floor(decidedMs / BUCKET_MS)
    const bucket = number % BUCKETS
    if (bucketAt[bucket] !== number || Math.floor(nowMs / BUCKET_MS) - number >= BUCKETS) return
    const count = heldCount[bucket]!
    if (count <= 0) return
    heldSum[bucket] = heldSum[bucket]! - heldSum[bucket]! / count
    heldCount[bucket] = count - 1
  }

  const turnDay = (nowMs: number): void => {
    if (nowMs >= dayStartsMs && nowMs < dayEndsMs) return
    const day = dayIn(timeZone, nowMs)
    dayStartsMs = momentIn(timeZone, day, 0)
    dayEndsMs = momentIn(timeZone, addDays(day, 1), 0)
    today = 0
  }

  /** What the line says should be spent by a moment. */
  const dueAt = (atMs: number): number =>
    flight.totalMs === 0 ? limits.total : (limits.total * elapsedMs(flight, atMs)) / flight.totalMs

  const tick = (nowMs: number): void => {
    if (nowMs - tickMs < TICK_MS) return
    if (tickMs !== -Infinity) {
      const passedMs = nowMs - tickMs
      const kept = Math.exp(-passedMs / AVERAGE_MS)
      const now = asked / passedMs
      asking = asking === undefined ? now : asking * kept + now * (1 - kept)
    }
    tickMs = nowMs
    asked = 0
    // The past counts less and less, so that it follows how many impressions come of decisions.
    heldEver *= 0.99
    countedOfHeld *= 0.99
    if (asking === undefined || asking === 0) {
      letIn = 1
      return
    }
    const yielded = heldEver > 0 ? Math.min(1, Math.max(0.01, countedOfHeld / heldEver)) : 1
    const due = dueAt(nowMs + LOOK_AHEAD_MS) - counted - heldAt(nowMs) * yielded
    const perRequest = averageHeld() * yielded
    letIn = Math.min(1, Math.max(0, due / (asking * LOOK_AHEAD_MS * perRequest)))
  }

  let holds = 0
  let holdSum = 0
  const averageHeld = (): number =>
    holds > 0 ? holdSum / holds : amountOf(limits, budget.costPerThousand.amountMicros)

  return {
    refuses(nowMs, place) {
      turnDay(nowMs)
      tick(nowMs)
      asked++
      const held = heldAt(nowMs)
      const next = averageHeld()
      if (counted + held + next > limits.total || today + held + next > limits.daily) return 'spent'
      if (pacing.speed === 'fast') return undefined
      if (counted + held + next > dueAt(nowMs + LOOK_AHEAD_MS)) return 'throttled'
      return place < letIn ? undefined : 'throttled'
    },
    hold(nowMs, amount) {
      const bucket = bucketOf(nowMs)
      heldSum[bucket] = heldSum[bucket]! + amount
      heldCount[bucket] = heldCount[bucket]! + 1
      heldEver += amount
      holds++
      holdSum += amount
    },
    count(nowMs, decidedMs, amount) {
      turnDay(nowMs)
      free(nowMs, decidedMs)
      counted += amount
      today += amount
      countedOfHeld += amount
    },
    release: free,
    recount(nowMs, now) {
      turnDay(nowMs)
      counted = now.total
      today = now.today
    },
    state(nowMs) {
      turnDay(nowMs)
      return { counted, today, held: heldAt(nowMs), letIn }
    },
  }
}
