import { loadavg } from 'node:os'
import { createStream } from '../core/stream.ts'
import { SEED } from './demo-workspace.ts'
import { type Answered, createLoadClient } from './load-client.ts'
import { createMixedRequests, MIX } from './mixed-requests.ts'
import { startServingChild } from './serving-child.ts'
import { type Trend, trendOf, trendVerdict } from './trend.ts'

const CONNECTIONS = 64
const SHARE_OF_MAXIMUM = 0.7
const WARM_S = 5
const MAXIMUM_S = 10
export const LOAD_MINUTES = 10
/** So that a run of seconds has minutes too: it tells of tenths of its time. */
const PARTS = 10
/** Flat: memory rises by less than this share of its mean a minute, p99 by less than that. */
const FLAT_MEMORY = 0.005
const FLAT_P99 = 0.05

interface Part {
  readonly answered: readonly Answered[]
  readonly rssMb: number
  readonly liveMb: number
  readonly cpuS: number
}

/**
 * Ten minutes of everything a site asks, at 70 % of what the server can at most: whether memory stays flat and p99
 * steady. The maximum is measured first, by the same requests.
 */
export async function benchLoad(folder: string, minutes: number): Promise<string> {
  const requests = await createMixedRequests(folder, createStream(SEED))
  const longestMs = (minutes * 60 + WARM_S + MAXIMUM_S) * 2_000 + 60_000
  const server = await startServingChild('load-server.js', [folder], longestMs)
  const client = createLoadClient(server.url, requests, CONNECTIONS)
  try {
    await client.closed(WARM_S)
    const startCpuS = (await server.usage()).cpuS
    const maximum = await client.closed(MAXIMUM_S)
    const maximumCpuS = (await server.usage()).cpuS - startCpuS
    const perSecond = maximum * SHARE_OF_MAXIMUM
    const parts: Part[] = []
    const partS = minutes >= PARTS ? 60 : (minutes * 60) / PARTS
    for (let at = 0; at < Math.round((minutes * 60) / partS); at++) {
      const answered: Answered[] = []
      const before = await server.usage()
      await client.open(perSecond, partS, (one) => answered.push(one))
      const { cpuS, rssBytes, liveBytes } = await server.usage()
      parts.push({
        answered,
        rssMb: rssBytes / 2 ** 20,
        liveMb: liveBytes / 2 ** 20,
        cpuS: cpuS - before.cpuS,
      })
    }
    return loadText({ maximum, maximumCpu: maximumCpuS / MAXIMUM_S, perSecond, partS, parts })
  } finally {
    client.close()
    await server.stop()
  }
}

interface Loaded {
  readonly maximum: number
  /** Cores the server used at its maximum. */
  readonly maximumCpu: number
  readonly perSecond: number
  readonly partS: number
  readonly parts: readonly Part[]
}

function loadText({ maximum, maximumCpu, perSecond, partS, parts }: Loaded): string {
  const p99s = parts.map(({ answered }) =>
    quantile(
      answered.map(({ ms }) => ms),
      0.99,
    ),
  )
  const wrong = parts.flatMap(({ answered }) => answered.flatMap((one) => one.wrong ?? []))
  const told = new Map<string, number>()
  for (const text of wrong) told.set(text, (told.get(text) ?? 0) + 1)
  const minutesOf = (trend: Trend): Trend => {
    const each = 60 / partS
    return { mean: trend.mean, slope: trend.slope * each, low: trend.low * each, high: trend.high * each }
  }
  // While the heap finds its size memory says little: the first part is left out.
  const settled = parts.slice(1)
  const resident = minutesOf(trendOf(settled.map(({ rssMb }) => rssMb)))
  const live = minutesOf(trendOf(settled.map(({ liveMb }) => liveMb)))
  const latency = minutesOf(trendOf(p99s.slice(1)))
  return [
    `load: everything a site asks, ${Math.round(perSecond)} requests a second, 70 % of the ${Math.round(maximum)} the server answered at most (it used ${maximumCpu.toFixed(2)} cores)`,
    `  mix of 1,000    ${Object.entries(MIX)
      .map(([kind, share]) => `${kind} ${share}`)
      .join(', ')}; events in batches of 20`,
    `  part of ${partS} s   ${['requests', 'p50 ms', 'p99 ms', 'RSS MB', 'live MB', 'server CPU s', 'wrong'].map((name) => name.padStart(13)).join('')}`,
    ...parts.map(({ answered, rssMb, liveMb, cpuS }, at) =>
      [
        `  ${String(at + 1).padStart(13)}`,
        answered.length.toLocaleString('en-US'),
        quantile(
          answered.map(({ ms }) => ms),
          0.5,
        ).toFixed(1),
        p99s[at]!.toFixed(1),
        rssMb.toFixed(0),
        liveMb.toFixed(0),
        cpuS.toFixed(1),
        String(answered.filter((one) => one.wrong !== undefined).length),
      ]
        .map((cell) => cell.padStart(13))
        .join(''),
    ),
    `  p99 by kind, ms ${p99ByKind(parts)}`,
    `  RSS             ${trendText(resident, 'MB', FLAT_MEMORY)}`,
    `  live memory     ${trendText(live, 'MB', FLAT_MEMORY)}`,
    `  p99             ${trendText(latency, 'ms', FLAT_P99)}`,
    `  wrong answers   ${wrong.length === 0 ? 'none' : [...told].map(([text, times]) => `${text} x ${times}`).join(', ')}`,
    '  note            live memory is what the heap and its buffers hold after a full collection, made at the end of each part',
    '  note            times run from when a request was due, so waiting counts; the client uses the same cores',
    `  note            load of the machine at the end: ${loadavg()[0]!.toFixed(1)}; above 3, others used the cores too`,
  ].join('\n')
}

function trendText(trend: Trend, unit: string, share: number): string {
  const signed = (value: number) => `${value >= 0 ? '+' : ''}${value.toFixed(2)}`
  const interval = `${signed(trend.slope)} ${unit} a minute (95 %: ${signed(trend.low)} to ${signed(trend.high)}), mean ${trend.mean.toFixed(1)} ${unit}`
  return `${trendVerdict(trend, share)}: ${interval}; flat is below ${signed(share * trend.mean)} a minute`
}

function p99ByKind(parts: readonly Part[]): string {
  const byKind = new Map<string, number[]>()
  for (const { answered } of parts) {
    for (const { kind, ms } of answered) {
      const times = byKind.get(kind)
      if (times) times.push(ms)
      else byKind.set(kind, [ms])
    }
  }
  return [...byKind].map(([kind, times]) => `${kind} ${quantile(times, 0.99).toFixed(1)}`).join(', ')
}

function quantile(values: readonly number[], p: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN
}
