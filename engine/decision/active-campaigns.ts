import { PolyadError } from '../../core/errors.ts'
import type { Population } from '../../segments/population.ts'
import { keepCheckedPlan, loadKeptPlan, readCheckedPlan } from '../campaign/checked-plans.ts'
import { type LoadedPlan, type LoadPlanPorts, loadPlan } from '../campaign/load-plan.ts'
import { requireChecked } from '../guard/require-checked.ts'
import { createSpace } from '../space/space.ts'
import { withSizesOf } from './resized-segments.ts'

/** Whether a campaign may be served, and if not, why. */
export type CampaignState =
  | {
      readonly campaign: string
      readonly active: true
      /** That serves. */
      readonly revision: number
      /** Why it is not what the campaign's file says now: that waits, and this is the last that was checked. */
      readonly waiting?: { readonly code: string; readonly reason: string }
    }
  | { readonly campaign: string; readonly active: false; readonly code: string; readonly reason: string }

export interface ActiveCampaigns {
  readonly loaded: readonly LoadedPlan[]
  /** Every campaign of the workspace, in text order. */
  readonly states: readonly CampaignState[]
}

export interface ActiveOptions {
  readonly publicUrl: string
  readonly fingerprint: string
  /** The people there are now; undefined: nothing was imported yet. */
  readonly population: Population | undefined
}

/** Failures that an edit brings about: what was checked before it may go on. Others, as of the ledger, stop all of it. */
const OF_EDITS: ReadonlySet<string> = new Set([
  'CHECK_MISSING',
  'CHECK_REFUSED',
  'INPUT_INVALID',
  'NOT_FOUND',
  'PICTURE_INVALID',
  'SPACE_EMPTY',
  'SPACE_TOO_LARGE',
])

/**
 * The newest revision of every campaign that its check lets through. Of one that was edited, or whose segments, template
 * or population changed, the plan that was last checked goes on being served, as it was compiled then, until there is
 * another check. One that was never checked, or was refused, is told with its reason and keeps no other from being
 * served.
 */
export async function loadActiveCampaigns(
  ports: LoadPlanPorts,
  options: ActiveOptions,
): Promise<ActiveCampaigns> {
  const loaded: LoadedPlan[] = []
  const states: CampaignState[] = []
  for (const campaign of await ports.documents.list('campaign')) {
    try {
      const plan = await loadNewest(ports, campaign, options)
      loaded.push(plan)
      states.push({ campaign, active: true, revision: plan.plan.revision })
    } catch (error) {
      const { code, message: reason } = known(error)
      const last = OF_EDITS.has(code) ? await loadLastChecked(ports, campaign, options) : undefined
      if (last) loaded.push(last)
      states.push(
        last
          ? { campaign, active: true, revision: last.plan.revision, waiting: { code, reason } }
          : { campaign, active: false, code, reason },
      )
    }
  }
  return { loaded, states }
}

async function loadNewest(
  ports: LoadPlanPorts,
  campaign: string,
  options: ActiveOptions,
): Promise<LoadedPlan> {
  const { publicUrl, fingerprint } = options
  const plan = await loadPlan(ports, campaign, { publicUrl, fingerprint })
  await requireChecked(ports, plan.plan)
  // Compiled here, so that a campaign that cannot be is told apart; it is kept for the decisions.
  createSpace(plan.plan)
  await keepCheckedPlan(ports, campaign, { revision: plan.plan.revision, planHash: plan.planHash })
  return plan
}

/** Undefined when there is none, or it may not be served any more: then the newest one's reason says enough. */
async function loadLastChecked(
  ports: LoadPlanPorts,
  campaign: string,
  options: ActiveOptions,
): Promise<LoadedPlan | undefined> {
  try {
    const checked = await readCheckedPlan(ports, campaign)
    if (!checked) return undefined
    const { plan, planHash } = await loadKeptPlan(ports, checked.planHash, options)
    // A check of the same revision on another population may have refused it since.
    await requireChecked(ports, plan)
    const { population } = options
    if (!population) return undefined
    const sized = population.hash === plan.populationHash ? plan : withSizesOf(plan, population)
    createSpace(sized)
    return { plan: sized, planHash }
  } catch (error) {
    known(error)
    return undefined
  }
}

/** A failure that is not in the catalogue is a bug, not a state of the campaign. */
function known(error: unknown): PolyadError {
  if (error instanceof PolyadError) return error
  throw error
}
