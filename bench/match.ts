import { compileRule } from '../rules/compile.ts'
import type { Values } from '../rules/rule.ts'
import { createMatcher } from '../segments/match.ts'
import type { Segment } from '../segments/segment.ts'
import { SEED } from './demo-workspace.ts'
import { cpuSeconds, type Measurement, type Side } from './measurement.ts'
import { segmentRequests, segmentRules, segmentsOf } from './segments-campaign.ts'

const REQUESTS = 2_000
/** Over all requests; the loop is asked each once. */
const PASSES = 50
const BUILDS = 5

/** Which of 10,000 segments a person is in: the index against a loop of compiled predicates. */
export async function benchMatch(): Promise<Measurement> {
  const segments = segmentsOf(segmentRules(SEED), SEED)
  const requests = segmentRequests(segments, REQUESTS, SEED)
  const plain = createPlainMatcher(segments)

  const builds: number[] = []
  let matcher = createMatcher(segments)
  for (let build = 0; build < BUILDS; build++) {
    const startCpuS = cpuSeconds()
    matcher = createMatcher(segments)
    builds.push(cpuSeconds() - startCpuS)
  }
  const median = builds.sort((a, b) => a - b)[BUILDS >> 1]!
  const met = compare(requests, (values) => matcher.match({ values }), plain)

  const ours = timed('index', PASSES * requests.length, () => {
    for (let pass = 0; pass < PASSES; pass++) for (const values of requests) matcher.match({ values })
  })
  const loop = timed('loop of predicates', requests.length, () => {
    for (const values of requests) plain(values)
  })
  return {
    name: 'match',
    unit: 'requests matched',
    ours,
    plain: loop,
    sink: 'none: the list of segments is dropped; one thread',
    same: `both gave the same segments in the same order for all ${shown(requests.length)} requests`,
    notMeasured: 'reading the request, and looking up what the population knows of a person',
    notes: [
      `${shown(segments.length)} segments, ${met.fewest} to ${met.most} met by a request, ${met.mean.toFixed(1)} on average`,
      `index built in ${Math.round(median * 1000)} ms of CPU time (median of ${BUILDS}); it takes ${shown(matcher.bytes)} bytes`,
    ],
  }
}

/** Every rule is asked, the narrowest first. */
function createPlainMatcher(segments: readonly Segment[]): (values: Values) => Segment[] {
  const ordered = [...segments].sort((a, b) => a.people - b.people || (a.id < b.id ? -1 : 1))
  const asked = ordered.map((segment) => ({ segment, meets: compileRule(segment.rule) }))
  return (values) => {
    const record = { values }
    const found: Segment[] = []
    for (const { segment, meets } of asked) if (meets(record)) found.push(segment)
    return found
  }
}

type Match = (values: Values) => readonly Segment[]

/** @throws Error when the two differ on a request */
function compare(requests: readonly Values[], ours: Match, plain: Match) {
  const counts = requests.map((values) => {
    const [found, expected] = [ours(values), plain(values)]
    if (found.length !== expected.length || found.some((segment, at) => segment !== expected[at])) {
      throw new Error(`the index and the loop differ on ${JSON.stringify(values)}`)
    }
    return found.length
  })
  const sum = counts.reduce((total, count) => total + count, 0)
  return { fewest: Math.min(...counts), most: Math.max(...counts), mean: sum / counts.length }
}

function timed(name: string, requests: number, run: () => void): Side {
  const startMs = performance.now()
  const startCpuS = cpuSeconds()
  run()
  const cpuS = cpuSeconds() - startCpuS
  const wallS = (performance.now() - startMs) / 1000
  const detail = `${((cpuS / requests) * 1e6).toFixed(2)} us of CPU time a request`
  return { name, perSecond: requests / wallS, perCpuSecond: requests / cpuS, detail }
}

function shown(count: number): string {
  return count.toLocaleString('en-US')
}
