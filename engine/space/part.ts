import { PolyadError } from '../../core/errors.ts'
import type { RuleJson } from '../../rules/rule.ts'
import type { Plan } from '../campaign/plan.ts'
import { CELL_LEVELS } from './compile.ts'
import { countByDimension } from './count-by.ts'
import { type Cursor, createCursor } from './cursor.ts'
import type { Node } from './diagram.ts'
import { createFormulas } from './formula.ts'
import { createRankFinder, type RankFinder } from './rank-finder.ts'
import { restrictDiagram } from './restrict.ts'
import { createSpace, MAX_RUNS } from './space.ts'
import { readWhere } from './where.ts'

/**
 * The ad units of a plan that meet a rule, or all of them. Their positions, 0 to `count`, number them alone in the
 * order of their ranks; ranks stay those of the whole line.
 */
export interface Part {
  readonly count: bigint
  /** The diagram of these ad units alone. */
  readonly root: Node
  /** Whether it is all of them: then a position is a rank. */
  readonly isWhole: boolean
  /** How many come before a rank of the whole line, 0 <= rank <= its count. */
  positionOf(rank: bigint): bigint
  /** As Space.countBy, of these alone. */
  countBy(dimension: string): Map<string, bigint>
  /** A cursor over positions. */
  cursor(): Cursor
  /** Ranks on the whole line. */
  rankFinder(): RankFinder
}

const parts = new WeakMap<Plan, { readonly text: string; readonly part: Part }>()

/**
 * The part of a plan's ad units that a rule selects (engine/space/where.ts says what it may name); all without one. The
 * last one asked for is kept with the plan object.
 *
 * @throws PolyadError INPUT_INVALID for the rule; SPACE_TOO_LARGE where rule and campaign together are too much; as
 * createSpace
 */
export function partOf(plan: Plan, rule: RuleJson | undefined): Part {
  const text = JSON.stringify(rule) ?? ''
  const kept = parts.get(plan)
  if (kept?.text === text) return kept.part
  const part = makePart(plan, rule)
  parts.set(plan, { text, part })
  return part
}

function makePart(plan: Plan, rule: RuleJson | undefined): Part {
  const { root: whole } = createSpace(plan)
  const root = rule === undefined ? whole : restrict(plan, whole, rule)
  const levels = CELL_LEVELS + plan.campaign.slots.length
  return {
    count: root.count,
    root,
    isWhole: root === whole,
    positionOf(rank) {
      if (rank >= whole.count) return root.count
      const cursor = createCursor(whole, levels)
      cursor.seek(rank)
      return countBefore(root, cursor.values)
    },
    countBy: (dimension) => countByDimension(plan, root, dimension),
    cursor: () => createCursor(root, levels),
    rankFinder: () => createRankFinder(whole, levels),
  }
}

function restrict(plan: Plan, whole: Node, rule: RuleJson): Node {
  const { campaign, placements, segments } = plan
  const sizes = [
    segments.length,
    campaign.locales.length,
    placements.length,
    // And the slot's absence.
    ...campaign.slots.map(({ assets }) => assets.length + 1),
  ]
  const formulas = createFormulas(sizes)
  const formula = readWhere(plan, formulas, rule, 'where')
  return restrictDiagram(whole, sizes, formulas, formula, MAX_RUNS, () => {
    return new PolyadError('SPACE_TOO_LARGE', {
      campaign: campaign.name,
      nodes: MAX_RUNS,
      rules: ['"where" of the selection'],
    })
  })
}

/** How many ad units of a diagram come before one with these values, whether or not it has that one. */
function countBefore(root: Node, values: ArrayLike<number>): bigint {
  let node = root
  let before = 0n
  for (let level = 0; level < values.length; level++) {
    const value = values[level]!
    let next: Node | undefined
    for (const { start, length, child } of node.runs) {
      let offset = 0
      while (offset < length && node.options[start + offset]! < value) offset++
      before += BigInt(offset) * child.count
      if (offset === length) continue
      if (node.options[start + offset] === value) next = child
      break
    }
    if (!next) return before
    node = next
  }
  return before
}
