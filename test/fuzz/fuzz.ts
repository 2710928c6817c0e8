import fc from 'fast-check'
import { type Expectations, problemOfAnswer } from './check-answer.ts'
import { spoiltInEveryWay, spoiltRequests } from './mutations.ts'
import { type Operation, operationFor } from './operations.ts'
import { curlOf, type Draft, type WireRequest, wireOf } from './request.ts'
import type { Answer, Sender } from './send.ts'
import { NOT_BY_REQUESTS } from './statuses-seen.ts'
import { type Fixture, validRequests } from './valid-requests.ts'

export interface FuzzOptions {
  /** The same seed makes the same requests. */
  readonly seed: number
  readonly requests: number
  /** Requests on the way at once. */
  readonly atOnce: number
  /** By operation: how often it is asked beside the others, default 1; for those that take long. */
  readonly weights?: Readonly<Record<string, number>>
  /**
   * Whether every operation is also asked with everything that can be spoilt, and what may be too busy many times at
   * once: some thousand requests more.
   */
  readonly thorough: boolean
  /** Brings the world back to what requests are made for: between the rounds. */
  restore(): Promise<void>
  /** Failures as the server logged them, since it was asked last. */
  errors(): readonly string[]
}

export interface FuzzResult {
  readonly sent: number
  readonly valid: number
  /** Of the valid ones, those that were not refused. */
  readonly taken: number
  /** Refusals by name of operation and status, `GET /v1/segments 401`, with how often each was seen. */
  readonly seen: ReadonlyMap<string, number>
  /** How often requests were spoilt in each way. */
  readonly spoilt: ReadonlyMap<string, number>
  /** Statuses of requests that no operation is for. */
  readonly elsewhere: ReadonlyMap<number, number>
  /** What is wrong, each with the request that shows it; at most MOST_PROBLEMS. */
  readonly problems: readonly string[]
}

const ROUND = 500
/** So that neighbouring seeds share no round. */
const MOST_ROUNDS = 10_000
const MOST_PROBLEMS = 20
/** Asked at once, so many are more than any queue of the server takes. */
const FLOOD = 120

/** Asks a server everything its OpenAPI document tells of: half validly, half spoilt, and looks at every answer. */
export async function fuzz(
  operations: readonly Operation[],
  fixture: Fixture,
  expectations: Expectations,
  sender: Sender,
  options: FuzzOptions,
): Promise<FuzzResult> {
  const seen = new Map<string, number>()
  const spoilt = new Map<string, number>()
  const elsewhere = new Map<number, number>()
  const problems: string[] = []
  let sent = 0
  let valid = 0
  let taken = 0

  const judge = (draft: Draft, wire: WireRequest, answer: Answer, at: string): void => {
    sent++
    const method = wire.method === 'HEAD' ? 'GET' : wire.method
    const operation = operationFor(operations, method, wire.target)
    if (operation) count(seen, `${operation.name} ${answer.status}`)
    else count(elsewhere, answer.status)
    if (draft.spoilt.length === 0) {
      valid++
      if (answer.status < 400) taken++
    }
    const problem = problemOfAnswer(operation, wire, answer, expectations)
    if (problem !== undefined)
      tell(
        draft,
        wire,
        at,
        `${problem}; it answered ${answer.status} ${answer.body.toString('utf8', 0, 600)}`,
      )
  }
  const tell = (draft: Draft, wire: WireRequest, at: string, problem: string): void => {
    if (problems.length >= MOST_PROBLEMS) return
    problems.push(
      [
        `${at}: ${draft.operation.name} (${draft.spoilt.join(', ') || 'valid'}): ${problem}`,
        curlOf(wire),
        ...options.errors(),
      ].join('\n  '),
    )
  }
  const ask = async (draft: Draft, at: string): Promise<void> => {
    const wire = wireOf(draft)
    try {
      const answer = await sender.send(wire)
      judge(draft, wire, answer, at)
      const etag = answer.headers.etag
      if (draft.etagIn === undefined || etag === undefined) return
      const again = { ...wire, headers: { ...wire.headers, [draft.etagIn]: etag } }
      judge(draft, again, await sender.send(again), at)
    } catch (error) {
      tell(draft, wire, at, (error as Error).message)
    }
  }

  const ofEach = new Map(operations.map((operation) => [operation, validRequests(operation, fixture)]))
  if (options.thorough) {
    await options.restore()
    const all = [...ofEach.values()].flatMap((drafts) => spoiltInEveryWay(drafts, fixture, options.seed))
    await atMost(options.atOnce, all, (draft) => ask(draft, `seed ${options.seed}, every way`))
  }
  const drafts = draftsOf(ofEach, fixture, options.weights ?? {})
  for (let round = 0; sent < options.requests && problems.length < MOST_PROBLEMS; round++) {
    await options.restore()
    const seed = options.seed * MOST_ROUNDS + round
    const half = Math.ceil(Math.min(ROUND, options.requests - sent) / 2)
    const queue = [
      ...fc.sample(drafts.valid, { seed, numRuns: half }),
      ...fc.sample(drafts.spoilt, { seed, numRuns: half }),
    ]
    for (const draft of queue) for (const name of draft.spoilt) count(spoilt, name)
    // A valid one and a spoilt one in turn: the valid ones show that what was spoilt before did no harm.
    const order = Array.from(queue, (_, at) => queue[at % 2 === 0 ? at / 2 : half + (at - 1) / 2]!)
    const at = `seed ${options.seed}, round ${round}`
    await atMost(options.atOnce, order, (draft) => ask(draft, at))
    if (options.thorough && round % FLOOD_EVERY === 0)
      await flood(ofEach, seed, (draft) => ask(draft, `${at}, flood`))
  }
  await options.restore()
  return { sent, valid, taken, seen, spoilt, elsewhere, problems }
}

const FLOOD_EVERY = 50

type DraftsOfEach = ReadonlyMap<Operation, fc.Arbitrary<Draft>>

/** Asks what may be too busy to answer many times at once. */
async function flood(
  ofEach: DraftsOfEach,
  seed: number,
  ask: (draft: Draft) => Promise<void>,
): Promise<void> {
  for (const [operation, drafts] of ofEach) {
    if (!operation.responses.has(503) || Object.hasOwn(NOT_BY_REQUESTS, `${operation.name} 503`)) continue
    const found = fc.sample(drafts, { seed, numRuns: FLOOD })
    await Promise.all(found.map(ask))
  }
}

function draftsOf(
  ofEach: DraftsOfEach,
  fixture: Fixture,
  weights: Readonly<Record<string, number>>,
): { readonly valid: fc.Arbitrary<Draft>; readonly spoilt: fc.Arbitrary<Draft> } {
  const weighted = [...ofEach].map(([operation, arbitrary]) => ({
    weight: Math.max(1, Math.round(100 * (weights[operation.name] ?? 1))),
    arbitrary,
  }))
  const valid = fc.oneof(...weighted)
  return { valid, spoilt: spoiltRequests(valid, fixture) }
}

async function atMost<T>(
  atOnce: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
