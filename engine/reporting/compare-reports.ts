import { PolyadError } from '../../core/errors.ts'
import { differenceOfEstimates } from '../../stats/mover.ts'
import {
  type ComparedDifference,
  type ComparedReports,
  type ComparedSide,
  SIDE_FIELDS,
} from './compared-reports.ts'
import type { Estimate, Report, ReportRow } from './report.ts'
import { checkDays, type ReportQuery, reportCampaign } from './report-campaign.ts'

/** What a report is held against: another campaign, another time, or both. */
export interface CompareQuery extends ReportQuery {
  /** Default: the same campaign. */
  readonly other?: string
  /** Days of the other; default: those of the first when it is another campaign. */
  readonly otherDays?: Pick<ReportQuery, 'fromDay' | 'toDay'>
}

/**
 * Two reports of this workspace, compared.
 *
 * @throws PolyadError as `reportCampaign` for either; INPUT_INVALID when there is nothing to compare with
 */
export async function compareCampaigns(
  ports: Parameters<typeof reportCampaign>[0],
  name: string,
  query: CompareQuery,
): Promise<ComparedReports> {
  const { other = name, otherDays, ...first } = query
  if (other === name && otherDays?.fromDay === undefined && otherDays?.toDay === undefined) {
    throw new PolyadError('INPUT_INVALID', {
      what: 'report',
      where: 'comparison',
      problem: 'it would be compared with itself',
      mend: 'name another campaign, or the days to compare with',
    })
  }
  checkDays(otherDays ?? {}, 'comparison')
  const { by } = first
  const second: ReportQuery = otherDays ? { ...(by !== undefined && { by }), ...otherDays } : first
  return compareReports(await reportCampaign(ports, name, first), await reportCampaign(ports, other, second))
}

/**
 * Two reports side by side: their numbers as they are, and the difference of what narrow brings over broad control in
 * each. That is the one difference that may be read: within each, people were assigned by chance, so season, budget
 * and audience act on both arms; everything else differs by them as well.
 */
export function compareReports(first: Report, second: Report): ComparedReports {
  const kind = first.campaign === second.campaign ? 'periods' : 'campaigns'
  const obstacle = obstacleOf(first, second)
  const differences = obstacle ? NO_DIFFERENCES : differencesOf(first, second)
  return {
    version: 1,
    kind,
    first: sideOf(first),
    second: sideOf(second),
    ...differences,
    text: obstacle ?? verdict(differences, first.goal),
    warnings: warningsOf(first, second, kind),
    by: first.by,
    rows: sideBySide(first.rows, second.rows),
    definitions: { ...DEFINITIONS },
  }
}

type Differences = Pick<ComparedReports, 'differenceOfDifferences' | 'differenceOfLifts'>

const NO_DIFFERENCES: Differences = { differenceOfDifferences: null, differenceOfLifts: null }

const DEFINITIONS: Readonly<Record<string, string>> = {
  'narrow over broad': 'goal events a person, narrow less broad control, as each report compares them',
  'difference of differences':
    'the first of these less the second, 95 % interval after Zou and Donner (MOVER)',
  'difference of lifts':
    'the same of the lifts (difference / broad control), in points of lift; absent where a lift has no bounds',
  intervals: '95 %, for one look; each rate has that of its own report',
}

/** Why the two cannot be subtracted, if so. */
function obstacleOf(first: Report, second: Report): string | undefined {
  if (first.goal !== second.goal) {
    return `No difference: the goals differ (${first.goal}s and ${second.goal}s).`
  }
  for (const [place, report] of [
    ['first', first],
    ['second', second],
  ] as const) {
    if (!report.comparison.enough) return `No difference, since the ${place} says: ${report.comparison.text}`
    if (report.assignment.broken) {
      return `No difference, since in the ${place} people did not fall into the arms as assigned.`
    }
  }
  return undefined
}

function differencesOf(first: Report, second: Report): Differences {
  if (!first.comparison.enough || !second.comparison.enough) return NO_DIFFERENCES
  return {
    differenceOfDifferences: subtract(first.comparison.difference, second.comparison.difference),
    differenceOfLifts: subtract(first.comparison.lift, second.comparison.lift),
  }
}

function subtract(first: Estimate | null, second: Estimate | null) {
  return first && second && isBounded(first) && isBounded(second)
    ? differenceOfEstimates(first, second)
    : null
}

function isBounded(estimate: Estimate): estimate is ComparedDifference {
  return estimate.low !== null && estimate.high !== null
}

function verdict(
  { differenceOfDifferences: perPerson, differenceOfLifts: lifts }: Differences,
  goal: string,
): string {
  const points = lifts
    ? `${signed(lifts.value)} points of lift (95 % interval ${signed(lifts.low)} to ${signed(lifts.high)})`
    : 'a lift of one of them has no bounds'
  if (perPerson && perPerson.low > 0) {
    return `Narrow brought more ${goal}s a person over broad in the first than in the second: ${points}.`
  }
  if (perPerson && perPerson.high < 0) {
    return `Narrow brought fewer ${goal}s a person over broad in the first than in the second: ${points}.`
  }
  return (
    `No difference between the two is shown in what narrow brings over broad, in ${goal}s a person: ${points}. ` +
    'That is not proof that there is none.'
  )
}

function signed(share: number): string {
  return `${share < 0 ? '' : '+'}${(share * 100).toFixed(0)}`
}

function warningsOf(first: Report, second: Report, kind: ComparedReports['kind']): string[] {
  const notRandomised =
    kind === 'campaigns'
      ? 'Nobody was assigned to one campaign or the other by chance: audience, budget, time and ads differ as well, ' +
        'so a difference of totals or rates is not the effect of any one of them.'
      : 'Nobody was assigned to one time or the other by chance: season, prices and whoever came differ as well, so a ' +
        'difference of totals or rates is not the effect of what was changed.'
  const samePeople =
    kind === 'campaigns'
      ? 'The same people may be in both campaigns. Their arms are drawn anew in each, so the interval of the ' +
        'difference holds about as well; it is exact for different people only.'
      : 'The same people may be in both times, and keep their arm: the interval of the difference holds for different ' +
        'people and is wider than it need be for the same ones.'
  const served = first.totals.decisions > 0 && second.totals.decisions > 0
  const overlap = kind === 'periods' && doOverlap(first, second)
  return [
    notRandomised,
    samePeople,
    ...(overlap ? ['The two times share days: what happened on those is on both sides.'] : []),
    ...(first.currency !== second.currency ? ['The values are in two currencies.'] : []),
    ...(first.timeZone !== second.timeZone ? ['The days are of two time zones.'] : []),
    ...(served && first.simulated !== second.simulated
      ? ['One has simulated traffic that the other has not.']
      : []),
  ]
}

/** Days as text order themselves; an open end reaches everything. */
function doOverlap(first: Report, second: Report): boolean {
  const begins = (report: Report) => report.from ?? ''
  const ends = (report: Report) => report.to ?? '9999-12-31'
  return begins(first) <= ends(second) && begins(second) <= ends(first)
}

function sideBySide(first: readonly ReportRow[], second: readonly ReportRow[]): ComparedReports['rows'] {
  const others = new Map(second.map((row) => [row.key, row]))
  const keys = new Set(first.map(({ key }) => key))
  return [
    ...first.map((row) => ({
      key: row.key,
      title: row.title,
      first: row,
      second: others.get(row.key) ?? null,
    })),
    ...second
      .filter(({ key }) => !keys.has(key))
      .map((row) => ({ key: row.key, title: row.title, first: null, second: row })),
  ]
}

function sideOf(report: Report): ComparedSide {
  return Object.fromEntries(SIDE_FIELDS.map((field) => [field, report[field]])) as ComparedSide
}
