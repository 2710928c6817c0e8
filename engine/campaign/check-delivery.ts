import { windowSecOf } from '../delivery/frequency.ts'
import type { Campaign } from './campaign.ts'
import type { FrequencyLimit } from './delivery-settings.ts'
import { type Report, suggestion } from './problem-report.ts'

/** Checks what a campaign says of its hours, caps and pacing against itself. */
export function checkDelivery(campaign: Campaign, report: Report): void {
  checkCaps(campaign, report)
  checkPacing(campaign, report)
  for (const [at, { from, to }] of (campaign.flight.dayParts ?? []).entries()) {
    if (from !== to && from !== '24:00') continue
    const mend = 'write 00:00 and 24:00 for the whole day, or leave dayParts out'
    report(`/flight/dayParts/${at}`, `has no time between ${from} and ${to}`, mend)
  }
  if (campaign.assignment === 'none' && (campaign.holdoutShare ?? 0) > 0) {
    report(
      '/holdoutShare',
      'holds out requests, since nobody keeps an arm with "assignment": "none"',
      'assign by user or session, or leave it out',
    )
  }
}

function checkCaps({ frequencyCaps, assignment, slots }: Campaign, report: Report): void {
  if (!frequencyCaps) return
  if (assignment === 'none') {
    report(
      '/frequencyCaps',
      'caps nobody, since nobody is known with "assignment": "none"',
      'assign by user or session, or leave the caps out',
    )
  }
  for (const [at, limit] of frequencyCaps.limits.entries()) {
    const pointer = `/frequencyCaps/limits/${at}`
    const { hours, days, slot, of } = limit
    if ((hours === undefined) === (days === undefined)) {
      report(pointer, 'needs hours or days, and one of them alone', 'write e.g. "hours": 24')
    }
    if (slot === undefined) continue
    if (of !== 'asset') report(`${pointer}/slot`, `is of assets, and this caps the ${of}`, 'leave it out')
    const names = slots.map((each) => each.slot)
    if (!names.includes(slot)) {
      report(`${pointer}/slot`, `names no slot of the campaign: "${slot}"`, suggestion(slot, names))
    }
  }
  checkAgainstEachOther(frequencyCaps.limits, report)
}

/** A cap that another one of the same makes pointless was most likely meant another way. */
function checkAgainstEachOther(limits: readonly FrequencyLimit[], report: Report): void {
  for (const [at, one] of limits.entries()) {
    const stricter = limits.findIndex(
      (other, place) =>
        place !== at &&
        other.of === one.of &&
        other.slot === one.slot &&
        windowSecOf(other) >= windowSecOf(one) &&
        other.most <= one.most &&
        (windowSecOf(other) > windowSecOf(one) || other.most < one.most || place < at),
    )
    if (stricter >= 0) {
      const mend = 'remove it, or change one of the two'
      report(
        `/frequencyCaps/limits/${at}`,
        `never takes effect beside /frequencyCaps/limits/${stricter}`,
        mend,
      )
    }
  }
}

function checkPacing({ pacing, budget }: Campaign, report: Report): void {
  if (!pacing) return
  const { impressions, dailyBudget, dailyImpressions } = pacing
  if (impressions === undefined && dailyImpressions !== undefined) {
    const mend = 'write "impressions", or a dailyBudget'
    report('/pacing/dailyImpressions', 'is a number of impressions, and the pacing counts money', mend)
  }
  if (impressions !== undefined && dailyBudget !== undefined) {
    const mend = 'write dailyImpressions, or leave "impressions" out'
    report('/pacing/dailyBudget', 'is money, and the pacing counts impressions', mend)
  }
  if (dailyBudget && dailyBudget.currency !== budget.total.currency) {
    report(
      '/pacing/dailyBudget',
      `is in ${dailyBudget.currency}, the budget in ${budget.total.currency}`,
      'write both in one currency',
    )
  }
  if (dailyBudget?.amountMicros === 0) report('/pacing/dailyBudget', 'is 0', 'pause the campaign instead')
}
