import { confidenceSequence } from '../../stats/confidence-sequence.ts'
import { compareMeans, type Moments, meanInterval, momentsOf, varianceOf } from '../../stats/person-means.ts'
import { detectableMeanLift } from '../../stats/power.ts'
import { newcombeDifference, wilsonInterval } from '../../stats/proportion.ts'
import type { CounterRow } from '../ports/counters.ts'
import { ENOUGH, isEnough, peopleNeeded } from './enough-data.ts'
import { countByPerson, type EventCounts } from './person-counts.ts'
import { type ArmComparison, REPORT_ALPHA, type ReportArm } from './report.ts'
import { incrementalCost, type Price } from './spend.ts'
import { wholeNumber } from './text-table.ts'

export type GoalEvent = 'click' | 'conversion'

/** People by assigned arm, among those who matched a narrow segment. */
export interface AssignedArms {
  readonly narrow: ReadonlyMap<string, Readonly<EventCounts>>
  readonly broadControl: ReadonlyMap<string, Readonly<EventCounts>>
  /** People seen in both, as when the campaign's shares were changed: in neither. */
  readonly switched: ReadonlySet<string>
}

export function assignedArms(rows: readonly CounterRow[]): AssignedArms {
  const withPerson = rows.filter((row) => row.person !== null)
  const narrow = new Map(countByPerson(withPerson.filter((row) => row.arm === 'narrow')).people)
  const broadControl = new Map(countByPerson(withPerson.filter((row) => row.arm === 'broad-control')).people)
  const switched = new Set([...narrow.keys()].filter((person) => broadControl.has(person)))
  for (const person of switched) {
    narrow.delete(person)
    broadControl.delete(person)
  }
  return { narrow, broadControl, switched }
}

export function goalEvents(
  counts: Readonly<Pick<EventCounts, 'clicks' | 'conversions'>>,
  goal: GoalEvent,
): number {
  return goal === 'click' ? counts.clicks : counts.conversions
}

/** What was settled before the first look. */
export interface ComparisonPlan {
  readonly price: Price
  /** People at which the confidence sequence is narrowest. */
  readonly plannedPeople: number
}

/**
 * Narrow against broad control as they were assigned (intention to treat): everybody with a decision counts in their
 * arm, whatever they were shown in the end, and each person is one observation.
 *
 * An arm under the k floor is treated as empty, so nothing printed tells its size.
 */
export function compareArms(
  arms: AssignedArms,
  goal: GoalEvent,
  kFloor: number,
  plan: ComparisonPlan,
): ArmComparison {
  const narrow = [...arms.narrow.values()]
  const control = [...arms.broadControl.values()]
  const narrowSize = sizeOf(narrow, goal, kFloor)
  const controlSize = sizeOf(control, goal, kFloor)
  if (!isEnough(narrowSize) || !isEnough(controlSize)) {
    const pooled = {
      people: narrowSize.people + controlSize.people,
      events: narrowSize.events + controlSize.events,
    }
    const narrowNeeds = peopleNeeded(narrowSize, pooled)
    const broadControlNeeds = peopleNeeded(controlSize, pooled)
    const missing = [
      ...(narrowNeeds > 0 ? [`${wholeNumber(narrowNeeds)} more people in narrow`] : []),
      ...(broadControlNeeds > 0 ? [`${wholeNumber(broadControlNeeds)} more people in broad control`] : []),
    ]
    return {
      enough: false,
      narrowPeople: toldPeople(narrow.length, kFloor),
      broadControlPeople: toldPeople(control.length, kFloor),
      narrowNeeds,
      broadControlNeeds,
      text:
        `Not enough data: about ${missing.join(' and ')} needed ` +
        `(each arm needs ${ENOUGH.people} people and ${ENOUGH.events} ${goal}s).`,
    }
  }
  return compared(narrow, control, goal, plan)
}

function compared(
  narrow: readonly Readonly<EventCounts>[],
  control: readonly Readonly<EventCounts>[],
  goal: GoalEvent,
  { price, plannedPeople }: ComparisonPlan,
): ArmComparison {
  const narrowMoments = momentsOf(narrow.map((person) => goalEvents(person, goal)))
  const controlMoments = momentsOf(control.map((person) => goalEvents(person, goal)))
  const { difference, standardError, low, high, pValue, lift } = compareMeans(
    narrowMoments,
    controlMoments,
    REPORT_ALPHA,
  )
  const sides = { narrow: armOf(narrow, goal), broadControl: armOf(control, goal) }
  const responders = newcombeDifference(respondersOf(narrow, goal), respondersOf(control, goal))
  const percent = (share: number) => `${share < 0 ? '' : '+'}${(share * 100).toFixed(0)} %`
  const bounds = lift
    ? `${percent(lift.ratio)} (95 % interval ${percent(lift.low)} to ${percent(lift.high)})`
    : ''
  const verdict =
    low > 0
      ? `Narrow brings more ${goal}s a person than broad: ${bounds}.`
      : high < 0
        ? `Narrow brings fewer ${goal}s a person than broad: ${bounds}.`
        : `No difference between narrow and broad is shown: ${bounds}. That is not proof that there is none.`
  return {
    enough: true,
    ...sides,
    difference: { value: difference, low, high },
    pValue,
    sequence: confidenceSequence({
      estimate: difference,
      standardError,
      observations: narrow.length + control.length,
      plannedObservations: plannedPeople,
      alpha: REPORT_ALPHA,
    }),
    plannedPeople,
    detectableLift: detectableLiftOf(narrowMoments, controlMoments),
    costPerIncrementalEvent: incrementalCost(
      { ...sides, difference: { value: difference, low, high } },
      goal,
      price,
    ),
    lift: lift ? { value: lift.ratio, low: lift.low, high: lift.high } : null,
    respondersDifference: { value: responders.difference, low: responders.low, high: responders.high },
    text: verdict,
  }
}

/** Unequal arms tell as much as equal ones of their harmonic mean. */
function detectableLiftOf(narrow: Moments, control: Moments): number | null {
  const peoplePerArm = 2 / (1 / narrow.people + 1 / control.people)
  const mean = control.sum / control.people
  const variance = varianceOf(control)
  if (!(mean > 0 && variance > 0)) return null
  const lift = detectableMeanLift({ mean, variance, peoplePerArm })
  return Number.isFinite(lift) ? lift : null
}

function armOf(people: readonly Readonly<EventCounts>[], goal: GoalEvent): ReportArm {
  const moments = momentsOf(people.map((person) => goalEvents(person, goal)))
  const { mean, low, high } = meanInterval(moments, REPORT_ALPHA)
  const responders = respondersOf(people, goal)
  const impressions = people.reduce((sum, person) => sum + person.impressions, 0)
  const reach = people.filter((person) => person.impressions > 0).length
  return {
    people: people.length,
    reach,
    impressions,
    frequency: reach > 0 ? impressions / reach : null,
    spendMicros: Math.round(people.reduce((sum, person) => sum + person.spendMicros, 0)),
    goalEvents: moments.sum,
    goalEventsPerPerson: { value: mean, low: Math.max(0, low), high },
    respondersShare: {
      value: responders.successes / responders.trials,
      ...wilsonInterval(responders.successes, responders.trials),
    },
  }
}

function respondersOf(people: readonly Readonly<EventCounts>[], goal: GoalEvent) {
  const successes = people.filter((person) => goalEvents(person, goal) > 0).length
  return { successes, trials: people.length }
}

function sizeOf(people: readonly Readonly<EventCounts>[], goal: GoalEvent, kFloor: number) {
  if (people.length < kFloor) return { people: 0, events: 0 }
  return { people: people.length, events: people.reduce((sum, person) => sum + goalEvents(person, goal), 0) }
}

/** A number of people as it may be shown: `<50` under the floor, also for nobody. */
export function toldPeople(people: number, kFloor: number): string {
  return people < kFloor ? `<${kFloor}` : String(people)
}
