import { allocationFloor, allocationRule } from '../campaign/allocation.ts'
import type { Plan } from '../campaign/plan.ts'
import type { Ports } from '../ports/ports.ts'
import { readStoredWeights, type StoredWeights, weightsFrom } from './stored-weights.ts'
import { EVEN_WEIGHTS, type Weights } from './weights.ts'

/**
 * The weights that a served revision is drawn by. Fixed ones are stored here, so that their version can be read back;
 * until something was learnt the options of `thompson` are drawn evenly.
 */
export async function weightsInService(ports: Pick<Ports, 'documents'>, plan: Plan): Promise<Weights> {
  const { campaign } = plan
  const rule = allocationRule(campaign)
  if (rule === 'even') return EVEN_WEIGHTS
  if (rule === 'fixed') {
    const wanted = fixedWeights(plan)
    return weightsFrom(wanted, (await ports.documents.write('weights', campaign.name, wanted)).revision)
  }
  const found = await readStoredWeights(ports, campaign.name)
  return found?.stored.rule === rule ? weightsFrom(found.stored, found.version) : EVEN_WEIGHTS
}

/** What a campaign with fixed weights says, as it is stored. */
export function fixedWeights({ campaign }: Plan): StoredWeights {
  const rows = [campaign.allocation?.weights ?? {}]
  return { version: 1, rule: 'fixed', floor: allocationFloor(campaign), rows, segments: {} }
}
