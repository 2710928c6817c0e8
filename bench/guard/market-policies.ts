import type { Experiment } from '../../engine/guard/experiment/experiment.ts'
import type { GuardReport } from '../../engine/guard/experiment/guard-report.ts'
import { judgeExperiment } from '../../engine/guard/experiment/judge.ts'
import type { MarketPolicy } from '../../engine/simulate/market.ts'
import { growTree, type TreeLimits } from './grow-tree.ts'
import { bestArm, pooled, type SegmentTable } from './segment-table.ts'
import { BY_INFORMATION, BY_VALUE, type SplitRule } from './tree-rules.ts'

/** Defaults of the strongest open rival (GrowthBook's contextual bandits). */
const TREE_LIMITS: TreeLimits = { mostLeaves: 12, leastPeople: 100 }

/** The best arm of the pilot for everybody. */
export function alwaysBroad({ segments, arms }: SegmentTable): MarketPolicy {
  const arm = bestArm(pooled(segments, arms), 0)
  return () => arm
}

/** The best arm of each finest segment of the pilot; broad's where nobody was, or nobody responded. */
export function alwaysNarrow(table: SegmentTable): MarketPolicy {
  const broad = bestArm(pooled(table.segments, table.arms), 0)
  return bySegment(
    table.segments.map((segment) => [segment.codes, bestArm(segment, broad)]),
    broad,
  )
}

/** The best arm of each leaf of a tree; broad's for people of a kind that was not seen. */
function tree(table: SegmentTable, rule: SplitRule): MarketPolicy {
  const broad = bestArm(pooled(table.segments, table.arms), 0)
  const arms = growTree(table, rule, TREE_LIMITS).flatMap((leaf) => {
    const arm = bestArm(pooled(leaf, table.arms), broad)
    return leaf.map(({ codes }) => [codes, arm] as const)
  })
  return bySegment(arms, broad)
}

export const valueTree = (table: SegmentTable): MarketPolicy => tree(table, BY_VALUE)
export const informationTree = (table: SegmentTable): MarketPolicy => tree(table, BY_INFORMATION)

function bySegment(arms: readonly (readonly [readonly number[], number])[], broad: number): MarketPolicy {
  const armOf = new Map(arms.map(([codes, arm]) => [codes.join(), arm]))
  return (codes) => armOf.get(codes.join()) ?? broad
}

/** What the guard decides with its own settings. */
export function guarded(experiment: Experiment, seed: string): { report: GuardReport; policy: MarketPolicy } {
  const report = judgeExperiment(experiment, {
    treatment: 'creative',
    outcome: 'response',
    propensities: 'equal shares',
    seed,
  })
  return { report, policy: policyOf(report, experiment) }
}

/** The arms a report decides on: by its columns, broad's elsewhere. */
export function policyOf(report: GuardReport, { arms, columns }: Experiment): MarketPolicy {
  const broad = arms.indexOf(report.experiment.broadArm)
  const used = report.columns.map((name) => columns.findIndex((column) => column.name === name))
  const armOf = new Map(
    report.actions.map(({ segment, arm }) => [
      JSON.stringify(report.columns.map((name) => segment[name])),
      arms.indexOf(arm),
    ]),
  )
  return (codes) => armOf.get(JSON.stringify(used.map((at) => columns[at]!.values[codes[at]!]))) ?? broad
}
