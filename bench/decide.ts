import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { DEMO_CAMPAIGN } from '../cli/demo/steps.ts'
import { DEMO_TRUTH } from '../cli/demo/truth.ts'
import { createStream } from '../core/stream.ts'
import { loadPlan } from '../engine/campaign/load-plan.ts'
import { answerFor } from '../engine/decision/answer.ts'
import { createDecider } from '../engine/decision/decider.ts'
import type { DecisionRequest } from '../engine/decision/request.ts'
import { loadPopulation } from '../engine/ingest/population.ts'
import { createSimulator } from '../engine/simulate/simulate.ts'
import { openDemo, SEED } from './demo-workspace.ts'
import { syncMs } from './machine.ts'
import type { Measurement } from './measurement.ts'

const CONNECTIONS = 32
const DURATION_S = 5
const WARM_S = 2
const REQUESTS = 1_000
const DECISIONS_IN_PROCESS = 30_000
/** A server that did not end when it should have is ended. */
const LONGEST_CHILD_MS = 60_000

/** Decisions over HTTP: our server, each logged durably, against a bare Fastify route that answers the same bytes. */
export async function benchDecide(folder: string): Promise<Measurement> {
  const { requests, inProcess } = await prepare(folder)
  const syncTakesMs = syncMs(folder)

  const polyad = await startServer('polyad', folder)
  let ours: Load
  let answers: unknown[]
  try {
    answers = await Promise.all(requests.slice(0, 200).map((request) => answerTo(polyad.url, request)))
    ours = await load(polyad, requests)
  } finally {
    await polyad.stop()
  }

  const answersFile = join(folder, 'bench-answers.json')
  await writeFile(answersFile, JSON.stringify(answers))
  const bare = await startServer('bare', answersFile)
  let plain: Load
  try {
    plain = await load(bare, requests)
  } finally {
    await bare.stop()
  }

  // The client counts whole milliseconds.
  const ms = (value: number) => (value < 1 ? 'under 1 ms' : `${value} ms`)
  const detail = ({ p50, p99, bytes }: Load) => `p50 ${ms(p50)}, p99 ${ms(p99)}, ${bytes} bytes an answer`
  const rates = ({ perSecond, perCpuSecond }: Load) => ({ perSecond, perCpuSecond })
  return {
    name: 'decide',
    unit: 'decisions',
    ours: { name: 'our server', ...rates(ours), detail: detail(ours) },
    plain: { name: 'bare Fastify', ...rates(plain), detail: detail(plain) },
    sink: `an HTTP client (autocannon, ${CONNECTIONS} connections, ${DURATION_S} s) in another process on the same cores; ours also logs, synced`,
    same: 'same bodies checked by the same schema; the bare route answers with bodies that ours gave, stringified each time',
    notMeasured: 'a network, TLS, requests with keys, more than one campaign',
    notes: [
      'only ours decides, signs trackers, syncs the decision to disk before it answers, and sends security headers',
      'the client takes a core itself: on two cores the bare side shows about what the client can ask',
      `in process, one thread, ${DECISIONS_IN_PROCESS.toLocaleString('en-US')} decisions of known people: decide ${inProcess.decideUs.toFixed(1)} us, answer ${inProcess.answerUs.toFixed(1)} us`,
      `one append of 500 bytes with its sync takes ${syncTakesMs.toFixed(2)} ms here; appends at once share one`,
    ],
  }
}

interface Prepared {
  readonly requests: readonly DecisionRequest[]
  readonly inProcess: { readonly decideUs: number; readonly answerUs: number }
}

/** Requests of people the workspace knows, and what deciding and answering cost without HTTP and log. */
async function prepare(folder: string): Promise<Prepared> {
  const workspace = await openDemo(folder, { hold: false })
  try {
    const { ports, secrets, fingerprint } = workspace
    const publicUrl = 'http://127.0.0.1:4000'
    const loaded = await loadPlan(ports, DEMO_CAMPAIGN, { publicUrl, fingerprint })
    const population = await loadPopulation(ports)
    const { placements, locales } = loaded.plan.campaign
    const simulator = createSimulator({
      seed: SEED,
      truth: DEMO_TRUTH,
      people: population,
      campaign: DEMO_CAMPAIGN,
      placements,
      locales,
    })
    const requests = Array.from({ length: REQUESTS }, (_, number) => simulator.request(number))
    const decider = createDecider({
      plans: [loaded],
      catalogue: population.catalogue,
      population,
      identityKey: secrets.identityKey,
      clock: ports.clock,
      stream: createStream(SEED),
    })
    const run = (times: number) => {
      let decideMs = 0
      let answerMs = 0
      for (let at = 0; at < times; at++) {
        const startMs = performance.now()
        const decision = decider.decide(requests[at % requests.length]!)
        const decidedMs = performance.now()
        answerFor(decision, secrets.tokenKey, { explain: false })
        answerMs += performance.now() - decidedMs
        decideMs += decidedMs - startMs
      }
      return { decideUs: (decideMs / times) * 1000, answerUs: (answerMs / times) * 1000 }
    }
    run(DECISIONS_IN_PROCESS / 10)
    return { requests, inProcess: run(DECISIONS_IN_PROCESS) }
  } finally {
    await workspace.close()
  }
}

interface RunningChild {
  readonly url: string
  /** Its processor time so far. */
  cpuS(): Promise<number>
  stop(): Promise<void>
}

/** A server in a process of its own; it ends when told to, or when this process does. */
async function startServer(kind: 'polyad' | 'bare', path: string): Promise<RunningChild> {
  const entry = fileURLToPath(new URL('./decide-server.js', import.meta.url))
  const child = fork(entry, [kind, path], { timeout: LONGEST_CHILD_MS })
  return {
    url: await addressOf(child),
    async cpuS() {
      const answer = once(child, 'message')
      child.send('cpu')
      return ((await answer) as [{ cpuS: number }])[0].cpuS
    },
    async stop() {
      const exit = once(child, 'exit')
      child.disconnect()
      await exit
    },
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve((message as { url: string }).url))
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code} before it listened`)))
  })
}

async function answerTo(url: string, request: DecisionRequest): Promise<unknown> {
  const response = await fetch(`${url}/v1/decisions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  if (!response.ok) throw new Error(`the server answered ${response.status}: ${await response.text()}`)
  return response.json()
}

interface Load {
  readonly perSecond: number
  /** For every second of processor time of the server, the client's left out. */
  readonly perCpuSecond: number
  /** Answer times, ms. */
  readonly p50: number
  readonly p99: number
  /** Of a whole response, headers included. */
  readonly bytes: number
}

/** The requests again and again over all connections, a moment to warm up and then measured. */
async function load(server: RunningChild, requests: readonly DecisionRequest[]): Promise<Load> {
  const run = (duration: number) =>
    autocannon({
      url: `${server.url}/v1/decisions`,
      connections: CONNECTIONS,
      duration,
      requests: requests.map((request) => ({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      })),
    })
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
    bytes: Math.round(result.throughput.total / result.requests.total),
  }
}
