import type { Plan } from '../campaign/plan.ts'
import { createSpace } from '../space/space.ts'
import type { GenerateOptions } from './generate-range.ts'
import { parquetFooter, type RowGroupNote } from './parquet/footer.ts'
import { rowGroupOf } from './parquet/row-group.ts'

/** How the parts of a run become one file. */
export interface FileContent {
  /** The bytes of a part as they stand in the file, and what its end must know of it: empty where it needs nothing. */
  of(part: Uint8Array): { readonly bytes: Uint8Array; readonly note: string }
  /** The end of the file after parts with these notes. */
  end(notes: readonly string[]): Uint8Array
}

export function fileContent(plan: Plan, format: GenerateOptions['format']): FileContent {
  if (format !== 'parquet') {
    return { of: (bytes) => ({ bytes, note: '' }), end: () => new Uint8Array() }
  }
  return {
    of: rowGroupOf,
    end: (notes) =>
      parquetFooter(
        plan,
        createSpace(plan).count,
        notes.map((note) => JSON.parse(note) as RowGroupNote),
      ),
  }
}
