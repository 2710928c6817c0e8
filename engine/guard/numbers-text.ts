import { formatMoney } from '../../core/money.ts'
import { counted, percent, wholeNumber } from '../reporting/text-table.ts'
import type { Answer, CheckReport } from './check-report.ts'
import { showingsPerPersonWeek } from './warnings.ts'

/** A lift with three digits that count: +20 %, +4.07 %. */
export function signedPercent(lift: number): string {
  return `${lift < 0 ? '' : '+'}${Number((lift * 100).toPrecision(3)).toLocaleString('en-US')} %`
}

/** An answer's impressions and price: what a buyer compares. */
export function answerText(answer: Answer | null, { currency }: CheckReport['volume']): string {
  if (!answer) return 'more than there is'
  const { impressions, amountMicros } = answer
  return `${wholeNumber(impressions)} impressions, ${formatMoney({ amountMicros, currency })}`
}

/** Which rates the expected numbers stand on. */
export function historyLine(history: CheckReport['history'], volume: CheckReport['volume']): string {
  const { goal, baselineRate, eventRate } = volume
  if ('without' in history) {
    return `  reckoned with today's ${percent(baselineRate)} ${goal}s an impression in every leaf; no history: ${history.without}`
  }
  const { impressions, events, revisions, fromDay, toDay } = history
  return (
    `  reckoned with ${percent(eventRate)} ${goal}s an impression, each leaf's own drawn towards that of the next wider ` +
    `one: ${counted(impressions, 'impression')} and ${counted(events, goal)} of narrow ads in ` +
    `${revisions.length === 1 ? 'revision' : 'revisions'} ${revisions.join(', ')}, ${fromDay} to ${toDay}; ` +
    `the campaign says ${percent(baselineRate)}`
  )
}

/** Both forms of the break-even lift. */
export function breakEvenLines({ breakEven }: CheckReport): string[] {
  const { reach, reachLimitedLift, budgetLimitedLift, revenuePerCost, revenueFrom, costRatio, broadPays } =
    breakEven
  const cost = costRatio === 1 ? 'as much as' : `${costRatio} times`
  const better = (lift: number) =>
    Math.abs(lift) < 1e-9
      ? 'as well as a broad one'
      : lift > 0
        ? `${signedPercent(lift).slice(1)} better than a broad one`
        : `no more than ${signedPercent(-lift).slice(1)} less well than a broad one`
  return [
    'To earn as much as broad alone, a narrow impression must work',
    reachLimitedLift === null && !broadPays
      ? '  (broad does not pay: earning as much as it does where everybody is reached is no aim)'
      : `  ${reachLimitedLift === null ? 'better than is possible' : better(reachLimitedLift)}, where money is left ` +
        `when everybody is reached (together the ads reach ${percent(reach)} of broad's people)`,
    `  ${better(budgetLimitedLift)}, where the budget is gone before that`,
    `  ${revenueFrom === 'assumed' ? 'assumed' : revenueFrom === 'stated' ? 'as stated' : 'by the value of a goal event'}: ` +
      `broad earns ${Number(revenuePerCost.toPrecision(3))} for each 1 it costs, a narrow impression costs ${cost} a broad one`,
  ]
}

/** What narrow against broad can show, and what an answer costs. */
export function readableLines({ readable, volume, before }: CheckReport): string[] {
  const { lift, versusBroad, weeks, leaves } = readable
  const { detectableLift, toRead } = versusBroad
  const showings = showingsPerPersonWeek(volume) * volume.weeks
  const people =
    toRead && toRead.people !== null
      ? ` (${counted(Math.ceil(toRead.people), 'person', 'people')} at the ${wholeNumber(Math.round(showings))} ` +
        'showings each that this flight buys)'
      : ''
  return [
    'Narrow against broad, over all leaves',
    detectableLift === null
      ? '  this flight can show no difference'
      : `  this flight shows a difference from ${signedPercent(detectableLift)} on`,
    `  to read ${signedPercent(lift)} takes ` +
      (toRead
        ? `${answerText(toRead, volume)}${people}` +
          (weeks === null
            ? ', which never come'
            : `: ${weeks < 0.1 ? 'under 0.1' : weeks.toFixed(1)} weeks of this budget`)
        : 'more than there is'),
    `  ${wholeNumber(leaves)} of ${counted(before.leaves, 'leaf', 'leaves')} can read it alone within the flight`,
  ]
}
