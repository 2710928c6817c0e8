import { loadActiveCampaigns } from '../decision/active-campaigns.ts'
import { type CheckOptions, checkCampaign } from '../guard/check-campaign.ts'
import { loadHistory } from '../guard/load-history.ts'
import { readCheck } from '../guard/require-checked.ts'
import type { Ports } from '../ports/ports.ts'

type CheckAgainPorts = Pick<Ports, 'documents' | 'blobs' | 'files' | 'mentions' | 'counters' | 'clock'>

export interface CheckedAgain {
  readonly campaign: string
  readonly verdict: string
  /** It was overridden before, and is again for the same reason. */
  readonly overridden: boolean
}

/**
 * Checks again, after `change`, every campaign that was checked before it: a person less in the population would else
 * take them all off the air. An override is kept with its reason and who gave it.
 */
export async function checkAgainAfter(
  ports: CheckAgainPorts,
  { fingerprint, fonts }: Pick<CheckOptions, 'fingerprint' | 'fonts'>,
  change: () => Promise<void>,
): Promise<readonly CheckedAgain[]> {
  // Of a campaign whose edit waits for a check, nothing is to be checked by itself.
  const { states } = await loadActiveCampaigns(ports, { publicUrl: '', fingerprint, population: undefined })
  const active = states.filter((state) => state.active)
  await change()
  const checked: CheckedAgain[] = []
  for (const { campaign, revision } of active) {
    const override = (await readCheck(ports, campaign, revision))?.override
    const { verdict } = await checkCampaign(ports, campaign, {
      fingerprint,
      fonts,
      history: await loadHistory(ports, campaign),
      ...(override && { override: { reason: override.reason, who: override.who } }),
    })
    checked.push({ campaign, verdict, overridden: override !== undefined })
  }
  return checked
}
