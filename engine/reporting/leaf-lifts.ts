import { BROAD_ID } from '../../segments/segment.ts'
import { confidenceSequence } from '../../stats/confidence-sequence.ts'
import { atLeast } from '../../stats/hide-small.ts'
import { benjaminiHochberg } from '../../stats/multiplicity.ts'
import { effectiveSegments } from '../../stats/overlap.ts'
import { compareMeans, meanInterval, momentsOf } from '../../stats/person-means.ts'
import { SAMPLE_RATIO_ALPHA, sampleRatio } from '../../stats/sample-ratio.ts'
import type { CounterRow } from '../ports/counters.ts'
import { type AssignedArms, type GoalEvent, goalEvents, toldPeople } from './compare-arms.ts'
import { isEnough, peopleNeeded } from './enough-data.ts'
import { hideLeaves } from './hide-leaves.ts'
import { countByPerson, type EventCounts } from './person-counts.ts'
import { type Estimate, type LeafRow, type Leaves, REPORT_ALPHA } from './report.ts'
import { shrunkLeafRates } from './shrunk-leaf-rates.ts'
import { percent, wholeNumber } from './text-table.ts'
import type { WiderSegments } from './wider-segments.ts'

export interface LeafOptions {
  readonly goal: GoalEvent
  readonly kFloor: number
  /** Share of matched people (without holdout) that should be in broad control; null: it changed on the way. */
  readonly broadControlShare: number | null
  /** Over all leaves: then none of them is judged. */
  readonly assignmentBroken: boolean
  readonly titleOf: (leaf: string) => string
  readonly widerOf: WiderSegments
  /** People the confidence sequence of a leaf is narrowest at, fixed before the first look. */
  readonly plannedPeople: (leaf: string) => number
}

/** One arm of one leaf, as far as it may be told: a hidden one has no people. */
interface LeafArm {
  readonly people: readonly Readonly<EventCounts>[]
  readonly events: number
  readonly told: string
}

interface MatchedLeaf {
  readonly id: string
  readonly narrow: LeafArm
  readonly broadControl: LeafArm
}

/**
 * Narrow against broad control in each leaf, by the leaf that was matched and the arm that was assigned, one observation
 * a person and leaf. Most people first, what is hidden last.
 */
export function leafLifts(rows: readonly CounterRow[], arms: AssignedArms, options: LeafOptions): Leaves {
  const { goal } = options
  const leaves = matchedLeaves(rows, arms, options)
  const compared = new Map<string, NonNullable<LeafRow['compared']>>()
  const readable = leaves.filter(({ narrow, broadControl }) => isReadable(narrow) && isReadable(broadControl))
  const comparisons = readable.map((leaf) => ({ leaf, ...comparisonOf(leaf, options) }))
  const qValues = benjaminiHochberg(comparisons.map(({ pValue }) => pValue))
  comparisons.forEach(({ leaf, ...comparison }, at) => {
    compared.set(leaf.id, { ...comparison, qValue: qValues[at]! })
  })
  const assignments = assignmentsOf(leaves, options)
  const shrunk = shrunkLeafRates(
    leaves.flatMap(({ id, narrow }) =>
      narrow.people.length > 0
        ? [{ id, events: respondersOf(narrow.people, goal), trials: narrow.people.length }]
        : [],
    ),
    {
      events: respondersOf([...arms.narrow.values()], goal),
      trials: arms.narrow.size,
    },
    options.widerOf,
  )
  const pooled = pooledSize(arms, goal)
  const told = leaves.map((leaf): LeafRow => {
    const { id, narrow, broadControl } = leaf
    const found = compared.get(id) ?? null
    const wider = options.widerOf(id)[0] ?? BROAD_ID
    const needs = found ? 0 : needsOf(leaf, pooled, options.broadControlShare)
    const assignment = assignments.get(id) ?? null
    const rate = shrunk.get(id)
    return {
      leaf: id,
      title: options.titleOf(id),
      wider,
      narrowPeople: narrow.told,
      broadControlPeople: broadControl.told,
      compared: found,
      respondersShrunk: rate ? { value: rate.rate, low: rate.low, high: rate.high } : null,
      assignment,
      needs,
      ...verdictOf(found, options.assignmentBroken || (assignment?.broken ?? false), needs, wider),
    }
  })
  const size = ({ narrowPeople }: LeafRow) => (/^\d+$/.test(narrowPeople) ? Number(narrowPeople) : -1)
  told.sort((a, b) => size(b) - size(a) || (a.leaf < b.leaf ? -1 : 1))
  return { rows: told, ...summaryOf(rows, arms, leaves, compared, options) }
}

function matchedLeaves(
  rows: readonly CounterRow[],
  { switched }: AssignedArms,
  { goal, kFloor }: LeafOptions,
): MatchedLeaf[] {
  const hidden = hideLeaves(rows, switched, kFloor)
  const byLeaf = new Map<string, { narrow: CounterRow[]; broadControl: CounterRow[] }>()
  for (const row of rows) {
    const { leaf, person, arm } = row
    if (leaf === null || person === null || switched.has(person)) continue
    if (arm !== 'narrow' && arm !== 'broad-control') continue
    let found = byLeaf.get(leaf)
    if (!found) {
      found = { narrow: [], broadControl: [] }
      byLeaf.set(leaf, found)
    }
    found[arm === 'narrow' ? 'narrow' : 'broadControl'].push(row)
  }
  const armOf = (armRows: readonly CounterRow[], isHidden: boolean): LeafArm => {
    const people = [...countByPerson(armRows).people.values()]
    if (people.length < kFloor) return { people: [], events: 0, told: toldPeople(0, kFloor) }
    if (isHidden) return { people: [], events: 0, told: 'hidden' }
    const events = people.reduce((sum, person) => sum + goalEvents(person, goal), 0)
    return { people, events, told: String(people.length) }
  }
  return [...byLeaf].map(([id, found]) => ({
    id,
    narrow: armOf(found.narrow, hidden.narrow.has(id)),
    broadControl: armOf(found.broadControl, hidden.broadControl.has(id)),
  }))
}

function sizeOf({ people, events }: LeafArm) {
  return { people: people.length, events }
}

function isReadable(arm: LeafArm): boolean {
  return isEnough(sizeOf(arm))
}

function comparisonOf({ id, narrow, broadControl }: MatchedLeaf, options: LeafOptions) {
  const moments = (arm: LeafArm) => momentsOf(arm.people.map((person) => goalEvents(person, options.goal)))
  const [first, second] = [moments(narrow), moments(broadControl)]
  const { difference, standardError, low, high, pValue, lift } = compareMeans(first, second, REPORT_ALPHA)
  const mean = (each: typeof first): Estimate => {
    const found = meanInterval(each, REPORT_ALPHA)
    return { value: found.mean, low: Math.max(0, found.low), high: found.high }
  }
  return {
    narrow: mean(first),
    broadControl: mean(second),
    difference: { value: difference, low, high },
    lift: lift ? { value: lift.ratio, low: lift.low, high: lift.high } : null,
    pValue,
    sequence: confidenceSequence({
      estimate: difference,
      standardError,
      observations: first.people + second.people,
      plannedObservations: options.plannedPeople(id),
      alpha: REPORT_ALPHA,
    }),
  }
}

/** Of leaves both of whose arms are shown. */
function assignmentsOf(
  leaves: readonly MatchedLeaf[],
  { broadControlShare }: LeafOptions,
): ReadonlyMap<string, NonNullable<LeafRow['assignment']>> {
  if (broadControlShare === null) return new Map()
  const tested = leaves
    .map(({ id, narrow, broadControl }) => ({
      id,
      sizes: [narrow.people.length, broadControl.people.length],
    }))
    .filter(({ sizes }) => sizes.every((size) => size > 0))
  const pValues = tested.map(
    ({ sizes }) => sampleRatio(sizes, [1 - broadControlShare, broadControlShare]).pValue,
  )
  const qValues = benjaminiHochberg(pValues)
  return new Map(
    tested.map(({ id }, at) => [
      id,
      { pValue: pValues[at]!, qValue: qValues[at]!, broken: qValues[at]! < SAMPLE_RATIO_ALPHA },
    ]),
  )
}

/** More people who match the leaf until both arms are enough, at the campaign's shares. */
function needsOf(
  { narrow, broadControl }: MatchedLeaf,
  pooled: { readonly people: number; readonly events: number },
  controlShare: number | null,
): number {
  const more = [peopleNeeded(sizeOf(narrow), pooled), peopleNeeded(sizeOf(broadControl), pooled)] as const
  if (controlShare === null) return more[0] + more[1]
  return Math.ceil(Math.max(more[0] / (1 - controlShare), more[1] / controlShare))
}

function pooledSize({ narrow, broadControl }: AssignedArms, goal: GoalEvent) {
  const people = [...narrow.values(), ...broadControl.values()]
  return {
    people: people.length,
    events: people.reduce((sum, person) => sum + goalEvents(person, goal), 0),
  }
}

function respondersOf(people: readonly Readonly<EventCounts>[], goal: GoalEvent): number {
  return people.filter((person) => goalEvents(person, goal) > 0).length
}

function verdictOf(
  compared: LeafRow['compared'],
  broken: boolean,
  needs: number,
  wider: string,
): Pick<LeafRow, 'verdict' | 'text'> {
  if (!compared) {
    return { verdict: 'not-enough', text: `not enough data: about ${wholeNumber(needs)} more people needed` }
  }
  if (broken) {
    return { verdict: 'broken', text: 'cannot be trusted: people did not fall into the arms as assigned' }
  }
  if (compared.qValue > REPORT_ALPHA) return { verdict: 'unclear', text: 'no difference is shown here' }
  if (compared.difference.value > 0) return { verdict: 'wins', text: 'narrow wins here' }
  const into = wider === BROAD_ID ? BROAD_ID : `its wider segment ${wider}`
  return { verdict: 'loses', text: `narrow loses here: merge it into ${into}` }
}

/** Numbers over all leaves. Hidden leaves count as equal ones, so that no sum of squares tells their sizes. */
function summaryOf(
  rows: readonly CounterRow[],
  arms: AssignedArms,
  leaves: readonly MatchedLeaf[],
  compared: ReadonlyMap<string, NonNullable<LeafRow['compared']>>,
  { kFloor }: LeafOptions,
): Pick<Leaves, 'effectiveSegments' | 'unreadableSpendShare' | 'unmatchedPeople' | 'losing' | 'text'> {
  const shown = leaves.map(({ narrow }) => narrow.people.length).filter((people) => people > 0)
  const hidden = leaves.length - shown.length
  const rest = Math.max(0, arms.narrow.size - shown.reduce((sum, people) => sum + people, 0))
  const sizes = [...shown, ...Array.from({ length: hidden }, () => rest / hidden)]
  let [all, unreadable] = [0, 0]
  for (const { arm, leaf, impressions } of rows) {
    if (leaf === null || (arm !== 'narrow' && arm !== 'broad-control')) continue
    all += impressions
    if (!compared.has(leaf)) unreadable += impressions
  }
  const unmatched = new Set(
    rows.flatMap(({ arm, person }) => (arm === 'broad' && person !== null ? [person] : [])),
  )
  const losing = [...compared]
    .filter(([, { sequence }]) => sequence.high < 0)
    .map(([leaf]) => leaf)
    .sort()
  const unreadableSpendShare = all > 0 ? unreadable / all : null
  const unmatchedPeople = atLeast(unmatched.size, kFloor)
  const effective = sizes.length > 0 ? effectiveSegments(sizes) : null
  return {
    effectiveSegments: effective,
    unreadableSpendShare,
    unmatchedPeople,
    losing,
    text: summaryText(leaves.length, compared.size, unreadableSpendShare, losing.length),
  }
}

function summaryText(
  leaves: number,
  readable: number,
  unreadableShare: number | null,
  losing: number,
): string {
  if (leaves === 0) return 'Nobody matched a narrow segment yet.'
  const read = `${wholeNumber(readable)} of ${wholeNumber(leaves)} leaves can be read`
  const share = unreadableShare ? `; ${percent(unreadableShare)} of the spend went to the others` : ''
  const merge =
    losing > 0
      ? ` In ${wholeNumber(losing)} narrow does worse at any number of looks: a roll-up should merge them.`
      : ''
  return `${read}${share}.${merge}`
}
