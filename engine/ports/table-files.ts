/** A column of a table that is written for other tools. */
export interface TableColumn {
  readonly name: string
  /** text: people's or our own words; whole: an integer below 2^53; fraction: a double. */
  readonly type: 'text' | 'whole' | 'fraction' | 'boolean'
}

export type TableCell = string | number | boolean | null

/** Rows in batches, each a cell a column. */
export type TableRows = AsyncIterable<readonly (readonly TableCell[])[]>

/** Tables as files of a format that needs a library. */
export interface TableFiles {
  /**
   * An Apache Parquet file of the rows, in their order; its bytes come when the last row has been read.
   *
   * Memory stays bounded however many rows there are; the table is kept on the disk of the machine meanwhile.
   *
   * @throws PolyadError STORAGE_FULL; errors of `rows` pass through
   */
  parquet(columns: readonly TableColumn[], rows: TableRows): AsyncIterable<Uint8Array>
}
