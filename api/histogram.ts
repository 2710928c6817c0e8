/** Counts of durations by upper bound, as Prometheus wants them. */
export interface Histogram {
  observe(seconds: number): void
  /** The samples of one series: `labels` stands before `le`, e.g. `route="/v1/decisions",`. */
  lines(name: string, labels: string): string[]
}

/** @param bounds upper bounds, seconds, ascending */
export function createHistogram(bounds: readonly number[]): Histogram {
  // The last place counts what is above every bound.
  const counts = new Array<number>(bounds.length + 1).fill(0)
  let sum = 0
  return {
    observe(seconds) {
      sum += seconds
      let place = 0
      while (place < bounds.length && seconds > bounds[place]!) place++
      counts[place]!++
    },
    lines(name, labels) {
      const lines: string[] = []
      let below = 0
      for (const [i, bound] of bounds.entries()) {
        below += counts[i]!
        lines.push(`${name}_bucket{${labels}le="${bound}"} ${below}`)
      }
      below += counts[bounds.length]!
      const own = labels === '' ? '' : `{${labels.slice(0, -1)}}`
      lines.push(`${name}_bucket{${labels}le="+Inf"} ${below}`)
      lines.push(`${name}_sum${own} ${sum}`, `${name}_count${own} ${below}`)
      return lines
    },
  }
}
