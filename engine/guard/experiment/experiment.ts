/**
 * A randomised experiment as columns: one row a person, or one row for several people of the same arm and segments.
 * Every array has `rows` entries.
 */
export interface Experiment {
  readonly rows: number
  /** Names of the arms; `arm` holds their positions. */
  readonly arms: readonly string[]
  readonly arm: Uint16Array
  readonly outcome: Outcome
  /** People of each row; undefined: one each. */
  readonly people: Float64Array | undefined
  /** Probability with which the row's people got their arm, in (0, 1]. */
  readonly propensity: Float64Array
  readonly columns: readonly SegmentColumn[]
}

export interface Outcome {
  /** binary: 0 or 1 a person; count: whole numbers; money: any amounts. */
  readonly kind: 'binary' | 'count' | 'money'
  /** Sum over the row's people. */
  readonly sums: Float64Array
  /** Sum of squares over the row's people. */
  readonly squares: Float64Array
}

/** One way to split people: a value for each row. */
export interface SegmentColumn {
  readonly name: string
  readonly values: readonly string[]
  /** Positions in `values`. */
  readonly codes: Uint32Array
}
