import type { DecisionAnswer } from '../decision/answer.ts'
import type { DecisionRequest } from '../decision/request.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import type { IncomingEvent } from '../tracking/ingest.ts'
import type { Simulator } from './simulate.ts'

/** One event to report, as `POST /v1/events` takes it. */
export interface SentEvent {
  readonly token: string
  readonly type: IncomingEvent['type']
  readonly valueMicros?: number
}

export interface TrafficParts {
  readonly simulator: Simulator
  /** Requests to make. */
  readonly requests: number
  /** Requests under way at once. */
  readonly concurrency: number
  /** Events sent together. */
  readonly eventsPerBatch: number
  decide(request: DecisionRequest): Promise<DecisionAnswer>
  send(events: readonly SentEvent[]): Promise<void>
  /** The served ad unit's choices, from its id. */
  unitOf(adUnit: string): AdUnit
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

export interface TrafficCounts {
  readonly decisions: number
  readonly impressions: number
  readonly clicks: number
  readonly conversions: number
}

/** Drives simulated visits through `decide` and `send`; resolves when every event has been taken. */
export async function driveTraffic(parts: TrafficParts): Promise<TrafficCounts> {
  const { simulator, requests, signal } = parts
  const counts = { decisions: 0, impressions: 0, clicks: 0, conversions: 0 }
  let next = 0
  let waiting: SentEvent[] = []

  const flush = async (): Promise<void> => {
    const batch = waiting
    waiting = []
    if (batch.length > 0) await parts.send(batch)
  }

  const visit = async (number: number): Promise<void> => {
    const request = simulator.request(number)
    const answer = await parts.decide(request)
    const served = answer.adUnit === null ? undefined : parts.unitOf(answer.adUnit)
    const { impression, click, conversion, valueMicros } = simulator.outcome(request, number, served)
    const token = tokenOf(answer)
    if (impression) waiting.push({ token, type: 'impression' })
    if (click) waiting.push({ token, type: 'click' })
    if (conversion) waiting.push({ token, type: 'conversion', valueMicros })
    counts.decisions++
    counts.impressions += Number(impression)
    counts.clicks += Number(click)
    counts.conversions += Number(conversion)
    if (waiting.length >= parts.eventsPerBatch) await flush()
    parts.onProgress?.(counts.decisions, requests)
  }

  let failed = false
  const visitor = async (): Promise<void> => {
    while (next < requests && !failed) {
      signal?.throwIfAborted()
      await visit(next++)
    }
  }
  const visitors = Array.from({ length: parts.concurrency }, () =>
    visitor().catch((error: unknown) => {
      // The others stop at their next visit, so nothing runs on after the rejection.
      failed = true
      throw error
    }),
  )
  await Promise.all(visitors)
  await flush()
  return counts
}

/** The token of an answer: the last part of its impression address. */
function tokenOf(answer: DecisionAnswer): string {
  return answer.impression.slice(answer.impression.lastIndexOf('/') + 1)
}
