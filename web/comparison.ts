import type { Arm, Estimate, Report } from './api-client.ts'
import { byId, element, replace } from './dom.ts'
import { count, rate, signedPercent } from './format.ts'
import { intervalChart } from './interval-chart.ts'

/** Broad against narrow among matched people, by the arm chance gave them. */
export function showComparison(report: Report): void {
  const { comparison, goal, assignment, leftOut, kFloor } = report
  const panel = byId('comparison')
  const warning = assignment.broken
    ? element(
        'p',
        { class: 'notice' },
        'People did not fall into the two arms as planned, so nothing here can be trusted until that is mended.',
      )
    : undefined
  const hidden =
    leftOut.length > 0
      ? element(
          'p',
          { class: 'quiet' },
          `Fewer than ${kFloor} people each, so in no number here: ${leftOut.join(', ')}.`,
        )
      : undefined
  if (!comparison.enough) {
    replace(
      panel,
      warning,
      element('p', { class: 'verdict quiet' }, 'Not enough data'),
      element('p', {}, comparison.text),
      element(
        'dl',
        { class: 'pairs' },
        ...pair('Narrow', comparison.narrowPeople, comparison.narrowNeeds),
        ...pair('Broad control', comparison.broadControlPeople, comparison.broadControlNeeds),
      ),
      hidden,
    )
    return
  }
  const { narrow, broadControl, lift } = comparison
  const unit = goal === 'click' ? 'Clicks per person' : 'Conversions per person'
  replace(
    panel,
    warning,
    element(
      'div',
      { class: 'split' },
      element('div', {}, ...heroOf(lift), element('p', {}, comparison.text), hidden),
      element(
        'figure',
        { class: 'figure-chart' },
        intervalChart(
          `Broad against narrow: ${unit.toLowerCase()}`,
          `Narrow ${armText(narrow)}; broad control ${armText(broadControl)}.`,
          [armRow('Narrow', narrow, 'narrow'), armRow('Broad control', broadControl, 'broad')],
        ),
        element(
          'figcaption',
          {},
          `${unit}, with 95 % intervals. Narrow saw the ads of their segment, broad control those for everybody; chance drew who, once per person.`,
        ),
      ),
    ),
  )
}

/** The lift in large figures, but only one that is told from none: anything else would be read as a result. */
function heroOf(lift: Estimate | null): HTMLElement[] {
  if (!lift) return [element('p', { class: 'verdict quiet' }, 'No lift to tell')]
  const { low, high } = lift
  const told = (low !== null && low > 0) || (high !== null && high < 0)
  if (!told) return [element('p', { class: 'verdict quiet' }, 'No difference shown')]
  return [
    element('p', { class: 'lift' }, signedPercent(lift.value)),
    element('p', { class: 'quiet' }, 'lift of narrow over broad'),
  ]
}

function pair(label: string, people: string, needs: number): HTMLElement[] {
  const text = needs > 0 ? `${people} people, ${count(needs)} more needed` : `${people} people, enough`
  return [element('dt', {}, label), element('dd', {}, text)]
}

function armRow(label: string, arm: Arm, tone: 'narrow' | 'broad') {
  const { value, low, high } = arm.goalEventsPerPerson
  return { label, value, low, high, tone, text: `${rate(value)} · ${count(arm.people)} people` }
}

function armText(arm: Arm): string {
  const { value, low, high } = arm.goalEventsPerPerson
  const interval = low === null || high === null ? '' : `, between ${rate(low)} and ${rate(high)}`
  return `${rate(value)}${interval}, of ${count(arm.people)} people`
}
