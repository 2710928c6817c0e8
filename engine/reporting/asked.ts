import type { Campaign } from '../campaign/campaign.ts'
import { DELIVERY_DEFAULTS } from '../campaign/delivery-settings.ts'
import type { DeliveryHistory, DeliveryOutcome } from '../ports/delivery-history.ts'
import type { Report } from './report.ts'
import { wholeNumber } from './text-table.ts'

/** What a report calls each outcome, in the order it tells them. */
const WORDS: Readonly<Record<DeliveryOutcome, string>> = {
  served: 'served',
  holdout: 'held out',
  capped: 'capped',
  throttled: 'throttled',
  spent: 'with the budget spent',
  'day-part': 'outside its hours',
  paused: 'while paused',
}

/** How often a campaign was asked for an ad on some days, and what came of it. */
export async function askedOf(
  history: Pick<DeliveryHistory, 'outcomes'>,
  campaign: string,
  days: { readonly fromDay?: string; readonly toDay?: string },
): Promise<NonNullable<Report['asked']>> {
  const counts = Object.fromEntries(Object.keys(WORDS).map((outcome) => [outcome, 0])) as Record<
    DeliveryOutcome,
    number
  >
  for (const { outcome, requests } of await history.outcomes({ campaign, ...days })) {
    counts[outcome] += requests
  }
  const requests = Object.values(counts).reduce((sum, each) => sum + each, 0)
  const told = (Object.keys(WORDS) as DeliveryOutcome[])
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${wholeNumber(counts[outcome])} ${WORDS[outcome]}`)
  const text =
    requests === 0
      ? 'No request it could have answered is on record.'
      : `Asked ${wholeNumber(requests)} times: ${told.join(', ')}.`
  return { requests, outcomes: counts, text }
}

/** What the numbers a person may be read as, where people are not whom the campaign assigns. */
export function assignedByText({ assignment }: Pick<Campaign, 'assignment'>): string | null {
  switch (assignment ?? DELIVERY_DEFAULTS.assignment) {
    case 'user':
      return null
    case 'session':
      return (
        'Assigned by session: every "person" here is a session. What somebody does in a later session is not counted to ' +
        'its ad, and one person may be in both arms, which draws differences towards 0.'
      )
    case 'none':
      return (
        'Assigned by nobody: every request was drawn for itself, so nothing is known a person and narrow is not ' +
        'compared with broad; rates an impression stand.'
      )
  }
}
