import {
  type AdditiveEffects,
  fitAdditiveEffects,
  type OptionEffect,
  type ShownCell,
} from '../../stats/additive-effects.ts'
import { benjaminiHochberg } from '../../stats/multiplicity.ts'
import type { CounterRow } from '../ports/counters.ts'
import { type CountedKeys, countKeys, HOUSE_AD, type KeyOf, toldHidden } from './breakdown.ts'
import { type GoalEvent, goalEvents } from './compare-arms.ts'
import { isEnough, peopleNeeded } from './enough-data.ts'
import { countByPerson, totalOf } from './person-counts.ts'
import { type ElementOption, type Elements, REPORT_ALPHA } from './report.ts'
import { NO_SLOT } from './slot-key.ts'
import { wholeNumber } from './text-table.ts'

export interface ElementsQuery {
  readonly goal: GoalEvent
  readonly kFloor: number
  /** Slots of the campaign, with what each row showed there. */
  readonly slots: readonly { readonly slot: string; readonly keyOf: KeyOf }[]
}

/** Options that are estimated, most shown first: the fit's cost grows with their third power. */
const MOST_OPTIONS = 150
/** Levels of one circumstance, likewise; the rest are taken as one. */
const MOST_LEVELS = 200
/** Options' effects are expected to lie within +-25 % of the rate or so, as segments' lifts are (GUARD 3.3). */
const USUAL_SPREAD = 0.25

/** What an option is shown with, besides the other slots. The segment is that of the person and that of the ad. */
const CIRCUMSTANCES: readonly KeyOf[] = [
  ({ placement }) => placement,
  ({ locale }) => locale,
  ({ day }) => day,
  ({ leaf, segment }) => `${leaf ?? ''} ${segment}`,
]

interface CountedSlot extends CountedKeys {
  readonly slot: string
  readonly keyOf: KeyOf
}

/**
 * The main effect of each option of every slot on goal events an impression, all slots at once
 * (stats/additive-effects.ts): adjusted for the other slots, placement, locale, day and segment. Holdout is left out: it
 * is shown nothing of the campaign.
 *
 * Only options that are shown and have enough data are estimated; the others of a slot are taken as one, so no effect
 * tells anything of a hidden one but what all of these do together. Verdicts follow q-values over all options that are
 * estimated: the more options a report has, the more would seem better or worse by chance.
 */
export function elementReport(rows: readonly CounterRow[], query: ElementsQuery): Elements {
  const { goal, kFloor } = query
  const ads = rows.filter(({ adUnit }) => adUnit !== '')
  const slots = query.slots.map(
    ({ slot, keyOf }): CountedSlot => ({
      slot,
      keyOf,
      // As the breakdown by this slot counts and hides, with the house ad.
      ...countKeys(rows, { keyOf, kFloor, bySegment: false }),
    }),
  )
  const people = countByPerson(ads)
  const total = totalOf(people)
  const whole = {
    people: people.people.size,
    events: goalEvents(total, goal),
    impressions: total.impressions,
  }
  const estimated = estimatedOptions(slots, goal)
  const rate = whole.impressions > 0 ? whole.events / whole.impressions : 0
  const fit = rate > 0 && estimated.length > 0 ? fitted(ads, estimated, goal, rate) : undefined
  const effects = fit && fitsBySlot(estimated, fit)
  const spreads = new Map(fit && estimated.map(({ slot }, factor) => [slot, fit.spreads[factor]! / rate]))
  return {
    slots: slots.map((slot) => {
      const options = optionRows(slot, effects?.get(slot.slot), query, whole, rate)
      const spread = spreads.get(slot.slot) ?? null
      return { slot: slot.slot, spread, options, text: slotText(options) }
    }),
    designEffect: fit?.designEffect ?? null,
    text: fit
      ? 'What each option brings, whatever it is shown with.'
      : 'No option can be told from another yet.',
  }
}

/** What is known of an option with an effect. */
interface OptionFit extends OptionEffect {
  readonly qValue: number
}

/** By slot and option, without those that are taken as one. */
function fitsBySlot(
  slots: readonly EstimatedSlot[],
  { effects }: AdditiveEffects,
): ReadonlyMap<string, ReadonlyMap<string, OptionFit>> {
  let at = 0
  const told = slots.flatMap(({ slot, options, hasOthers }) => {
    const own = options.map((option) => ({ slot, option, effect: effects[at++]! }))
    if (hasOthers) at++
    return own
  })
  const qValues = benjaminiHochberg(told.map(({ effect }) => effect.pValue))
  const bySlot = new Map(slots.map(({ slot }) => [slot, new Map<string, OptionFit>()]))
  told.forEach(({ slot, option, effect }, index) => {
    bySlot.get(slot)!.set(option, { ...effect, qValue: qValues[index]! })
  })
  return bySlot
}

interface EstimatedSlot {
  readonly slot: string
  readonly keyOf: KeyOf
  readonly options: readonly string[]
  /** Other options were shown, which are taken as one. */
  readonly hasOthers: boolean
}

/** Slots with something to compare. */
function estimatedOptions(slots: readonly CountedSlot[], goal: GoalEvent): EstimatedSlot[] {
  const all = slots.flatMap(({ slot, counts, hidden }) =>
    [...counts].flatMap(([option, counted]) => {
      if (!isOption(option) || hidden.has(option)) return []
      const total = totalOf(counted)
      const size = { people: counted.people.size, events: goalEvents(total, goal) }
      return isEnough(size) ? [{ slot, option, impressions: total.impressions }] : []
    }),
  )
  const kept = all
    .sort((a, b) => b.impressions - a.impressions || (a.option < b.option ? -1 : 1))
    .slice(0, MOST_OPTIONS)
  return slots.flatMap(({ slot, keyOf, counts }) => {
    const options = kept.filter((each) => each.slot === slot).map(({ option }) => option)
    const shown = [...counts.keys()].filter(isOption).length
    return options.length > 0 && shown > 1
      ? [{ slot, keyOf, options, hasOthers: shown > options.length }]
      : []
  })
}

function isOption(key: string): boolean {
  return key !== NO_SLOT && key !== HOUSE_AD
}

function fitted(
  rows: readonly CounterRow[],
  slots: readonly EstimatedSlot[],
  goal: GoalEvent,
  rate: number,
): AdditiveEffects {
  const factors = slots.map(({ options, hasOthers }) => options.length + (hasOthers ? 1 : 0))
  let before = 0
  const placeOf = slots.map(({ keyOf, options }, factor) => {
    const first = before
    before += factors[factor]!
    const places = new Map(options.map((option, at) => [option, first + at]))
    return (row: CounterRow) => {
      const key = keyOf(row)
      return isOption(key) ? (places.get(key) ?? first + options.length) : undefined
    }
  })
  let levels = 0
  const levelOf = CIRCUMSTANCES.map((keyOf) => {
    const known = new Map(mostShown(rows, keyOf).map((key, at) => [key, levels + at]))
    const others = levels + known.size
    levels = others + 1
    return (row: CounterRow) => known.get(keyOf(row)) ?? others
  })
  const clusters = new Map<string, number>()
  const cells = rows.map((row, at): ShownCell => {
    // Nobody is known by such a name: a decision without a person stands alone.
    const name = row.person ?? ` ${at}`
    const cluster = clusters.get(name) ?? clusters.size
    clusters.set(name, cluster)
    return {
      cluster,
      options: placeOf.flatMap((place) => place(row) ?? []),
      circumstances: levelOf.map((level) => level(row)),
      trials: row.impressions,
      events: goalEvents(row, goal),
    }
  })
  return fitAdditiveEffects(cells, { factors, circumstances: levels, usualSpread: USUAL_SPREAD * rate })
}

function mostShown(rows: readonly CounterRow[], keyOf: KeyOf): string[] {
  const impressions = new Map<string, number>()
  for (const row of rows) {
    const key = keyOf(row)
    impressions.set(key, (impressions.get(key) ?? 0) + row.impressions)
  }
  return [...impressions]
    .sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1))
    .slice(0, MOST_LEVELS)
    .map(([key]) => key)
}

function optionRows(
  { counts, hidden }: CountedSlot,
  effects: ReadonlyMap<string, OptionFit> | undefined,
  { goal, kFloor }: ElementsQuery,
  whole: { readonly people: number; readonly events: number; readonly impressions: number },
  rate: number,
): ElementOption[] {
  const options = [...counts].filter(([option]) => isOption(option))
  const rows = options.map(([option, counted]): ElementOption => {
    if (hidden.has(option)) return { option, hidden: true, people: toldHidden(counted, kFloor) }
    const total = totalOf(counted)
    const size = { people: counted.people.size, events: goalEvents(total, goal) }
    const fit = effects?.get(option)
    const needs = peopleNeeded(size, whole)
    return {
      option,
      hidden: false,
      people: size.people,
      impressions: total.impressions,
      goalEvents: size.events,
      shareShown: whole.impressions > 0 ? total.impressions / whole.impressions : 0,
      rawRate: total.impressions > 0 ? size.events / total.impressions : null,
      effect: fit ? { value: fit.effect, low: fit.low, high: fit.high } : null,
      relativeEffect: fit ? { value: fit.effect / rate, low: fit.low / rate, high: fit.high / rate } : null,
      pValue: fit?.pValue ?? null,
      qValue: fit?.qValue ?? null,
      needs,
      ...verdictOf(fit, needs, options.length),
    }
  })
  const rank = (row: ElementOption) => (row.hidden ? -Infinity : (row.effect?.value ?? -Number.MAX_VALUE))
  return rows.sort((a, b) => rank(b) - rank(a) || (a.option < b.option ? -1 : 1))
}

function verdictOf(fit: OptionFit | undefined, needs: number, options: number) {
  if (fit) {
    if (fit.qValue > REPORT_ALPHA) return { verdict: 'unclear', text: 'no difference is shown' } as const
    return fit.effect > 0
      ? ({ verdict: 'better', text: "better than the slot's average" } as const)
      : ({ verdict: 'worse', text: "worse than the slot's average" } as const)
  }
  const text =
    needs > 0
      ? `not enough data: about ${wholeNumber(needs)} more people needed`
      : options < 2
        ? 'nothing to compare it with'
        : `not estimated: only the ${MOST_OPTIONS} most shown options are`
  return { verdict: 'not-enough', text } as const
}

function slotText(options: readonly ElementOption[]): string {
  const told = options.flatMap((each) => (each.hidden ? [] : [each]))
  const named = (verdict: string) =>
    told.filter((each) => each.verdict === verdict).map(({ option }) => option)
  const [better, worse] = [named('better'), named('worse')]
  if (better.length + worse.length === 0) {
    return told.some(({ effect }) => effect)
      ? 'No option is shown to do better than another.'
      : 'Not enough data.'
  }
  return [
    ...(better.length > 0 ? [`Better: ${listed(better)}.`] : []),
    ...(worse.length > 0 ? [`Worse: ${listed(worse.toReversed())}.`] : []),
  ].join(' ')
}

/** The first three of them. */
function listed(options: readonly string[]): string {
  const more = options.length - 3
  return options.slice(0, 3).join(', ') + (more > 0 ? ` and ${wholeNumber(more)} more` : '')
}
