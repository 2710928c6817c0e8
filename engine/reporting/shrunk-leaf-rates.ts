import { BROAD_ID } from '../../segments/segment.ts'
import { type NestedRate, type RateNode, shrinkNestedRates } from '../../stats/nested-rates.ts'
import type { WiderSegments } from './wider-segments.ts'

interface Counted {
  readonly events: number
  readonly trials: number
}

/**
 * Rates of leaves, each drawn up the tree of its grid as far as it has few events (stats/nested-rates.ts).
 *
 * A wider node holds the leaves given and no others, and the root all there are: of leaves that may not be shown only
 * their sum counts, so no shown rate tells one of them.
 *
 * @param leaves events at most trials
 * @param whole of all leaves, hidden ones as well
 * @returns by the leaf's id
 */
export function shrunkLeafRates(
  leaves: readonly (Counted & { readonly id: string })[],
  whole: Counted,
  widerOf: WiderSegments,
): ReadonlyMap<string, NestedRate> {
  const shown = { events: 0, trials: 0 }
  const inner = new Map<
    string,
    { events: number; trials: number; parent: string | undefined; leaves: number }
  >()
  const paths = leaves.map((leaf) => {
    // A remainder is a leaf with the id of its node, and the node may be above other leaves.
    const path = [leaf.id, ...widerOf(leaf.id)].map(innerId)
    shown.events += leaf.events
    shown.trials += leaf.trials
    path.forEach((id, at) => {
      const node = inner.get(id) ?? { events: 0, trials: 0, parent: path[at + 1], leaves: 0 }
      node.events += leaf.events
      node.trials += leaf.trials
      node.leaves++
      inner.set(id, node)
    })
    return path
  })
  const root = inner.get(innerId(BROAD_ID))
  if (!root) return new Map()
  // People who matched several leaves are in each, so the leaves may come to more than the whole.
  root.events = Math.max(shown.events, whole.events)
  root.trials = Math.max(shown.trials + root.events - shown.events, whole.trials)
  /** The nearest node with as many leaves is the same people. */
  const isTold = (id: string): boolean => {
    const { parent, leaves: own } = inner.get(id)!
    return parent === undefined || (own > 1 && own < inner.get(parent)!.leaves)
  }
  const told = (id: string): string => (isTold(id) ? id : told(inner.get(id)!.parent!))
  const nodes: RateNode[] = [...inner]
    .filter(([id]) => isTold(id))
    .map(([id, { events, trials, parent }]) => ({
      id,
      events,
      trials,
      ...(parent === undefined ? {} : { parent: told(parent) }),
    }))
  leaves.forEach(({ id, events, trials }, at) => {
    nodes.push({ id: `leaf ${id}`, events, trials, parent: told(paths[at]![0]!) })
  })
  const rates = shrinkNestedRates(nodes)
  return new Map(leaves.map(({ id }) => [id, rates.get(`leaf ${id}`)!]))
}

function innerId(id: string): string {
  return `node ${id}`
}
