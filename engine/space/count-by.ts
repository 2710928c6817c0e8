import { PolyadError } from '../../core/errors.ts'
import { nearestName } from '../../rules/nearest-name.ts'
import type { Plan } from '../campaign/plan.ts'
import { CELL_LEVELS } from './compile.ts'
import { ABSENT, type Node } from './diagram.ts'

/**
 * Ad units of a plan's diagram by segment id, locale, placement id, or the assets of a slot; values with none are there
 * with 0, retired assets are not. Units whose placement lacks the slot count under the empty text.
 *
 * @throws PolyadError NOT_FOUND for a dimension there is not
 */
export function countByDimension(plan: Plan, root: Node, dimension: string): Map<string, bigint> {
  const { campaign, placements, segments } = plan
  const dimensions = ['segment', 'locale', 'placement', ...campaign.slots.map(({ slot }) => slot)]
  const level = dimensions.indexOf(dimension)
  if (level < 0) {
    const nearest = nearestName(dimension, dimensions)
    const mend = `${nearest ? `did you mean "${nearest}"? ` : ''}count by ${dimensions.join(', ')}`
    throw new PolyadError('NOT_FOUND', { what: 'dimension', name: dimension, mend })
  }
  const assets = campaign.slots[level - CELL_LEVELS]?.assets
  const named = assets ?? [segments, campaign.locales.map((id) => ({ id })), placements][level]!
  const counts = countByLevel(root, level)
  const result = new Map<string, bigint>()
  for (const [value, { id }] of named.entries()) {
    if (!assets?.[value]?.retired) result.set(id, counts.get(value) ?? 0n)
  }
  const absent = counts.get(ABSENT)
  if (absent !== undefined) result.set('', absent)
  return result
}

/**
 * Ad units by the value of one level, ABSENT included. One pass down the diagram: a node is reached as often as there
 * are ways to it, and each way continues with the node's own counts.
 */
function countByLevel(root: Node, level: number): Map<number, bigint> {
  let ways = new Map<Node, bigint>([[root, 1n]])
  for (let depth = 0; depth < level; depth++) {
    const below = new Map<Node, bigint>()
    for (const [node, times] of ways) {
      for (const run of node.runs) {
        below.set(run.child, (below.get(run.child) ?? 0n) + times * BigInt(run.length))
      }
    }
    ways = below
  }
  const counts = new Map<number, bigint>()
  for (const [node, times] of ways) {
    for (const run of node.runs) {
      for (let offset = 0; offset < run.length; offset++) {
        const value = node.options[run.start + offset] ?? ABSENT
        counts.set(value, (counts.get(value) ?? 0n) + times * run.child.count)
      }
    }
  }
  return counts
}
