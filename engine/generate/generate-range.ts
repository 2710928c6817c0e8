import { PolyadError } from '../../core/errors.ts'
import type { Plan } from '../campaign/plan.ts'
import { createSampler } from '../space/sample.ts'
import { createSpace } from '../space/space.ts'
import { createDecimal, type Decimal } from './decimal.ts'
import { createRowGroupEncoder } from './parquet/row-group.ts'
import { createRowEncoder, type TakeBytes } from './row-encoder.ts'
import { rowFormat, type TextFormat } from './row-format.ts'

/** Options of a `generate` job: plain JSON. */
export interface GenerateOptions {
  readonly format: TextFormat | 'parquet'
  /** Begin with what the format begins with, e.g. its header line: only the range that starts the output does. */
  readonly header?: boolean
  /** Ranks are positions in the seeded sample of this seed (engine/space/sample.ts), not on the number line. */
  readonly sampleSeed?: string
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
  const space = createSpace(plan)
  if (fromRank < 0n || toRank < fromRank || toRank > space.count) {
    const rank = fromRank < 0n ? fromRank : toRank
    throw new PolyadError('RANK_OUT_OF_RANGE', { rank: String(rank), count: String(space.count) })
  }
  const units = createUnitWriter(plan, options, take)
  const cursor = space.cursor()
  const decimal = createDecimal(String(space.count).length)
  if (options.sampleSeed !== undefined) {
    const sampler = createSampler(space.count, options.sampleSeed)
    for (let at = fromRank; at < toRank; at++) {
      const rank = sampler.rankAt(at)
      cursor.seek(rank)
      decimal.set(rank)
      units.write(cursor.values, 0, decimal)
    }
  } else if (fromRank < toRank) {
    cursor.seek(fromRank)
    decimal.set(fromRank)
    units.write(cursor.values, 0, decimal)
    for (let left = Number(toRank - fromRank) - 1; left > 0; left--) {
      const changed = cursor.next()
      decimal.increment()
      units.write(cursor.values, changed, decimal)
    }
  }
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
