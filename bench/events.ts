import autocannon from 'autocannon'
import { DEMO_CAMPAIGN } from '../cli/demo/steps.ts'
import { createStream } from '../core/stream.ts'
import { createDecisionIds } from '../engine/tracking/decision-id.ts'
import { signToken } from '../engine/tracking/token.ts'
import { openDemo, SEED } from './demo-workspace.ts'
import { syncMs } from './machine.ts'
import type { Measurement } from './measurement.ts'
import { type ServingChild, startServingChild } from './serving-child.ts'

const CONNECTIONS = 64
const EVENTS_A_BATCH = 50
const EVENT_BYTES = 300
const BATCHES = 400
const DURATION_S = 5
const WARM_S = 2
/** A server that did not end when it should have is ended. */
const LONGEST_CHILD_MS = 120_000
const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'

type Request = Pick<autocannon.Request, 'method' | 'path' | 'headers' | 'body'>

/** Batches of events over HTTP, answered when they are on disk, beside a route that appends their bytes as they came. */
export async function benchEvents(folder: string): Promise<Measurement> {
  const tokens = await signTokens(folder, BATCHES * EVENTS_A_BATCH, 'event')
  const requests = Array.from({ length: BATCHES }, (_, batch): Request => {
    const own = tokens.slice(batch * EVENTS_A_BATCH, (batch + 1) * EVENTS_A_BATCH)
    return {
      method: 'POST',
      path: '/v1/events',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events: own.map((token) => ({ token, type: 'impression' })) }),
    }
  })
  const { ours, plain } = await measureBoth(folder, requests)
  const side = (load: Load) => ({
    perSecond: load.perSecond * EVENTS_A_BATCH,
    perCpuSecond: load.perCpuSecond * EVENTS_A_BATCH,
    detail: detailOf(load),
  })
  return {
    name: 'events',
    unit: 'acknowledged events',
    ours: { name: 'our server', ...side(ours) },
    plain: { name: 'bare route', ...side(plain) },
    sink: `a log on this disk, written and synced by our own log thread, group commit; an HTTP client (autocannon, ${CONNECTIONS} connections, ${DURATION_S} s) in another process on the same cores`,
    same: `the same bodies: ${EVENTS_A_BATCH} events of ${EVENT_BYTES} bytes; both answer when what they append is synced`,
    notMeasured: 'a network, TLS, requests with keys',
    notes: [
      'only ours reads the JSON, checks every signature, makes an id for each event, and counts in the background what it has logged',
      `the bare route appends ${EVENTS_A_BATCH * EVENT_BYTES} bytes a batch, ours the records of its events`,
      `one append of 500 bytes with its sync takes ${syncMs(folder).toFixed(2)} ms here; appends at once share one`,
    ],
  }
}

/** Impression pixels: each event durable before the GIF is sent, beside bare Fastify that sends the same GIF. */
export async function benchPixels(folder: string): Promise<Measurement> {
  const tokens = await signTokens(folder, BATCHES * 5, 'pixel')
  const requests = tokens.map(
    (token): Request => ({
      method: 'GET',
      path: `/t/i/${token}`,
      headers: { 'user-agent': AGENT, accept: 'image/*,*/*;q=0.8' },
    }),
  )
  const { ours, plain } = await measureBoth(folder, requests)
  const side = (load: Load) => ({ ...load, detail: detailOf(load) })
  return {
    name: 'pixels',
    unit: 'pixels',
    ours: { name: 'our server', ...side(ours) },
    plain: { name: 'bare Fastify', ...side(plain) },
    sink: `an HTTP client (autocannon, ${CONNECTIONS} connections, ${DURATION_S} s) in another process on the same cores; ours also logs, synced`,
    same: 'the same addresses of the same length, the same GIF',
    notMeasured: 'a network, TLS',
    notes: [
      'only ours checks the signature and the agent, and syncs the event to disk before it answers; the bare one keeps nothing',
    ],
  }
}

/** Tokens of decisions of their own, so long that an event of a batch has EVENT_BYTES. */
async function signTokens(folder: string, count: number, label: string): Promise<string[]> {
  const workspace = await openDemo(folder, { hold: false })
  try {
    const nextId = createDecisionIds(createStream(`${SEED} ${label}`))
    const issuedMs = Date.now()
    const tokenOf = (decision: string, landingUrl: string): string =>
      signToken(workspace.secrets.tokenKey, {
        decision,
        campaign: DEMO_CAMPAIGN,
        adUnit: '1a2b3c4d5e6f7g8h9j0k1m2n3p',
        landingUrl,
        issuedMs,
        expiresMs: issuedMs + 86_400_000,
      })
    const landingUrl = (length: number) => 'https://shop.example/landing?x='.padEnd(length, 'x')
    const bytesWith = (length: number) =>
      JSON.stringify({ token: tokenOf(nextId(issuedMs), landingUrl(length)), type: 'impression' }).length
    let length = 40
    while (bytesWith(length) < EVENT_BYTES) length++
    return Array.from({ length: count }, () => tokenOf(nextId(issuedMs), landingUrl(length)))
  } finally {
    await workspace.close()
  }
}

async function measureBoth(
  folder: string,
  requests: readonly Request[],
): Promise<{ ours: Load; plain: Load }> {
  return { ours: await measure('polyad', folder, requests), plain: await measure('bare', folder, requests) }
}

async function measure(kind: 'polyad' | 'bare', folder: string, requests: readonly Request[]): Promise<Load> {
  const server = await startServingChild('events-server.js', [kind, folder], LONGEST_CHILD_MS)
  try {
    return await load(server, requests)
  } finally {
    await server.stop()
  }
}

interface Load {
  /** Requests. */
  readonly perSecond: number
  readonly perCpuSecond: number
  /** Answer times, ms. */
  readonly p50: number
  readonly p99: number
}

function detailOf({ p50, p99 }: Load): string {
  // The client counts whole milliseconds.
  const ms = (value: number) => (value < 1 ? 'under 1 ms' : `${value} ms`)
  return `p50 ${ms(p50)}, p99 ${ms(p99)}`
}

/** The requests again and again over all connections, a moment to warm up and then measured. */
async function load(server: ServingChild, requests: readonly Request[]): Promise<Load> {
  const run = (duration: number) =>
    autocannon({ url: server.url, connections: CONNECTIONS, duration, requests: [...requests] })
  await run(WARM_S)
  const startCpuS = await server.cpuS()
  const result = await run(DURATION_S)
  const cpuS = (await server.cpuS()) - startCpuS
  if (result.errors + result.timeouts + result.non2xx > 0) {
    throw new Error(`${result.errors} errors, ${result.timeouts} timeouts, ${result.non2xx} refusals`)
  }
  return {
    perSecond: result.requests.average,
    perCpuSecond: result.requests.total / cpuS,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }
}
