import { EVEN_WEIGHTS, type Weights } from '../allocation/weights.ts'

/** What moves a campaign's traffic while it runs, without a new revision. */
export interface Steering {
  /** How the options of slots are drawn. */
  readonly weights: Weights
  /**
   * By leaf that was merged (engine/guard/moves/): the segment whose ads its people get instead, a wider one of the
   * campaign or broad.
   */
  readonly servedBy: ReadonlyMap<string, string>
}

/** Every option alike, every leaf by itself. */
export const NO_STEERING: Steering = { weights: EVEN_WEIGHTS, servedBy: new Map() }
