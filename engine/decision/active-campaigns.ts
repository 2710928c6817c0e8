import { PolyadError } from '../../core/errors.ts'
import { type LoadedPlan, type LoadPlanPorts, loadPlan } from '../campaign/load-plan.ts'
import { requireChecked } from '../guard/require-checked.ts'
import { createSpace } from '../space/space.ts'

/** Whether a campaign may be served, and if not, why. */
export type CampaignState =
  | { readonly campaign: string; readonly active: true; readonly revision: number }
  | { readonly campaign: string; readonly active: false; readonly code: string; readonly reason: string }

export interface ActiveCampaigns {
  readonly loaded: readonly LoadedPlan[]
  /** Every campaign of the workspace, in text order. */
  readonly states: readonly CampaignState[]
}

/**
 * The newest revision of every campaign that its check lets through. One that cannot be compiled or was refused is
 * told with its reason and keeps no other from being served.
 */
export async function loadActiveCampaigns(
  ports: LoadPlanPorts,
  options: { readonly publicUrl: string; readonly fingerprint: string },
): Promise<ActiveCampaigns> {
  const loaded: LoadedPlan[] = []
  const states: CampaignState[] = []
  for (const campaign of await ports.documents.list('campaign')) {
    try {
      const plan = await loadPlan(ports, campaign, options)
      await requireChecked(ports, plan.plan)
      // Compiled here, so that a campaign that cannot be is told apart; it is kept for the decisions.
      createSpace(plan.plan)
      loaded.push(plan)
      states.push({ campaign, active: true, revision: plan.plan.revision })
    } catch (error) {
      // A failure that is not in the catalogue is a bug, not a state of the campaign.
      if (!(error instanceof PolyadError)) throw error
      states.push({ campaign, active: false, code: error.code, reason: error.message })
    }
  }
  return { loaded, states }
}
