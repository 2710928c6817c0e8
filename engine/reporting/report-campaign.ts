import { PolyadError } from '../../core/errors.ts'
import { createDoor } from '../../core/schema.ts'
import { dayIn } from '../../core/time.ts'
import { SAMPLE_RATIO_ALPHA, sampleRatio } from '../../stats/sample-ratio.ts'
import { type Campaign, CampaignSchema, DEFAULTS } from '../campaign/campaign.ts'
import { DELIVERY_DEFAULTS } from '../campaign/delivery-settings.ts'
import { checkLedger } from '../campaign/extend-ledger.ts'
import type { Ledger } from '../campaign/ledger.ts'
import { sharesOf } from '../decision/assignment.ts'
import type { CheckReport } from '../guard/check-report.ts'
import { readMerges } from '../guard/moves/merges.ts'
import { readCheck } from '../guard/require-checked.ts'
import type { CounterRow } from '../ports/counters.ts'
import type { Ports } from '../ports/ports.ts'
import { askedOf, assignedByText } from './asked.ts'
import { breakDown, countKeys, HOUSE_AD, type KeyOf } from './breakdown.ts'
import { type AssignedArms, assignedArms, compareArms } from './compare-arms.ts'
import { dailyLooks } from './daily-looks.ts'
import { DEFINITIONS } from './definitions.ts'
import { elementReport } from './elements.ts'
import { hideLeaves } from './hide-leaves.ts'
import { leafLifts } from './leaf-lifts.ts'
import { paceOf } from './pace.ts'
import { countByPerson, totalOf } from './person-counts.ts'
import type { Report } from './report.ts'
import { NO_SLOT, slotKey, slotKeyIfRead } from './slot-key.ts'
import { leaveOutSmallArms } from './small-arms.ts'
import { priceRows } from './spend.ts'
import { wholeNumber } from './text-table.ts'
import { widerSegments } from './wider-segments.ts'

export interface ReportQuery {
  /** segment (default), placement, day, or a slot's name. */
  readonly by?: string
  /** Days of the campaign's time zone, both included, YYYY-MM-DD. */
  readonly fromDay?: string
  readonly toDay?: string
}

export type ReportPorts = Pick<Ports, 'documents' | 'counters' | 'clock'> &
  Partial<Pick<Ports, 'deliveryHistory'>>

const parseCampaign = createDoor('campaign', CampaignSchema)

/**
 * What a campaign's ads did, from the counters as they stand: bring them up to the log first.
 *
 * @throws PolyadError NOT_FOUND without such a campaign; INPUT_INVALID for a `by` or a day that is none
 */
export async function reportCampaign(
  ports: ReportPorts,
  name: string,
  query: ReportQuery = {},
): Promise<Report> {
  const document = await ports.documents.read('campaign', name)
  if (!document) {
    throw new PolyadError('NOT_FOUND', { what: 'campaign', name, mend: `write campaigns/${name}.json` })
  }
  const campaign = parseCampaign(document.body, `campaigns/${name}.json`)
  checkDays(query)
  const by = query.by ?? 'segment'
  const ledger = await ledgerOf(ports, name)
  const keyOf = keyFor(ledger, campaign, by)

  const everything = await ports.counters.rows({
    campaign: name,
    timeZone: campaign.timeZone,
    ...(query.fromDay ? { fromDay: query.fromDay } : {}),
    ...(query.toDay ? { toDay: query.toDay } : {}),
  })
  const kFloor = campaign.kFloor ?? DEFAULTS.kFloor
  const { rows: kept, leftOut } = leaveOutSmallArms(everything, kFloor)
  const { rows, onePrice } = priceRows(kept, await pricesOf(ports, campaign, kept), kFloor)
  const revisions = [...new Set(rows.map((row) => row.revision))].sort((a, b) => a - b)
  const arms = assignedArms(rows)
  const assignment = await checkAssignment(ports, name, revisions, arms, kFloor)
  const checks = await checksOf(ports, name, revisions)
  const price = campaign.budget.costPerThousand
  const comparison = compareArms(arms, campaign.goal.event, kFloor, {
    price,
    plannedPeople: plannedPeople(checks),
  })
  const titles = segmentTitles(checks)
  const counts = countByPerson(rows)
  const total = totalOf(counts)
  const spendMicros = Math.round(total.spendMicros)
  const { merged } = await readMerges(ports, name)
  const viewThrough = sumOf(rows, 'viewThrough')
  return {
    version: 1,
    campaign: name,
    title: campaign.title ?? name,
    revisions,
    from: query.fromDay ?? null,
    to: query.toDay ?? null,
    timeZone: campaign.timeZone,
    currency: campaign.budget.total.currency,
    goal: campaign.goal.event,
    kFloor,
    simulated: simulatedIn(rows),
    leftOut,
    totals: {
      people: counts.people.size,
      ...total,
      viewable: sumOf(rows, 'viewable'),
      clickThrough: total.conversions - viewThrough,
      viewThrough,
      spendMicros,
    },
    anonymousDecisions: counts.anonymous.reduce((sum, each) => sum + each.decisions, 0),
    lateEvents: await ports.counters.late(name),
    eventsApart: [...(await ports.counters.apart(name))],
    folded: foldedPart(await ports.counters.folded(name), campaign.timeZone),
    comparison:
      assignment.broken && comparison.enough
        ? {
            ...comparison,
            text:
              'The comparison cannot be trusted: people did not fall into the arms as assigned ' +
              `(p = ${assignment.pValue?.toExponential(1)}).`,
          }
        : comparison,
    assignment,
    assignedBy: {
      key: campaign.assignment ?? DELIVERY_DEFAULTS.assignment,
      text: assignedByText(campaign),
    },
    ...(ports.deliveryHistory && { asked: await askedOf(ports.deliveryHistory, name, query) }),
    pace: query.fromDay || query.toDay ? null : paceOf(campaign, spendMicros, ports.clock.nowMs()),
    looks: dailyLooks(rows, arms, {
      goal: campaign.goal.event,
      kFloor,
      plannedPeople: plannedPeople(checks),
      hiddenDays: countKeys(rows, { keyOf: ({ day }) => day, kFloor, bySegment: false }).hidden,
    }),
    leaves: leafLifts(rows, arms, {
      goal: campaign.goal.event,
      kFloor,
      broadControlShare: assignment.broadControlShare,
      assignmentBroken: assignment.broken,
      titleOf: (leaf) => titles.get(leaf) ?? leaf,
      widerOf: await widerSegments(ports, campaign),
      plannedPeople: plannedLeafPeople(checks),
    }),
    ...(merged.length > 0 && {
      merged: merged.map(({ leaf, atMs, by, reason }) => ({ leaf, atMs, by, reason })),
    }),
    elements: elementReport(rows, {
      goal: campaign.goal.event,
      kFloor,
      slots: ledger ? campaign.slots.map(({ slot }) => ({ slot, keyOf: slotKeyIfRead(ledger, slot) })) : [],
    }),
    by,
    rows: breakDown(rows, {
      goal: campaign.goal.event,
      kFloor,
      keyOf,
      titleOf: (key) => (by === 'segment' ? titles.get(key) : undefined) ?? key,
      bySegment: by === 'segment',
      onePrice,
      ...(by === 'segment' && { alsoHidden: hideLeaves(rows, arms.switched, kFloor).narrow }),
    }),
    definitions: DEFINITIONS,
  }
}

function foldedPart(
  folded: Awaited<ReturnType<Ports['counters']['folded']>>,
  timeZone: string,
): Report['folded'] {
  if (!folded) return null
  const { decisions, untilMs } = folded
  const text =
    `${wholeNumber(decisions)} decisions until ${dayIn(timeZone, untilMs)} are here as counts, their records are no ` +
    'longer kept: they are in every number of this report, events that come for them now are kept apart ' +
    '(after-retention), and exports of events and evaluations of policies go without them'
  return { decisions, untilMs, text }
}

function sumOf(rows: readonly CounterRow[], count: 'viewable' | 'viewThrough'): number {
  return rows.reduce((sum, row) => sum + row[count], 0)
}

function keyFor(ledger: Ledger | undefined, campaign: Campaign, by: string): KeyOf {
  switch (by) {
    case 'segment':
      return (row) => (row.adUnit === '' ? HOUSE_AD : row.segment)
    case 'placement':
      return (row) => row.placement
    case 'day':
      return (row) => row.day
  }
  const slots = campaign.slots.map(({ slot }) => slot)
  if (!slots.includes(by)) {
    throw new PolyadError('INPUT_INVALID', {
      what: 'report',
      where: 'by',
      problem: `"${by}" is not a dimension of campaign ${campaign.name}`,
      mend: `use segment, placement, day or a slot: ${slots.join(', ')}`,
    })
  }
  if (!ledger) return () => NO_SLOT
  return slotKey(ledger, by)
}

async function ledgerOf({ documents }: Pick<Ports, 'documents'>, name: string): Promise<Ledger | undefined> {
  const document = await documents.read('ledger', name)
  return document && checkLedger(document.body, name)
}

/** Micros per thousand impressions by revision; of one that is not kept any more, as now. */
async function pricesOf(
  ports: ReportPorts,
  campaign: Campaign,
  rows: readonly CounterRow[],
): Promise<(revision: number) => number> {
  const prices = new Map<number, number>()
  for (const revision of new Set(rows.map((row) => row.revision))) {
    const document = await ports.documents.readRevision('campaign', campaign.name, revision)
    const { budget } = document
      ? parseCampaign(document.body, `campaign ${campaign.name}@${revision}`)
      : campaign
    prices.set(revision, budget.costPerThousand.amountMicros)
  }
  return (revision) => prices.get(revision)!
}

/** Whether people fell into the two arms as all the revisions counted here said they would. */
async function checkAssignment(
  ports: ReportPorts,
  name: string,
  revisions: readonly number[],
  arms: AssignedArms,
  kFloor: number,
): Promise<Report['assignment']> {
  const shares = new Set<number>()
  for (const revision of revisions) {
    const document = await ports.documents.readRevision('campaign', name, revision)
    if (document)
      shares.add(sharesOf(parseCampaign(document.body, `campaign ${name}@${revision}`)).broadControl)
  }
  const broadControlShare = shares.size === 1 ? [...shares][0]! : null
  const sizes = [arms.narrow.size, arms.broadControl.size]
  const switched = arms.switched.size
  if (broadControlShare === null || sizes.some((size) => size < kFloor)) {
    return { broadControlShare, pValue: null, broken: false, switched }
  }
  const { pValue } = sampleRatio(sizes, [1 - broadControlShare, broadControlShare])
  return { broadControlShare, pValue, broken: pValue < SAMPLE_RATIO_ALPHA, switched }
}

/** The checks of these revisions that there are, oldest first. */
async function checksOf(
  ports: Pick<Ports, 'documents'>,
  name: string,
  revisions: readonly number[],
): Promise<readonly CheckReport[]> {
  const checks: CheckReport[] = []
  for (const revision of revisions) {
    const check = await readCheck(ports, name, revision)
    if (check) checks.push(check)
  }
  return checks
}

/** Where nothing says how many people will be reached; what stats/confidence-sequence.ts takes as well. */
const PLANNED_PEOPLE = 5000

/** The first check's people: a later one may know what was seen by then. */
function plannedPeople(checks: readonly CheckReport[]): number {
  return checks[0]?.volume.peopleReached || PLANNED_PEOPLE
}

/** Of a leaf likewise, where the first check that has it may tell its people. */
function plannedLeafPeople(checks: readonly CheckReport[]): (leaf: string) => number {
  const people = new Map(
    checks.toReversed().flatMap((check) => check.leaves.map((leaf) => [leaf.id, leaf.people] as const)),
  )
  return (leaf) => people.get(leaf) || PLANNED_PEOPLE
}

/** What the checks of these revisions call their leaves; the newest wins. */
function segmentTitles(checks: readonly CheckReport[]): Map<string, string> {
  return new Map(checks.flatMap((check) => check.leaves.map(({ id, title }) => [id, title] as const)))
}

/** Whether the rows are of a simulator. */
export function simulatedIn(rows: readonly CounterRow[]): Report['simulated'] {
  const kinds = new Set(rows.map((row) => row.simulated))
  if (kinds.size === 2) return 'mixed'
  return kinds.has(true)
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** @throws PolyadError INPUT_INVALID for a day that is none, or a first day after the last */
export function checkDays(query: Pick<ReportQuery, 'fromDay' | 'toDay'>, what = 'report'): void {
  for (const [where, day] of [
    ['from', query.fromDay],
    ['to', query.toDay],
  ] as const) {
    if (day === undefined || (DAY.test(day) && !Number.isNaN(Date.parse(day)))) continue
    throw new PolyadError('INPUT_INVALID', {
      what,
      where,
      problem: `"${day}" is not a day`,
      mend: 'write it as YYYY-MM-DD',
    })
  }
  if (query.fromDay && query.toDay && query.fromDay > query.toDay) {
    throw new PolyadError('INPUT_INVALID', {
      what,
      where: 'from, to',
      problem: `the ${what} would begin on ${query.fromDay}, after it ends on ${query.toDay}`,
    })
  }
}
