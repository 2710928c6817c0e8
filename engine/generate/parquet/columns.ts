import type { Plan } from '../../campaign/plan.ts'

/** One column of the file, a leaf of its schema. */
export interface ParquetColumn {
  /** Names from the root: one, or two for a slot. */
  readonly path: readonly string[]
  readonly type: 'text' | 'int32' | 'int64'
  /** Whether a row may have no value. */
  readonly isOptional: boolean
  /** How values are kept; see columnsOf. */
  readonly encoding: 'dictionary' | 'front-coded' | 'deltas' | 'plain'
}

/** Group of the columns of the slots. */
export const SLOTS = 'slots'

/** Ranks below this can be written as differences of 32 bits, in any order. */
const MOST_FOR_DELTAS = 2n ** 30n
const MOST_FOR_INT64 = 2n ** 63n

const dictionary = (name: string, type: ParquetColumn['type'] = 'text'): ParquetColumn => ({
  path: [name],
  type,
  isOptional: false,
  encoding: 'dictionary',
})
const frontCoded = (name: string): ParquetColumn => ({
  path: [name],
  type: 'text',
  isOptional: false,
  encoding: 'front-coded',
})

/**
 * The columns of a plan's Parquet file: the fields of a JSONL row in their order, `slots` a group of one column a slot.
 * What repeats is a dictionary; id, click-through URL and image, which begin like those of the row before, are
 * front-coded. `rank` is INT64, and a decimal text in a plan of 2^63 ad units or more.
 */
export function columnsOf(plan: Plan, count: bigint): readonly ParquetColumn[] {
  return [
    frontCoded('id'),
    rankColumn(count),
    dictionary('campaign'),
    dictionary('revision', 'int32'),
    dictionary('segment'),
    dictionary('segmentTitle'),
    dictionary('locale'),
    dictionary('placement'),
    dictionary('widthPx', 'int32'),
    dictionary('heightPx', 'int32'),
    ...plan.campaign.slots.map(
      ({ slot }): ParquetColumn => ({
        path: [SLOTS, slot],
        type: 'text',
        isOptional: true,
        encoding: 'dictionary',
      }),
    ),
    frontCoded('clickThroughUrl'),
    frontCoded('image'),
  ]
}

/** How ranks of a line of so many ad units are kept: in INT64 as differences or plain, or as texts. */
export function rankEncoding(count: bigint): 'deltas' | 'plain' | 'front-coded' {
  if (count > MOST_FOR_INT64) return 'front-coded'
  return count <= MOST_FOR_DELTAS ? 'deltas' : 'plain'
}

function rankColumn(count: bigint): ParquetColumn {
  const encoding = rankEncoding(count)
  return { path: ['rank'], type: encoding === 'front-coded' ? 'text' : 'int64', isOptional: false, encoding }
}
