/** Upper bounds of the decision latency histogram, seconds: from an uncontended decision to a slow disk. */
const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1] as const

const HELP = {
  polyad_decisions_total: 'Decisions logged, by arm.',
  polyad_events_total: 'Events taken, by type, whether their token had expired, and why they are kept apart.',
  polyad_tokens_refused_total: 'Trackers and events whose token was not ours.',
  polyad_bids_total: 'Bids made at auctions, by kind of ad; those of tests apart.',
  polyad_no_bids_total: 'Imps of bid requests that got no bid, by reason.',
  polyad_notices_total: 'Notices of exchanges taken, by type, whether late, and why they are no spend.',
  polyad_refusals_total:
    'Times a campaign was asked for an ad and had a reason to show none, by reason; bids apart.',
  polyad_responses_total: 'HTTP responses by status class.',
} as const

type CounterName = keyof typeof HELP

/** Counts of this process since it started. */
export interface Metrics {
  count(name: CounterName, labels?: Readonly<Record<string, string>>): void
  observeDecision(seconds: number): void
  /** Prometheus text exposition format 0.0.4. */
  text(): string
}

export function createMetrics(): Metrics {
  const counts = new Map<CounterName, Map<string, number>>()
  const buckets = new Array<number>(BUCKETS_SECONDS.length).fill(0)
  let decisions = 0
  let decisionSeconds = 0

  return {
    count(name, labels = {}) {
      const key = labelsText(labels)
      const series = counts.get(name) ?? new Map<string, number>()
      counts.set(name, series.set(key, (series.get(key) ?? 0) + 1))
    },
    observeDecision(seconds) {
      decisions++
      decisionSeconds += seconds
      for (const [i, bound] of BUCKETS_SECONDS.entries()) if (seconds <= bound) buckets[i]!++
    },
    text() {
      const lines: string[] = []
      for (const [name, series] of counts) {
        lines.push(`# HELP ${name} ${HELP[name]}`, `# TYPE ${name} counter`)
        for (const [labels, value] of series) lines.push(`${name}${labels} ${value}`)
      }
      const histogram = 'polyad_decision_duration_seconds'
      lines.push(
        `# HELP ${histogram} From request read to decision durable.`,
        `# TYPE ${histogram} histogram`,
      )
      for (const [i, bound] of BUCKETS_SECONDS.entries()) {
        lines.push(`${histogram}_bucket{le="${bound}"} ${buckets[i]}`)
      }
      lines.push(
        `${histogram}_bucket{le="+Inf"} ${decisions}`,
        `${histogram}_sum ${decisionSeconds}`,
        `${histogram}_count ${decisions}`,
      )
      return `${lines.join('\n')}\n`
    },
  }
}

/** Labels come from our own words only, so nothing in them needs escaping. */
function labelsText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return parts.length > 0 ? `{${parts.join(',')}}` : ''
}
