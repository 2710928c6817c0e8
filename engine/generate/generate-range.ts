import { PolyadError } from '../../core/errors.ts'
import type { Plan } from '../campaign/plan.ts'
import { createSampler } from '../space/sample.ts'
import { createSpace } from '../space/space.ts'
import { createDecimal } from './decimal.ts'
import { createRowEncoder, type TakeBytes } from './row-encoder.ts'
import { rowFormat } from './row-format.ts'

/** Options of a `generate` job: plain JSON. */
export interface GenerateOptions {
  readonly format: 'jsonl' | 'csv'
  /** Begin with the format's header line: only the range that starts the output does. */
  readonly header?: boolean
  /** Ranks are positions in the seeded sample of this seed (engine/space/sample.ts), not on the number line. */
  readonly sampleSeed?: string
}

/**
 * Hands the rows of ranks [fromRank, toRank) to `take`, piece by piece, to be put after those of the range before it.
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
  const format = rowFormat(plan, options.format)
  const rows = createRowEncoder(plan, format, options.header ? format.header : '', take)
  const cursor = space.cursor()
  const decimal = createDecimal(String(space.count).length)
  if (options.sampleSeed !== undefined) {
    const sampler = createSampler(space.count, options.sampleSeed)
    for (let at = fromRank; at < toRank; at++) {
      const rank = sampler.rankAt(at)
      cursor.seek(rank)
      decimal.set(rank)
      rows.write(cursor.values, 0, decimal)
    }
  } else if (fromRank < toRank) {
    cursor.seek(fromRank)
    decimal.set(fromRank)
    rows.write(cursor.values, 0, decimal)
    for (let left = Number(toRank - fromRank) - 1; left > 0; left--) {
      const changed = cursor.next()
      decimal.increment()
      rows.write(cursor.values, changed, decimal)
    }
  }
  rows.finish()
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
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
