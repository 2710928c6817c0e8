import { api, type Estimate, type Report, type ReportRow } from './api-client.ts'
import { scrolling } from './check.ts'
import { byId, element, replace } from './dom.ts'
import { count, percent, rate } from './format.ts'

const FIRST_SHOWN = 25

/** The numbers by segment, placement, day or slot. */
export function showBreakdown(campaign: string, slots: readonly string[], first: Report): void {
  const panel = byId('breakdown')
  const result = element('div', { 'aria-live': 'polite' })
  const choices = ['segment', 'placement', 'day', ...slots]
  const choose = element(
    'select',
    {
      onchange: async () => {
        result.setAttribute('aria-busy', 'true')
        try {
          replace(result, ...tableOf(await api.report(campaign, choose.value)))
        } catch (error) {
          replace(result, element('p', { class: 'problem' }, (error as Error).message))
        } finally {
          result.removeAttribute('aria-busy')
        }
      },
    },
    ...choices.map((by) => element('option', { value: by, selected: by === first.by }, by)),
  )
  replace(result, ...tableOf(first))
  replace(panel, element('label', { class: 'pick' }, 'Numbers by ', choose), result)
}

function tableOf(report: Report): HTMLElement[] {
  if (report.rows.length === 0) return [element('p', { class: 'quiet' }, 'Nothing was served yet.')]
  const columns = [
    'People',
    'Impressions',
    'Clicks',
    'Conversions',
    'Clicks per impression',
    `${report.goal === 'click' ? 'Clicks' : 'Conversions'} per person`,
  ]
  const body = element(
    'tbody',
    {},
    ...report.rows.slice(0, FIRST_SHOWN).map((row) => rowOf(row, report.by, columns.length)),
  )
  const rest = report.rows.slice(FIRST_SHOWN)
  const more = element(
    'button',
    {
      type: 'button',
      onclick: () => {
        body.append(...rest.map((row) => rowOf(row, report.by, columns.length)))
        more.remove()
        region.focus()
      },
    },
    `Show ${count(rest.length)} more`,
  )
  const table = element(
    'table',
    { class: 'numbers' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...[capitalised(report.by), ...columns].map((head) => element('th', { scope: 'col' }, head)),
      ),
    ),
    body,
  )
  const region = scrolling(`Numbers by ${report.by}`, table)
  const definitions = Object.entries(report.definitions)
  return [
    region,
    ...(rest.length > 0 ? [more] : []),
    element(
      'details',
      {},
      element('summary', {}, 'What the words mean'),
      element(
        'dl',
        { class: 'pairs' },
        ...definitions.flatMap(([word, meaning]) => [element('dt', {}, word), element('dd', {}, meaning)]),
      ),
    ),
  ]
}

function rowOf(row: ReportRow, by: string, columns: number): HTMLElement {
  const title = by === 'segment' && row.key === 'broad' ? 'Everybody (broad)' : row.title
  const head = element('th', { scope: 'row' }, title)
  if (row.hidden) {
    return element(
      'tr',
      {},
      head,
      element(
        'td',
        { class: 'quiet', colspan: columns },
        row.people === 'hidden' ? 'hidden, or it would give a small one away' : `${row.people} people`,
      ),
    )
  }
  return element(
    'tr',
    {},
    head,
    ...[row.people, row.impressions, row.clicks, row.conversions].map((number) =>
      element('td', {}, count(number)),
    ),
    estimate(row.clicksPerImpression, percent),
    estimate(row.goalEventsPerPerson, rate),
  )
}

function estimate(of: Estimate | null, write: (value: number) => string): HTMLElement {
  if (!of) return element('td', {}, '–')
  const range = of.low === null || of.high === null ? '' : `${write(of.low)} to ${write(of.high)}`
  return element('td', {}, write(of.value), ' ', element('span', { class: 'range' }, range))
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}
