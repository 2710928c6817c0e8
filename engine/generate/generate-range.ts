import { PolyadError } from '../../core/errors.ts'
import type { Plan } from '../campaign/plan.ts'
import { createSampler } from '../space/sample.ts'
import { createSpace } from '../space/space.ts'
import { createDecimal } from './decimal.ts'
import { createRowEncoder } from './row-encoder.ts'
import { csvFormat, jsonlFormat } from './row-format.ts'
import { ranksFrom } from './selection.ts'

/** Options of a `generate` job: plain JSON. */
export interface GenerateOptions {
  readonly format: 'jsonl' | 'csv'
  /** Begin with the format's header line: only the range that starts the output does. */
  readonly header?: boolean
  /** Ranks are positions in the seeded sample of this seed (engine/space/sample.ts), not on the number line. */
  readonly sampleSeed?: string
  /** The range's ranks themselves (selection.ts, ranksText); from and to are then positions in a list. */
  readonly ranks?: string
}

/**
 * The rows of ranks [fromRank, toRank) as bytes, ready to be put after those of the range before it.
 *
 * @throws PolyadError RANK_OUT_OF_RANGE
 */
export function generateRange(
  plan: Plan,
  fromRank: bigint,
  toRank: bigint,
  options: GenerateOptions,
): Uint8Array {
  const space = createSpace(plan)
  if (fromRank < 0n || toRank < fromRank || toRank > space.count) {
    const rank = fromRank < 0n ? fromRank : toRank
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank: String(rank), count: String(space.count) })
  }
  const format = options.format === 'csv' ? csvFormat(plan) : jsonlFormat(plan)
  const rows = createRowEncoder(plan, format, options.header ? format.header : '')
  const cursor = space.cursor()
  const decimal = createDecimal(String(space.count).length)
  const writeAt = (rank: bigint): void => {
    cursor.seek(rank)
    decimal.set(rank)
    rows.write(cursor.values, 0, decimal)
  }
  if (options.ranks !== undefined) {
    for (const rank of ranksFrom(options.ranks)) writeAt(rank)
  } else if (options.sampleSeed !== undefined) {
    const sampler = createSampler(space.count, options.sampleSeed)
    for (let at = fromRank; at < toRank; at++) writeAt(sampler.rankAt(at))
  } else if (fromRank < toRank) {
    writeAt(fromRank)
    for (let left = Number(toRank - fromRank) - 1; left > 0; left--) {
      const changed = cursor.next()
      decimal.increment()
      rows.write(cursor.values, changed, decimal)
    }
  }
  return rows.finish()
}
