import { PolyadError } from '../../core/errors.ts'
import { counted, textTable, wholeNumber } from '../reporting/text-table.ts'
import { CAUSE_KINDS } from './causes.ts'
import type { DiffReport } from './diff-report.ts'

/** Rows of one kind that are told before the rest is only counted. */
const MOST_ROWS = 12
const MOST_AUDIENCES = 5
const MOST_NAMES = 3

/**
 * A comparison for people: the answer, then what was changed, then whose segments are other people.
 *
 * @param by a dimension to list too: segment, locale, placement or a slot
 * @throws PolyadError NOT_FOUND for a dimension that is not there
 */
export function diffText(report: DiffReport, by?: string): string {
  const { answer, audiences, otherFields, remarks } = report
  return [
    answer,
    ...sidesText(report),
    ...causesText(report),
    ...(by === undefined ? [] : dimensionText(report, by)),
    ...audiencesText(audiences),
    ...(otherFields.length > 0
      ? ['', `Changed too, and no ad unit with it: ${otherFields.join(', ')}.`]
      : []),
    ...(remarks.length > 0 ? ['', ...remarks.map((remark) => `Note: ${remark}.`)] : []),
  ].join('\n')
}

const SOURCES: Readonly<Record<DiffReport['before']['source'], string>> = {
  kept: 'as compiled',
  now: 'as the workspace has it now',
  rebuilt: "its document, with today's segments, template and pictures",
}

function sidesText({ campaign, before, after }: DiffReport): string[] {
  return [before, after].map(({ revision, adUnits, source, atMs }, at) => {
    const when = atMs === null ? '' : ` on ${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    return `  ${at === 0 ? 'before' : 'after '}  ${campaign}@${revision}, ${counted(BigInt(adUnits), 'ad unit')}, ${SOURCES[source]}${when}`
  })
}

const COUNTS = ['added', 'removed', 'changed'] as const

function causesText({ causes }: DiffReport): string[] {
  if (causes.length === 0) return []
  const kinds = CAUSE_KINDS.filter((kind) => causes.some((cause) => cause.kind === kind))
  const total = (cause: DiffReport['causes'][number]) =>
    COUNTS.reduce((sum, count) => sum + BigInt(cause[count]), 0n)
  const shown = kinds.map((kind) => {
    const ofKind = causes.filter((cause) => cause.kind === kind)
    const sorted = ofKind.toSorted((a, b) => Number(total(b) - total(a)))
    return { kind, rows: sorted.slice(0, MOST_ROWS), more: ofKind.length - MOST_ROWS }
  })
  const rows = shown.flatMap(({ kind, rows: ofKind }) =>
    ofKind.map(({ names, detail, ...counts }) => [
      kind,
      [namesText(names), detail].filter((part) => part !== '').join(': '),
      ...COUNTS.map((count) => cell(counts[count])),
    ]),
  )
  const more = shown.filter((each) => each.more > 0).map((each) => `${each.more} more of "${each.kind}"`)
  return [
    '',
    ...textTable([{ heading: 'what changed' }, { heading: 'which' }, ...NUMBERS], rows),
    ...(more.length > 0 ? [`and ${more.join(', ')}; --json has all`] : []),
    ...(rows.length > 1 ? ['An ad unit that two rows touch counts in both.'] : []),
  ]
}

const NUMBERS = COUNTS.map((heading) => ({ heading, numeric: true }))
const MOST_VALUES = 40

function dimensionText({ by }: DiffReport, dimension: string): string[] {
  const dimensions: Readonly<Record<string, DiffReport['by']['segment']>> = {
    ...by.slots,
    segment: by.segment,
    locale: by.locale,
    placement: by.placement,
  }
  if (!Object.hasOwn(dimensions, dimension)) {
    const mend = `count by segment, locale, placement, ${Object.keys(by.slots).join(', ')}`
    throw new PolyadError('NOT_FOUND', { what: 'dimension', name: dimension, mend })
  }
  const values = dimensions[dimension]!
  const rows = values
    .slice(0, MOST_VALUES)
    .map(({ name, ...counts }) => [name || '(none)', ...COUNTS.map((count) => cell(counts[count]))])
  const more = values.length - MOST_VALUES
  return [
    '',
    ...(values.length > 0
      ? textTable([{ heading: dimension, whole: true }, ...NUMBERS], rows)
      : [`Nothing changed by ${dimension}.`]),
    ...(more > 0 ? [`and ${counted(more, 'more value')}; --json has all`] : []),
  ]
}

function audiencesText(audiences: DiffReport['audiences']): string[] {
  if (audiences.length === 0) return []
  const units = audiences.reduce((sum, { adUnits }) => sum + BigInt(adUnits), 0n)
  const more = audiences.length - MOST_AUDIENCES
  return [
    '',
    `Other people see ${counted(units, 'ad unit')} of ${counted(audiences.length, 'segment')} whose rule changed:`,
    ...audiences
      .slice(0, MOST_AUDIENCES)
      .map(({ segment, before, after }) => `  ${segment}: ${before}  ->  ${after}`),
    ...(more > 0 ? [`  and ${counted(more, 'more segment')}; --json has all`] : []),
  ]
}

function namesText(names: readonly string[]): string {
  if (names.length <= MOST_NAMES) return names.join(', ')
  return `${wholeNumber(names.length)}, such as ${names.slice(0, MOST_NAMES).join(', ')}`
}

function cell(count: string): string {
  return count === '0' ? '' : wholeNumber(count)
}
