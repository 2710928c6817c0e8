import { PolyadError } from '../../core/errors.ts'
import type { Plan } from '../campaign/plan.ts'
import { chosenUnits } from './chosen.ts'
import { createRowEncoder } from './row-encoder.ts'
import { csvFormat, jsonlFormat } from './row-format.ts'

/** Options of a `generate` job: plain JSON. */
export interface GenerateOptions {
  readonly format: 'jsonl' | 'csv'
  /** Begin with the format's header line: only the range that starts the output does. */
  readonly header?: boolean
  /** Ranks are places among the ad units that this chooses (engine/generate/chosen.ts), not on the number line. */
  readonly choice?: string
}

/**
 * The rows of ranks [fromRank, toRank) as bytes, ready to be put after those of the range before it.
 *
 * @throws PolyadError RANK_OUT_OF_RANGE, and what chosenUnits throws
 */
export function generateRange(
  plan: Plan,
  fromRank: bigint,
  toRank: bigint,
  options: GenerateOptions,
): Uint8Array {
  const chosen = chosenUnits(plan, options.choice)
  if (fromRank < 0n || toRank < fromRank || toRank > chosen.count) {
    const rank = fromRank < 0n ? fromRank : toRank
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank: String(rank), count: String(chosen.count) })
  }
  const format = options.format === 'csv' ? csvFormat(plan) : jsonlFormat(plan)
  const rows = createRowEncoder(plan, format, options.header ? format.header : '')
  chosen.visit(fromRank, toRank, rows.write)
  return rows.finish()
}
