import { PolyadError } from '../../core/errors.ts'
import type { Plan } from '../campaign/plan.ts'
import { chosenUnits } from './chosen.ts'
import type { Decimal } from './decimal.ts'
import { createRowGroupEncoder } from './parquet/row-group.ts'
import { createRowEncoder, type TakeBytes } from './row-encoder.ts'
import { rowFormat, type TextFormat } from './row-format.ts'

/** Options of a `generate` job: plain JSON. */
export interface GenerateOptions {
  readonly format: TextFormat | 'parquet'
  /** Begin with what the format begins with, e.g. its header line: only the range that starts the output does. */
  readonly header?: boolean
  /** Ranks are places among the ad units that this chooses (engine/generate/chosen.ts), not on the number line. */
  readonly choice?: string
}

/** Takes ad units one after another; see RowEncoder. */
interface UnitWriter {
  write(values: Int32Array, changed: number, rank: Decimal): void
  finish(): void
}

/**
 * Hands the rows of ranks [fromRank, toRank) to `take`, piece by piece, to be put after those of the range before it.
 * Of Parquet it is one row group with its note in front (parquet/row-group.ts).
 *
 * @throws PolyadError RANK_OUT_OF_RANGE
 */
export function encodeRange(
  plan: Plan,
  fromRank: bigint,
  toRank: bigint,
  options: GenerateOptions,
  take: TakeBytes,
): void {
  const chosen = chosenUnits(plan, options.choice)
  if (fromRank < 0n || toRank < fromRank || toRank > chosen.count) {
    const rank = fromRank < 0n ? fromRank : toRank
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank: String(rank), count: String(chosen.count) })
  }
  const units = createUnitWriter(plan, options, take)
  chosen.visit(fromRank, toRank, units.write)
  units.finish()
}

function createUnitWriter(plan: Plan, options: GenerateOptions, take: TakeBytes): UnitWriter {
  if (options.format === 'parquet') return createRowGroupEncoder(plan, options.header ?? false, take)
  const format = rowFormat(plan, options.format)
  return createRowEncoder(plan, format, options.header ? format.header : '', take)
}

/** As encodeRange, all bytes at once. */
export function generateRange(
  plan: Plan,
  fromRank: bigint,
  toRank: bigint,
  options: GenerateOptions,
): Uint8Array {
  const parts: Uint8Array[] = []
  encodeRange(plan, fromRank, toRank, options, (bytes) => parts.push(bytes.slice()))
  if (parts.length === 1) return parts[0]!
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
