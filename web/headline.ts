import type { CampaignListing, CheckReport, Report } from './api-client.ts'
import { byId, element, replace } from './dom.ts'
import { count, percent, shortCount } from './format.ts'

/** One sentence: which revision, what the guard said, and why nothing is served when nothing is. */
export function showState({ active, reason }: CampaignListing, check: CheckReport | undefined): void {
  const verdict = check
    ? `Revision ${check.revision}: ${check.verdict === 'passed' ? 'let through by the guard' : check.override ? 'refused by the guard, and overridden' : 'refused by the guard'}.`
    : 'This revision has not been checked yet.'
  const idle = active === false && reason ? ` Not served: ${reason}.` : ''
  byId('headline-text').textContent = verdict + idle
}

/** The large numbers at the top; a dash where there is nothing to tell. */
export function showFigures(report: Report | undefined, check: CheckReport | undefined): void {
  const badge = byId('simulated')
  badge.hidden = !report?.simulated
  badge.textContent = report?.simulated === 'mixed' ? 'Partly simulated traffic' : 'Simulated traffic'

  const totals = report?.totals
  const clickRate = totals && totals.impressions > 0 ? totals.clicks / totals.impressions : undefined
  replace(
    byId('headline'),
    figure('Ad units', check?.adUnits.count),
    figure('Segments', check?.before.leaves),
    figure('People served', totals?.people),
    figure('Impressions', totals?.impressions),
    figure('Clicks', totals?.clicks),
    tile('Clicks per impression', clickRate === undefined ? '–' : percent(clickRate)),
  )
}

/** A count, short, with the whole number at hand. */
function figure(label: string, value: number | string | undefined): HTMLElement {
  if (value === undefined) return tile(label, '–')
  const [short, whole] = [shortCount(value), count(value)]
  return tile(label, short, short === whole ? undefined : whole)
}

function tile(label: string, shown: string, title?: string): HTMLElement {
  return element(
    'div',
    { class: 'figure' },
    element('dt', {}, label),
    element('dd', title ? { title } : {}, shown),
  )
}
