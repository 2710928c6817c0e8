import { type Static, Type } from 'typebox'
import { canonicalJson } from '../../core/canonical-json.ts'
import { createDoor } from '../../core/schema.ts'
import type { Ports } from '../ports/ports.ts'
import { type LoadedPlan, loadPlanByHash } from './load-plan.ts'

/** Document `checked`, named as its campaign. */
const CheckedPlanSchema = Type.Object(
  {
    revision: Type.Integer({ minimum: 1 }),
    planHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  { additionalProperties: false },
)
type CheckedPlan = Static<typeof CheckedPlanSchema>

const door = createDoor('checked plan', CheckedPlanSchema)

/** Remembers the plan that a check last let run: it goes on being served while a newer revision waits for its own. */
export async function keepCheckedPlan(
  ports: Pick<Ports, 'documents'>,
  campaign: string,
  checked: CheckedPlan,
): Promise<void> {
  const before = await readCheckedPlan(ports, campaign)
  if (before?.revision === checked.revision && before.planHash === checked.planHash) return
  await ports.documents.write('checked', campaign, checked)
}

/** The plan that a check last let run, undefined when none ever did. */
export async function readCheckedPlan(
  { documents }: Pick<Ports, 'documents'>,
  campaign: string,
): Promise<CheckedPlan | undefined> {
  const found = await documents.read('checked', campaign)
  return found && door(found.body, `checked ${campaign}`)
}

/**
 * A kept plan with the addresses and the fingerprint of this run; it is stored as that, so that its hash names what is
 * served.
 *
 * @throws PolyadError NOT_FOUND when the plan is not there any more
 */
export async function loadKeptPlan(
  { blobs }: Pick<Ports, 'blobs'>,
  planHash: string,
  { publicUrl, fingerprint }: { readonly publicUrl: string; readonly fingerprint: string },
): Promise<LoadedPlan> {
  const kept = await loadPlanByHash(blobs, planHash)
  if (kept.publicUrl === publicUrl && kept.fingerprint === fingerprint) return { plan: kept, planHash }
  const plan = { ...kept, publicUrl, fingerprint }
  return { plan, planHash: await blobs.put(Buffer.from(canonicalJson(plan), 'utf8')) }
}
