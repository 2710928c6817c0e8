import type { Plan } from '../campaign/plan.ts'
import type { Ports } from '../ports/ports.ts'

export interface GenerateRequest {
  readonly plan: Plan
  readonly planHash: string
  readonly format: 'jsonl' | 'csv'
  /** Default the whole number line. */
  readonly fromRank?: bigint
  /** Not included. */
  readonly toRank?: bigint
  /** Instead of a window: this many ad units drawn without replacement. */
  readonly sample?: { readonly size: bigint; readonly seed: string }
  readonly signal?: AbortSignal
  /** Ad units written so far, and in all. */
  readonly onProgress?: (done: bigint, total: bigint) => void
}

/** The rows of a campaign, in rank order for any number of workers. */
export function generateCampaign(
  ports: Pick<Ports, 'jobs'>,
  request: GenerateRequest,
): AsyncIterable<Uint8Array> {
  throw new Error(`not built yet: ${request.planHash} ${typeof ports.jobs}`)
}
