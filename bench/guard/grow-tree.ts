import { bestDeal } from './best-deal.ts'
import { type ArmSums, addSums, emptySums, pooled, type Segment, type SegmentTable } from './segment-table.ts'
import type { SplitRule } from './tree-rules.ts'

export interface TreeLimits {
  readonly mostLeaves: number
  readonly leastPeople: number
}

interface Leaf {
  readonly segments: readonly Segment[]
  readonly sums: ArmSums
  readonly candidates: number
  readonly split: Split | undefined
}

interface Split {
  readonly gain: number
  readonly column: number
  /** Values of the column that go to the second side. */
  readonly second: ReadonlySet<number>
}

/**
 * Grows a tree over the segments: again and again the best split of any leaf by any column, whose values it deals to
 * two sides. Best first, greedy.
 */
export function growTree(table: SegmentTable, rule: SplitRule, limits: TreeLimits): readonly Segment[][] {
  const leafOf = (segments: readonly Segment[]): Leaf => {
    const sums = pooled(segments, table.arms)
    return { segments, sums, ...bestSplit(table, segments, sums, rule, limits.leastPeople) }
  }
  const leaves = [leafOf(table.segments)]
  while (leaves.length < limits.mostLeaves) {
    const at = leaves.reduce(
      (a, { split }, b) => ((split?.gain ?? 0) > (leaves[a]!.split?.gain ?? 0) ? b : a),
      0,
    )
    const { split, segments } = leaves[at]!
    if (!split || !(split.gain > 0)) break
    const goes = ({ codes }: Segment) => split.second.has(codes[split.column]!)
    const sides = [segments.filter((each) => !goes(each)), segments.filter(goes)]
    const before = leaves.map(({ sums }) => sums)
    const after = [
      ...before.filter((_, each) => each !== at),
      ...sides.map((side) => pooled(side, table.arms)),
    ]
    const candidates = leaves.reduce((sum, leaf) => sum + leaf.candidates, 0)
    if (!rule.mayMake({ gain: split.gain, before, after, candidates })) break
    leaves.splice(at, 1, ...sides.map(leafOf))
  }
  return leaves.map(({ segments }) => [...segments])
}

function bestSplit(
  { arms, values }: SegmentTable,
  segments: readonly Segment[],
  node: ArmSums,
  rule: SplitRule,
  leastPeople: number,
): { split: Split | undefined; candidates: number } {
  let split: Split | undefined
  let candidates = 0
  values.forEach((_, column) => {
    const byValue = new Map<number, ArmSums>()
    for (const segment of segments) {
      const code = segment.codes[column]!
      if (!byValue.has(code)) byValue.set(code, emptySums(arms))
      addSums(byValue.get(code)!, segment)
    }
    if (byValue.size < 2) return
    candidates += byValue.size
    const codes = [...byValue.keys()].sort((a, b) => a - b)
    const deal = bestDeal(
      codes.map((code) => byValue.get(code)!),
      node,
      rule,
      leastPeople,
    )
    if (!deal) return
    const gain = deal.worth - rule.worth(node)
    if (gain > (split?.gain ?? 0)) {
      split = { gain, column, second: new Set(codes.filter((_, at) => deal.isSecond[at])) }
    }
  })
  return { split, candidates }
}
