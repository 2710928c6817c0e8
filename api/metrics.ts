import { createHistogram, type Histogram } from './histogram.ts'

/** Upper bounds of decision latency, seconds: from an uncontended decision to a slow disk. */
const DECISION_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]
/** Upper bounds of a route's latency, seconds: from a pixel to a check of a large campaign. */
const ROUTE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30]

const HELP = {
  polyad_decisions_total: 'Decisions logged, by arm.',
  polyad_no_personal_use_total: 'Decisions and bid requests of which nothing personal was read, by reason.',
  polyad_events_total: 'Events taken, by type, whether their token had expired, and why they are kept apart.',
  polyad_tokens_refused_total: 'Trackers and events whose token was not ours.',
  polyad_bids_total: 'Bids made at auctions, by kind of ad; those of tests apart.',
  polyad_no_bids_total: 'Imps of bid requests that got no bid, by reason.',
  polyad_notices_total: 'Notices of exchanges taken, by type, whether late, and why they are no spend.',
  polyad_refusals_total:
    'Times a campaign was asked for an ad and had a reason to show none, by reason; bids apart.',
  polyad_rate_limited_total: 'Requests refused because their caller asked too often, by what was counted.',
  polyad_responses_total: 'HTTP responses by status class.',
  polyad_problems_total:
    'Requests that failed, by route and code: of decisions, what came of those that are no decision.',
} as const

export type CounterName = keyof typeof HELP

/** A figure that is read when it is asked for. */
export interface Gauge {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  /** undefined: not known on this machine, and left out. */
  read(): number | undefined
}

/** Counts of this process since it started. */
export interface Metrics {
  /** @param times default 1 */
  count(name: CounterName, labels?: Readonly<Record<string, string>>, times?: number): void
  observeDecision(seconds: number): void
  /** @param route its pattern, never an address that was asked for */
  observeRoute(method: string, route: string, seconds: number): void
  /** Adds figures to the text. */
  watch(gauges: readonly Gauge[]): void
  /** Prometheus text exposition format 0.0.4. */
  text(): string
}

export function createMetrics(): Metrics {
  const counts = new Map<CounterName, Map<string, number>>()
  const decisions = createHistogram(DECISION_SECONDS)
  const routes = new Map<string, Histogram>()
  const gauges: Gauge[] = []

  return {
    count(name, labels = {}, times = 1) {
      const key = labelsText(labels)
      const series = counts.get(name) ?? new Map<string, number>()
      counts.set(name, series.set(key, (series.get(key) ?? 0) + times))
    },
    observeDecision: (seconds) => decisions.observe(seconds),
    observeRoute(method, route, seconds) {
      const labels = `method="${method}",route="${route}",`
      let histogram = routes.get(labels)
      if (!histogram) {
        histogram = createHistogram(ROUTE_SECONDS)
        routes.set(labels, histogram)
      }
      histogram.observe(seconds)
    },
    watch: (more) => void gauges.push(...more),
    text() {
      const lines: string[] = []
      for (const [name, series] of counts) {
        lines.push(...heading(name, HELP[name], 'counter'))
        for (const [labels, value] of series) lines.push(`${name}${labels} ${value}`)
      }
      for (const { name, help, type, read } of gauges) {
        const value = read()
        if (value !== undefined) lines.push(...heading(name, help, type), `${name} ${value}`)
      }
      const decision = 'polyad_decision_duration_seconds'
      lines.push(...heading(decision, 'From request read to decision durable.', 'histogram'))
      lines.push(...decisions.lines(decision, ''))
      const request = 'polyad_request_duration_seconds'
      lines.push(...heading(request, 'From request begun to answer sent, by route.', 'histogram'))
      for (const [labels, histogram] of routes) lines.push(...histogram.lines(request, labels))
      return `${lines.join('\n')}\n`
    },
  }
}

function heading(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

/** Labels come from our own words only, so nothing in them needs escaping. */
function labelsText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return parts.length > 0 ? `{${parts.join(',')}}` : ''
}
