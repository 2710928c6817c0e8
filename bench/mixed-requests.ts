import { DEMO_CAMPAIGN } from '../cli/demo/steps.ts'
import { DEMO_TRUTH } from '../cli/demo/truth.ts'
import type { Stream } from '../core/stream.ts'
import { loadPlan } from '../engine/campaign/load-plan.ts'
import type { DecisionAnswer } from '../engine/decision/answer.ts'
import type { DecisionRequest } from '../engine/decision/request.ts'
import { loadPopulation } from '../engine/ingest/population.ts'
import { createSimulator } from '../engine/simulate/simulate.ts'
import { openDemo, SEED } from './demo-workspace.ts'

export interface MixedRequest {
  readonly kind: Kind
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  /** What is right. */
  readonly status: number
}

/** What a site with ads asks, in a thousand requests. */
export const MIX = {
  decision: 300,
  impression: 290,
  viewable: 180,
  'ad as HTML': 120,
  events: 60,
  click: 30,
  'ad as JPEG': 19,
  report: 1,
} as const
export type Kind = keyof typeof MIX

const EVENTS_A_BATCH = 20
/** Answers of decisions that later requests are about: some ten seconds of them. */
const REMEMBERED = 4_000
const PEOPLE = 20_000

/** Requests of a site: each decision's answer is shown, seen and clicked by the requests after it. */
export interface MixedRequests {
  next(): MixedRequest
  /** Told of every answer to a decision. */
  decided(answer: DecisionAnswer): void
}

/** @param folder a demo workspace that nobody holds */
export async function createMixedRequests(folder: string, stream: Stream): Promise<MixedRequests> {
  const decisions = await decisionRequests(folder)
  const kinds = Object.entries(MIX).flatMap(([kind, share]) => new Array<Kind>(share).fill(kind as Kind))
  const answers: DecisionAnswer[] = []
  let decided = 0
  let asked = 0
  const some = () => answers[stream.integer(answers.length)]!
  const pathOf = (address: string) => new URL(address).pathname + new URL(address).search
  const get = (kind: Kind, path: string, status = 200): MixedRequest => ({
    kind,
    method: 'GET',
    path,
    status,
  })
  const post = (kind: Kind, path: string, body: object): MixedRequest => ({
    kind,
    method: 'POST',
    path,
    body: JSON.stringify(body),
    status: 200,
  })

  return {
    next() {
      const kind = answers.length === 0 ? 'decision' : kinds[stream.integer(kinds.length)]!
      switch (kind) {
        case 'decision':
          return post(kind, '/v1/decisions', decisions[asked++ % decisions.length]!)
        case 'impression':
          return get(kind, pathOf(some().impression))
        case 'viewable':
          return get(kind, pathOf(some().viewable))
        case 'ad as HTML':
          return get(kind, pathOf(some().html!))
        case 'ad as JPEG':
          return get(kind, pathOf(some().image))
        case 'click':
          return get(kind, pathOf(some().click!), 302)
        case 'events': {
          const events = Array.from({ length: EVENTS_A_BATCH }, () => ({
            token: some().impression.split('/').at(-1)!,
            type: 'conversion',
          }))
          return post(kind, '/v1/events', { events })
        }
        case 'report':
          return get(kind, `/v1/campaigns/${DEMO_CAMPAIGN}/report`)
      }
    },
    decided(answer) {
      // A house ad has no page and no click.
      if (answer.html === null) return
      answers[decided++ % REMEMBERED] = answer
    },
  }
}

/** Decisions for people the workspace knows. */
async function decisionRequests(folder: string): Promise<readonly DecisionRequest[]> {
  const workspace = await openDemo(folder, { hold: false })
  try {
    const { ports, fingerprint } = workspace
    const { plan } = await loadPlan(ports, DEMO_CAMPAIGN, { publicUrl: 'http://127.0.0.1:4000', fingerprint })
    const { placements, locales } = plan.campaign
    const people = await loadPopulation(ports)
    const simulator = createSimulator({
      seed: SEED,
      truth: DEMO_TRUTH,
      people,
      campaign: DEMO_CAMPAIGN,
      placements,
      locales,
    })
    return Array.from({ length: PEOPLE }, (_, number) => simulator.request(number))
  } finally {
    await workspace.close()
  }
}
