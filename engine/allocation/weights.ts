/**
 * How likely each option of each slot is, relative to the other options that are allowed beside it. A walk down the
 * diagram draws an option in proportion to its weight among those of its node, so the propensity is an exact product.
 */
export interface Weights {
  /**
   * Written into every decision record; with campaign, revision, segment, locale and placement it names the
   * probabilities. The stored weights are read back by it (stored-weights.ts).
   */
  readonly version: number
  /**
   * Relative weight of an asset in a slot, at least 0.
   *
   * @param asset undefined where the slot is absent
   * @param segment whose ad unit is drawn: the leaf, a wider segment that serves it, or broad
   */
  weight(slot: string, asset: string | undefined, segment: string): number
  /** Least share any allowed option of a node keeps, 0..1; where options are too many it is their even share. */
  readonly floor: number
}

/** Version 0: every allowed option alike. */
export const EVEN_WEIGHTS: Weights = { version: 0, weight: () => 1, floor: 0 }
