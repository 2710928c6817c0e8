import type { Blobs } from '../ports/blobs.ts'
import type { Ports } from '../ports/ports.ts'
import type { Plan } from './plan.ts'

export interface LoadedPlan {
  readonly plan: Plan
  readonly planHash: string
}

export interface LoadPlanOptions {
  readonly publicUrl: string
  /** Default the newest. */
  readonly revision?: number
  readonly fingerprint: string
}

/** Compiles a campaign to its plan and keeps it as a blob. */
export async function loadPlan(
  ports: Pick<Ports, 'documents' | 'blobs' | 'files'>,
  name: string,
  options: LoadPlanOptions,
): Promise<LoadedPlan> {
  throw new Error(`not built yet: ${name} ${options.publicUrl} ${typeof ports.blobs}`)
}

/** A stored plan by its hash, undefined when there is none. */
export async function loadPlanByHash(blobs: Blobs, hash: string): Promise<Plan | undefined> {
  const bytes = await blobs.get(hash)
  return bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as Plan)
}
