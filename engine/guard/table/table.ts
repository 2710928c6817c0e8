/** What one place of a table holds; null where it is empty. */
export type Cell = string | number | boolean | null

/** Some rows of a table, column by column. */
export interface TableBatch {
  /** The line of each row, or its number where the file has no lines; from 1. */
  readonly places: readonly number[]
  /** Cells of the columns asked for, in their order, one for each place. */
  readonly cells: readonly (readonly Cell[])[]
  /** Rows that could not be read, in neither of the above. */
  readonly rejects: readonly { readonly place: number; readonly reason: string }[]
}

/** A file of rows with named columns. */
export interface Table {
  readonly path: string
  readonly columns: readonly string[]
  /** What a row's place is called. */
  readonly places: 'line' | 'row'
  /** The rows in file order, with these columns. */
  batches(columns: readonly string[]): AsyncIterable<TableBatch>
  close(): void
}

export type OutcomeKind = 'binary' | 'count' | 'money'

/** A column that people are split by; numbers may be cut into bins first. */
export interface SegmentChoice {
  readonly column: string
  /** So many bins of about as many people each, or the values at which one bin ends and the next begins. */
  readonly bins?: { readonly quantiles: number } | { readonly edges: readonly number[] }
}

/** What the columns of an experiment's table mean. */
export interface TableRoles {
  /** The arm a person got. */
  readonly treatment: string
  /** What the person did; the row's sum where rows hold several people. */
  readonly outcome: string
  /** Found from the data when not given. */
  readonly kind?: OutcomeKind
  readonly segments: readonly SegmentChoice[]
  /** Probability of the arm the row got, in (0, 1]. */
  readonly propensity?: string
  /** People of the row; one each without it. */
  readonly count?: string
  /** Sum of squares over the row's people. */
  readonly squares?: string
  /** Tells people apart, to find those who are there twice. */
  readonly person?: string
}
