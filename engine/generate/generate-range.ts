import type { Plan } from '../campaign/plan.ts'

export interface GenerateOptions {
  readonly format: 'jsonl' | 'csv'
  /** CSV: begin with the header line. Only the range that starts the output has it. */
  readonly header?: boolean
  /** Ranks are positions in the seeded sample of this seed (engine/space/sample.ts), not in the number line. */
  readonly sampleSeed?: string
}

/** The rows of ranks [fromRank, toRank) as bytes. */
export function generateRange(
  plan: Plan,
  fromRank: bigint,
  toRank: bigint,
  options: GenerateOptions,
): Uint8Array {
  throw new Error(`not built yet: ${plan.campaign.name} ${fromRank} ${toRank} ${options.format}`)
}
