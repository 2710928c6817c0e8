import { unitFromId } from '../../engine/campaign/ad-unit-id.ts'
import { loadPlan } from '../../engine/campaign/load-plan.ts'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import { loadPopulation } from '../../engine/ingest/population.ts'
import { createSimulator } from '../../engine/simulate/simulate.ts'
import { driveTraffic, type TrafficCounts } from '../../engine/simulate/traffic.ts'
import type { Invocation } from '../command.ts'
import type { Workspace } from '../compose.ts'
import { count } from '../output.ts'
import { DEMO_TRUTH } from './truth.ts'

export const DEMO_REQUESTS = 20_000
const CONCURRENCY = 32
const EVENTS_PER_BATCH = 50

/** Sends the demo's simulated visitors through the real HTTP API: decisions, then what the visitors did. */
export async function driveDemoTraffic(
  workspace: Workspace,
  url: string,
  options: { readonly campaign: string; readonly seed: string } & Pick<Invocation, 'output' | 'signal'>,
): Promise<TrafficCounts> {
  const { ports, fingerprint } = workspace
  const { plan } = await loadPlan(ports, options.campaign, { publicUrl: url, fingerprint })
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
  return driveTraffic({
    simulator: createSimulator({
      seed: options.seed,
      truth: DEMO_TRUTH,
      people: await loadPopulation(ports),
      campaign: options.campaign,
      placements: plan.campaign.placements,
      locales: plan.campaign.locales,
    }),
    requests: DEMO_REQUESTS,
    concurrency: CONCURRENCY,
    eventsPerBatch: EVENTS_PER_BATCH,
    decide: async (request) => (await post('/v1/decisions', request)) as DecisionAnswer,
    send: async (events) => {
      await post('/v1/events', { events })
    },
    unitOf: (adUnit) => unitFromId(plan.ledger, adUnit),
    signal: options.signal,
    onProgress: (done, total) =>
      options.output.progress(`${count(done)} of ${count(total)} simulated requests`),
  })
}
