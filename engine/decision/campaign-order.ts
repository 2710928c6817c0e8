import type { Stream } from '../../core/stream.ts'
import { DEFAULTS } from '../campaign/campaign.ts'
import type { LiveCampaign } from './live-campaign.ts'

/** What a campaign goes before others by: the highest first. */
export function priorityOf({ plan }: LiveCampaign): number {
  return plan.campaign.priority ?? DEFAULTS.priority
}

/**
 * Which of these campaigns is asked next: one of the highest priority, by lot. The lot is drawn whoever the viewer is, so
 * no campaign's arms are favoured.
 *
 * @param campaigns at least one
 * @returns its position
 */
export function firstCampaign(campaigns: readonly LiveCampaign[], stream: Stream): number {
  if (campaigns.length === 1) return 0
  const highest = Math.max(...campaigns.map(priorityOf))
  const first = [...campaigns.keys()].filter((at) => priorityOf(campaigns[at]!) === highest)
  return first.length === 1 ? first[0]! : first[stream.integer(first.length)]!
}
