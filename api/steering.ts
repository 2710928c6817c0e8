import { weightsInService } from '../engine/allocation/weights-in-service.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import type { Steering } from '../engine/decision/steering.ts'
import { type Merge, readMerges } from '../engine/guard/moves/merges.ts'
import { servedBy } from '../engine/guard/moves/served-by.ts'
import type { Ports } from '../engine/ports/ports.ts'
import { widerSegments } from '../engine/reporting/wider-segments.ts'

/** A campaign's steering, and what it was read from. */
export interface LoadedSteering extends Steering {
  readonly merged: readonly Merge[]
  /** Changes when merged leaves do. */
  readonly mergesHash: string | null
}

/** What steers a served plan now: the weights in service, and which segments serve its merged leaves. */
export async function loadSteering(ports: Pick<Ports, 'documents'>, plan: Plan): Promise<LoadedSteering> {
  const name = plan.campaign.name
  // Read before what it names, so that a change between the two is seen at the next look.
  const mergesHash = (await ports.documents.read('merges', name))?.hash ?? null
  const { merged } = await readMerges(ports, name)
  const leaves = merged.map(({ leaf }) => leaf)
  const widerOf = leaves.length > 0 ? await widerSegments(ports, plan.campaign) : () => []
  return {
    weights: await weightsInService(ports, plan),
    servedBy: servedBy(plan, leaves, widerOf),
    merged,
    mergesHash,
  }
}
