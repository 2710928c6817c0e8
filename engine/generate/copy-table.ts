import type { Plan } from '../campaign/plan.ts'

/** An asset whose copy cannot be rendered for some segments: it is not used there. */
export interface CopyProblem {
  readonly slot: string
  readonly asset: string
  readonly locale: string
  /** How many segments it fails for, and the first of them. */
  readonly segments: number
  readonly example: string
  /** What is wrong, for people. */
  readonly problem: string
}

/** Every text of a plan, rendered once for each distinct (asset, labels it mentions, locale). */
export interface CopyTable {
  /** The text of an asset, undefined where the asset has none for the locale or it cannot be rendered. */
  text(slot: string, asset: string, locale: string, segment: string): string | undefined
  readonly problems: readonly CopyProblem[]
}

/** The copy of a plan; rendered once for a plan object. */
export function createCopyTable(plan: Plan): CopyTable {
  throw new Error(`not built yet: ${plan.campaign.name}`)
}
