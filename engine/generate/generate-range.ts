import { PolyadError } from '../../core/errors.ts'
import type { Plan } from '../campaign/plan.ts'
import { createSampler } from '../space/sample.ts'
import { createSpace } from '../space/space.ts'
import { createByteWriter } from './byte-writer.ts'
import { createRowEncoder } from './row-encoder.ts'
import { csvFormat, jsonlFormat } from './row-format.ts'

/** Options of a `generate` job: plain JSON. */
export interface GenerateOptions {
  readonly format: 'jsonl' | 'csv'
  /** Begin with the format's header line: only the range that starts the output does. */
  readonly header?: boolean
  /** Ranks are positions in the seeded sample of this seed (engine/space/sample.ts), not on the number line. */
  readonly sampleSeed?: string
}

/** A first guess, so that the buffer seldom has to grow. */
const ROW_BYTES = 640

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
  const out = createByteWriter(Number(toRank - fromRank) * ROW_BYTES)
  if (options.header) out.append(Buffer.from(format.header, 'utf8'))
  if (fromRank === toRank) return out.finish()

  const rows = createRowEncoder(plan, format)
  const cursor = space.cursor()
  if (options.sampleSeed === undefined) {
    cursor.seek(fromRank)
    for (let rank = fromRank, changed = 0; rank < toRank; rank++, changed = cursor.next()) {
      rows.write(out, cursor.values, changed, rank)
    }
  } else {
    const sampler = createSampler(space.count, options.sampleSeed)
    for (let at = fromRank; at < toRank; at++) {
      const rank = sampler.rankAt(at)
      cursor.seek(rank)
      rows.write(out, cursor.values, 0, rank)
    }
  }
  return out.finish()
}
