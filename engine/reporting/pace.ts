import { formatMoney } from '../../core/money.ts'
import { dayIn } from '../../core/time.ts'
import type { Campaign } from '../campaign/campaign.ts'
import type { Report } from './report.ts'
import { percent } from './text-table.ts'

const MS_PER_DAY = 86_400_000
/** Today counts as so much of a day, so that all reports of a day are the same. */
const TODAY = 0.5
/** An end so near to the plan is on pace. */
const NEAR = 0.1

/**
 * Spend to date against an even spend over the flight.
 *
 * @param spent micros since the campaign began
 */
export function paceOf(
  { budget, flight, timeZone }: Pick<Campaign, 'budget' | 'flight' | 'timeZone'>,
  spent: number,
  nowMs: number,
): NonNullable<Report['pace']> {
  const planMicros = budget.total.amountMicros
  const days = daysBetween(flight.from, flight.to) + 1
  const today = dayIn(timeZone, nowMs)
  const before = daysBetween(flight.from, today)
  const elapsed = before < 0 ? 0 : before >= days ? 1 : (before + TODAY) / days
  const expectedMicros = elapsed > 0 ? Math.round(spent / elapsed) : null
  const money = (amountMicros: number) => formatMoney({ ...budget.total, amountMicros })
  const soFar = `${money(spent)} of ${money(planMicros)}`
  const told = { elapsed, spentMicros: spent, planMicros, expectedMicros }
  if (expectedMicros === null) {
    return { ...told, text: `The flight begins on ${flight.from}; ${soFar} is spent.` }
  }
  if (elapsed === 1) return { ...told, text: `The flight ended on ${flight.to} with ${soFar} spent.` }
  const ratio = planMicros > 0 ? expectedMicros / planMicros : 1
  const verdict =
    ratio > 1 + NEAR
      ? `Ahead of plan: at this pace the budget is gone ${percent(1 / ratio)} into the flight`
      : ratio < 1 - NEAR
        ? `Behind plan: at this pace ${money(planMicros - expectedMicros)} will be left`
        : 'On pace'
  return {
    ...told,
    text:
      `${verdict}. ${soFar} is spent with ${percent(elapsed)} of the flight gone; ` +
      `at the end it would be ${money(expectedMicros)}.`,
  }
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / MS_PER_DAY)
}
