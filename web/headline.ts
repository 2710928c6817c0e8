import type { CheckReport, Report } from './api-client.ts'
import { byId, element, replace } from './dom.ts'
import { count, percent, shortCount } from './format.ts'

/** Name, one sentence and the large numbers at the top. */
export function showHeadline(title: string, report: Report, check: CheckReport | undefined): void {
  byId('headline-title').textContent = title
  const badge = byId('simulated')
  badge.hidden = report.simulated === false
  badge.textContent = report.simulated === 'mixed' ? 'Partly simulated traffic' : 'Simulated traffic'
  byId('headline-text').textContent = check
    ? `Revision ${check.revision}: ${check.verdict === 'passed' ? 'let through by the guard' : 'refused by the guard'}.`
    : 'This revision has not been checked yet.'

  const { totals } = report
  const clickRate = totals.impressions > 0 ? totals.clicks / totals.impressions : undefined
  replace(
    byId('headline'),
    ...figure('Ad units', check && shortCount(check.adUnits.count), check && count(check.adUnits.count)),
    ...figure('Segments', check && count(check.before.leaves)),
    ...figure('People served', shortCount(totals.people), count(totals.people)),
    ...figure('Impressions', shortCount(totals.impressions), count(totals.impressions)),
    ...figure('Clicks', shortCount(totals.clicks), count(totals.clicks)),
    ...figure('Clicks per impression', clickRate === undefined ? undefined : percent(clickRate)),
  )
}

function figure(label: string, value: string | undefined, exact?: string): HTMLElement[] {
  const shown = element('dd', exact && exact !== value ? { title: exact } : {}, value ?? '–')
  return [element('div', { class: 'figure' }, element('dt', {}, label), shown)]
}
