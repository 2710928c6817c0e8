/** One row of a source, by column or field name. Values are text in CSV, any JSON value in JSONL. */
export type Row = Readonly<Record<string, unknown>>

/**
 * A row, or why it could not be read. `line` is the physical line of the file on which the row starts, from 1.
 * `reject` is a reason that rows share, so that it can be counted; `text` is the start of the row, for the people who
 * mend it.
 */
export type RowOrReject =
  | { readonly line: number; readonly row: Row }
  | { readonly line: number; readonly reject: string; readonly text: string }

/** A row that was not taken. */
export interface RejectedRow {
  readonly line: number
  readonly reason: string
  /** At most REJECTED_TEXT_CHARACTERS of the row. */
  readonly text: string
}

export const REJECTED_TEXT_CHARACTERS = 500
