import type { GridTree } from '../../segments/grid.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import { shrinkNestedRates } from '../../stats/nested-rates.ts'
import type { LeafRate } from './check-report.ts'
import type { RateOf } from './expected-volume.ts'
import type { HistorySource } from './history.ts'
import { rounded } from './rounded.ts'

/** Goal events per impression of narrow ads, as history has them. */
export interface HistoryRates {
  /** Of the campaign as a whole. */
  readonly overall: number
  /** Of a segment or wider node; the campaign's where history has nothing nearer. */
  readonly rateOf: RateOf
  /** What a report tells of that; undefined without history. */
  readonly told: (id: string) => LeafRate | undefined
}

/**
 * Rates by segment, each drawn towards that of the next wider node of its grid as far as it has few events of its own
 * (GUARD 1a, nested). Without history every segment has the campaign's baseline.
 *
 * @param trees of the campaign's grids
 */
export function ratesFrom(
  history: HistorySource,
  trees: readonly GridTree[],
  baselineRate: number,
): HistoryRates {
  if ('without' in history) {
    return { overall: baselineRate, rateOf: () => baselineRate, told: () => undefined }
  }
  const parents = new Map(
    trees.flatMap(({ nodes }) => [...nodes.values()].map(({ id, parent }) => [id, parent ?? BROAD_ID])),
  )
  const nodes = new Map<string, { id: string; parent?: string; events: number; trials: number }>()
  for (const { id, impressions, events } of history.groups) {
    for (let at: string | undefined = id; at !== undefined; at = parentOf(at, parents)) {
      const parent = parentOf(at, parents)
      const node = nodes.get(at) ?? { id: at, ...(parent ? { parent } : {}), events: 0, trials: 0 }
      nodes.set(at, node)
      node.events += events
      // An impression may bring several events; a rate takes one at most.
      node.trials += Math.max(impressions, events)
    }
  }
  const rates = shrinkNestedRates([...nodes.values()])
  const told = (id: string): LeafRate => {
    const rate = rates.get(id)
    if (!rate) return told(parentOf(id, parents) ?? BROAD_ID)
    return { value: rounded(rate.rate), low: rounded(rate.low), high: rounded(rate.high), at: id }
  }
  return { overall: told(BROAD_ID).value, rateOf: (id) => told(id).value, told }
}

/** Rules, and the roots of grids, are parts of everybody. */
function parentOf(id: string, parents: ReadonlyMap<string, string>): string | undefined {
  return id === BROAD_ID ? undefined : (parents.get(id) ?? BROAD_ID)
}
