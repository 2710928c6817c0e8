import { PolyadError } from '../../core/errors.ts'
import { readKeptPlan } from '../campaign/kept-plans.ts'
import { type LoadPlanPorts, loadPlan, loadPlanByHash } from '../campaign/load-plan.ts'
import type { Plan } from '../campaign/plan.ts'

/**
 * Where the plan of a revision comes from. `kept`: as it was last compiled while it was the newest. `now`: compiled of
 * what the workspace holds. `rebuilt`: it was never compiled in its time; its document with the segments, template and
 * pictures of today.
 */
export type RevisionSource = 'kept' | 'now' | 'rebuilt'

export interface LoadedRevision {
  readonly plan: Plan
  readonly source: RevisionSource
  /** When a kept plan was first compiled, Unix ms. */
  readonly atMs: number | undefined
}

/**
 * A revision of a campaign as it was, as far as that is known.
 *
 * @param revision default the newest, as the workspace has it now
 * @throws PolyadError NOT_FOUND saying which revisions there are; INPUT_INVALID for one that cannot be compiled
 */
export async function loadRevision(
  ports: LoadPlanPorts,
  campaign: string,
  revision: number | undefined,
  fingerprint: string,
): Promise<LoadedRevision> {
  // Looking at a revision must not change what it is remembered as.
  const options = { publicUrl: '', fingerprint, keep: false }
  if (revision === undefined) {
    return { ...(await loadPlan(ports, campaign, options)), source: 'now', atMs: undefined }
  }
  if (!(await ports.documents.readRevision('campaign', campaign, revision))) {
    throw new PolyadError('NOT_FOUND', {
      what: 'campaign revision',
      name: `${campaign}@${revision}`,
      mend: await revisionsText(ports, campaign),
    })
  }
  const kept = await readKeptPlan(ports, campaign, revision)
  if (kept && (await ports.blobs.has(kept.planHash))) {
    return { plan: await loadPlanByHash(ports.blobs, kept.planHash), source: 'kept', atMs: kept.atMs }
  }
  const newest = await ports.documents.read('campaign', campaign)
  if (newest?.revision === revision) {
    return { ...(await loadPlan(ports, campaign, options)), source: 'now', atMs: undefined }
  }
  try {
    const { plan } = await loadPlan(ports, campaign, { ...options, revision })
    return { plan, source: 'rebuilt', atMs: undefined }
  } catch (error) {
    if (!(error instanceof PolyadError)) throw error
    throw new PolyadError(
      'INPUT_INVALID',
      {
        what: 'campaign revision',
        where: `${campaign}@${revision}`,
        problem: `it was never compiled while it was the newest, and does not compile with today's files: ${error.message}`,
        mend: 'compare a revision that was checked, generated or served',
      },
      { cause: error },
    )
  }
}

/**
 * The revision before another, by number.
 *
 * @throws PolyadError NOT_FOUND
 */
export async function revisionBefore(
  ports: Pick<LoadPlanPorts, 'documents'>,
  campaign: string,
  revision: number | undefined,
): Promise<number> {
  const newest = revision ?? (await ports.documents.read('campaign', campaign))?.revision
  if (newest !== undefined && newest > 1) return newest - 1
  const mend = await revisionsText(ports, campaign)
  if (newest === undefined) throw new PolyadError('NOT_FOUND', { what: 'campaign', name: campaign, mend })
  throw new PolyadError('NOT_FOUND', {
    what: 'revision before',
    name: `${campaign}@${newest}`,
    mend: `${mend}; name the two to compare`,
  })
}

/** Which revisions there are; they count from 1 without a gap. */
async function revisionsText(
  { documents }: Pick<LoadPlanPorts, 'documents'>,
  campaign: string,
): Promise<string> {
  const newest = await documents.read('campaign', campaign)
  let last = newest?.revision ?? 0
  while (await documents.readRevision('campaign', campaign, last + 1)) last++
  if (last === 0) return `write campaigns/${campaign}.json`
  const all = last === 1 ? 'revision 1 is the only one' : `there are revisions 1 to ${last}`
  return newest && newest.revision !== last ? `${all}, the newest content is ${newest.revision}` : all
}
