import { type Static, Type } from 'typebox'
import { createDoor } from '../../core/schema.ts'
import type { Ports } from '../ports/ports.ts'

/** Document `plan`, named CAMPAIGN@REVISION. */
const KeptPlanSchema = Type.Object(
  { planHash: Type.String({ pattern: '^[0-9a-f]{64}$' }) },
  { additionalProperties: false },
)

const readKept = createDoor('kept plan', KeptPlanSchema)

/** What a revision of a campaign was compiled to while it was the newest. */
export interface KeptPlan extends Readonly<Static<typeof KeptPlanSchema>> {
  /** When it was first compiled to this plan, Unix ms. */
  readonly atMs: number
}

/**
 * Remembers what a revision was compiled to, in the place of what it was compiled to before. A revision of the document
 * says nothing of the segments, the template and the pictures of its time; its plan has them all.
 */
export async function keepPlan(
  { documents }: Pick<Ports, 'documents'>,
  campaign: string,
  revision: number,
  planHash: string,
): Promise<void> {
  const name = keptName(campaign, revision)
  const before = await documents.read('plan', name)
  // Most commands compile what was compiled before: they need not wait for their turn to write.
  if (before && readKept(before.body, name).planHash === planHash) return
  await documents.write('plan', name, { planHash })
}

/** The plan a revision is remembered as, undefined when it was never compiled while it was the newest. */
export async function readKeptPlan(
  { documents }: Pick<Ports, 'documents'>,
  campaign: string,
  revision: number,
): Promise<KeptPlan | undefined> {
  const name = keptName(campaign, revision)
  const kept = await documents.read('plan', name)
  return kept && { ...readKept(kept.body, `plan ${name}`), atMs: kept.atMs }
}

function keptName(campaign: string, revision: number): string {
  return `${campaign}@${revision}`
}
