import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { createStream } from '../core/stream.ts'
import { loadPlan } from '../engine/campaign/load-plan.ts'
import { answerFor } from '../engine/decision/answer.ts'
import { createDecider } from '../engine/decision/decider.ts'
import type { DecisionRequest } from '../engine/decision/request.ts'
import { loadPopulation } from '../engine/ingest/population.ts'
import { DECIDE_CAMPAIGN, decideRequests } from './decide-campaign.ts'
import { openDemo, SEED } from './demo-workspace.ts'
import { syncMs } from './machine.ts'
import type { Measurement } from './measurement.ts'
import { type ServingChild, startServingChild } from './serving-child.ts'

const CONNECTIONS = 64
/** Both servers run; they are asked in turn, so that other load on the machine meets both. */
const ROUNDS = 3
/** Timed, since the client rounds the time of a number of requests up to its seconds. */
const ROUND_S = 4
/** Counted, not timed: on a busy machine seconds are no measure of how much was compiled. */
const WARM_REQUESTS = 16_000
const REQUESTS = 2_000
const SAMPLED_ANSWERS = 200
const DECISIONS_IN_PROCESS = 30_000
/** A server that did not end when it should have is ended. */
const LONGEST_CHILD_MS = 600_000
/** Files are written side by side, and each waits for its sync. */
const MAKER_THREADS = 64

/**
 * Decisions over HTTP with 10,000 segments and 100,010 ad units: our server, each decision logged durably, against a bare
 * Fastify route that checks the same body and answers the same bytes.
 */
export async function benchDecide(root: string): Promise<Measurement> {
  const folder = join(root, '..', 'decide')
  await makeWorkspace(folder)
  const { requests, inProcess } = await prepare(folder)
  const syncTakesMs = syncMs(folder)

  const polyad = await startServingChild('decide-server.js', ['polyad', folder], LONGEST_CHILD_MS)
  let bare: ServingChild | undefined
  const ours = createTally()
  const plain = createTally()
  try {
    const sample = requests.slice(0, SAMPLED_ANSWERS)
    const answers = await Promise.all(sample.map((request) => answerTo(polyad.url, request)))
    const answersFile = join(folder, 'bench-answers.json')
    await writeFile(answersFile, JSON.stringify(answers))
    bare = await startServingChild('decide-server.js', ['bare', answersFile], LONGEST_CHILD_MS)
    await load(polyad, requests, { amount: WARM_REQUESTS })
    await load(bare, requests, { amount: WARM_REQUESTS })
    for (let round = 0; round < ROUNDS; round++) {
      ours.add(await load(polyad, requests, { duration: ROUND_S }))
      plain.add(await load(bare, requests, { duration: ROUND_S }))
    }
  } finally {
    await polyad.stop()
    await bare?.stop()
  }
  return {
    name: 'decide',
    unit: 'decisions',
    ours: { name: 'our server', ...ours.side() },
    plain: { name: 'bare Fastify', ...plain.side() },
    sink: `an HTTP client (autocannon, ${CONNECTIONS} connections) in a third process on the same cores; ${ROUNDS} rounds of ${ROUND_S} s each, in turn; ours also logs, synced`,
    same: 'same bodies checked by the same schema; the bare route answers with bodies that ours gave, stringified each time',
    notMeasured: 'a network, TLS, requests with keys, more than one campaign',
    notes: [
      'only ours reads the TC string, matches, decides, signs trackers, syncs the decision to disk before it answers, and sends security headers',
      `p99 ${(ours.p99() / plain.p99()).toFixed(2)} x that of the bare route (the client counts whole milliseconds)`,
      `10,000 segments, of which 1 to 50 meet a request; half of the requests name a known reader, half tell attributes; a TC string of ${tcfLength(requests)} characters in each`,
      `in process, one thread, ${DECISIONS_IN_PROCESS.toLocaleString('en-US')} decisions, CPU time: decide ${inProcess.decideUs.toFixed(1)} us, record as text ${inProcess.recordUs.toFixed(1)} us, answer ${inProcess.answerUs.toFixed(1)} us`,
      `one append of 500 bytes with its sync takes ${syncTakesMs.toFixed(2)} ms here; appends at once share one`,
    ],
  }
}

async function makeWorkspace(folder: string): Promise<void> {
  const maker = fileURLToPath(new URL('./make-decide.js', import.meta.url))
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(MAKER_THREADS) }
  const [code] = await once(fork(maker, [folder], { env }), 'exit')
  if (code !== 0) throw new Error(`the workspace could not be made: exit code ${code}`)
}

interface Prepared {
  readonly requests: readonly DecisionRequest[]
  readonly inProcess: { readonly decideUs: number; readonly recordUs: number; readonly answerUs: number }
}

/** The requests, and what deciding, encoding and answering cost without HTTP and log. */
async function prepare(folder: string): Promise<Prepared> {
  const workspace = await openDemo(folder, { hold: false })
  try {
    const { ports, secrets, fingerprint } = workspace
    const publicUrl = 'http://127.0.0.1:4000'
    const loaded = await loadPlan(ports, DECIDE_CAMPAIGN, { publicUrl, fingerprint })
    const population = await loadPopulation(ports)
    const requests = decideRequests(loaded.plan.segments, population, secrets.identityKey, REQUESTS, SEED)
    const decider = createDecider({
      plans: [loaded],
      catalogue: population.catalogue,
      population,
      identityKey: secrets.identityKey,
      clock: ports.clock,
      stream: createStream(SEED),
    })
    const decisions = Array.from({ length: DECISIONS_IN_PROCESS }, (_, at) => requests[at % requests.length]!)
    const decided = decisions.map((request) => decider.decide(request))
    const each = <T>(items: readonly T[], work: (item: T) => unknown): number => {
      for (const item of items.slice(0, 3_000)) work(item)
      const start = process.cpuUsage()
      for (const item of items) work(item)
      const { user, system } = process.cpuUsage(start)
      return (user + system) / items.length
    }
    const inProcess = {
      decideUs: each(decisions, (request) => decider.decide(request)),
      recordUs: each(decided, ({ record }) => JSON.stringify(record)),
      answerUs: each(decided, (decision) => answerFor(decision, secrets.tokenKey, { explain: false })),
    }
    return { requests, inProcess }
  } finally {
    await workspace.close()
  }
}

function tcfLength(requests: readonly DecisionRequest[]): number {
  return requests[0]!.consent!.tcf!.length
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
  readonly requests: number
  readonly seconds: number
  /** Of the server, the client's left out. */
  readonly cpuS: number
  /** Answer times, ms. */
  readonly p50: number
  readonly p99: number
  readonly bytes: number
}

/** The requests again and again over all connections. */
async function load(
  server: ServingChild,
  requests: readonly DecisionRequest[],
  length: { readonly amount: number } | { readonly duration: number },
): Promise<Load> {
  const startCpuS = await server.cpuS()
  const result = await autocannon({
    url: `${server.url}/v1/decisions`,
    connections: CONNECTIONS,
    ...length,
    requests: requests.map((request) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    })),
  })
  const cpuS = (await server.cpuS()) - startCpuS
  if (result.errors + result.timeouts + result.non2xx > 0) {
    throw new Error(`${result.errors} errors, ${result.timeouts} timeouts, ${result.non2xx} refusals`)
  }
  return {
    requests: result.requests.total,
    seconds: result.duration,
    cpuS,
    p50: result.latency.p50,
    p99: result.latency.p99,
    bytes: result.throughput.total,
  }
}

/** Rounds of one side taken together; of times the middle round's. */
function createTally() {
  const rounds: Load[] = []
  const sum = (of: (load: Load) => number): number => rounds.reduce((total, load) => total + of(load), 0)
  const middle = (of: (load: Load) => number): number =>
    rounds.map(of).sort((a, b) => a - b)[rounds.length >> 1]!
  return {
    add: (load: Load): void => void rounds.push(load),
    p99: (): number =>
      Math.max(
        1,
        middle(({ p99 }) => p99),
      ),
    side() {
      const requests = sum((load) => load.requests)
      const bytes = Math.round(sum((load) => load.bytes) / requests)
      const [p50, p99] = [middle((load) => load.p50), middle((load) => load.p99)]
      return {
        perSecond: requests / sum((load) => load.seconds),
        perCpuSecond: requests / sum((load) => load.cpuS),
        detail: `p50 ${p50} ms, p99 ${p99} ms, ${bytes} bytes an answer, headers included`,
      }
    },
  }
}
