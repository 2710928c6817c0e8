import { PolyadError } from '../../core/errors.ts'
import type { CrossedCell } from '../../stats/crossed-effects.ts'
import { unitFromId } from '../campaign/ad-unit-id.ts'
import type { Plan } from '../campaign/plan.ts'
import { createCopyTable } from '../generate/copy-table.ts'
import type { UnitCounts } from '../ports/counters.ts'
import type { WiderSegments } from '../reporting/wider-segments.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { createAvailability } from '../space/availability.ts'
import type { Learned, LearnInput } from './learn.ts'
import { placesOf } from './places.ts'
import type { StoredWeights, WeightRow } from './stored-weights.ts'

/** Which weights follow from what was learnt, for `rowsOf`. */
export interface Question {
  readonly input: LearnInput
  /** Names of the options of each slot, as the input numbers them. */
  readonly options: readonly { readonly slot: string; readonly assets: readonly string[] }[]
  /** Which question a segment's answer is; the first is everybody's. */
  readonly questionOf: ReadonlyMap<string, number>
}

/**
 * Puts a campaign's counts into the form of a question: goal events by ad unit, at the segment whose ad was shown, crossed
 * with every slot, the locale and the placement. Options that the plan no longer has teach, and are not asked about.
 *
 * @param counts of real traffic, or of simulated traffic alone
 */
export function questionOf(plan: Plan, counts: readonly UnitCounts[], widerOf: WiderSegments): Question {
  const { campaign } = plan
  const shown = readUnits(plan, counts)
  const places = placesOf(
    shown.map(({ unit }) => unit.segment),
    widerOf,
  )
  const slots = campaign.slots.map(({ slot, assets }) => ({
    slot,
    assets: numbered([
      ...assets.map(({ id }) => id),
      ...shown.flatMap(({ unit }) => unit.choices[slot] ?? []),
    ]),
  }))
  const locales = numbered(shown.map(({ unit }) => unit.locale))
  const placements = numbered(shown.map(({ unit }) => unit.placement))
  const cells = shown.map(({ unit, trials, events }): CrossedCell => {
    const ofSlots = slots.map(({ slot, assets }) => assets.get(unit.choices[slot] ?? '') ?? -1)
    const levels = [...ofSlots, locales.get(unit.locale)!, placements.get(unit.placement)!]
    return { place: places.placeOf(unit.segment), levels, trials, events }
  })
  const { asked, of } = questionsOf(plan, places.placeOf)
  return {
    input: {
      cells,
      parents: places.parents,
      factors: [
        ...slots.map(({ assets }) => ({ levels: assets.size, nested: true })),
        { levels: locales.size, nested: false },
        { levels: placements.size, nested: false },
      ],
      rate: campaign.goal.baselineRate,
      asked,
    },
    options: slots.map(({ slot, assets }) => ({ slot, assets: [...assets.keys()] })),
    questionOf: of,
  }
}

interface ShownUnit {
  readonly unit: AdUnit
  readonly trials: number
  readonly events: number
}

/** Ad units that were seen, in the order of the counts. One that the ledger cannot read teaches nothing. */
function readUnits({ campaign, ledger }: Plan, counts: readonly UnitCounts[]): ShownUnit[] {
  return counts.flatMap(({ adUnit, impressions, clicks, conversions }) => {
    const events = campaign.goal.event === 'click' ? clicks : conversions
    if (impressions === 0 && events === 0) return []
    try {
      return [{ unit: unitFromId(ledger, adUnit), trials: impressions, events }]
    } catch (error) {
      if (error instanceof PolyadError) return []
      throw error
    }
  })
}

function numbered(names: readonly string[]): Map<string, number> {
  return new Map([...new Set(names)].map((name, at) => [name, at]))
}

/** One question for all segments at the same place that may show the same. */
function questionsOf(
  plan: Plan,
  placeOf: (segment: string) => number,
): { readonly asked: LearnInput['asked']; readonly of: ReadonlyMap<string, number> } {
  const { slots, locales } = plan.campaign
  const live = slots.map(({ assets }) => [...assets.keys()].filter((at) => !assets[at]!.retired))
  const asked = [{ place: 0, options: live }]
  const availability = createAvailability(plan, createCopyTable(plan))
  const ofClass = availability.members.map((_, segmentClass) => {
    const allowed = slots.map(() => new Set<number>())
    for (const locale of locales.keys()) {
      for (const placement of plan.placements.keys()) {
        const options = availability.optionsOf(segmentClass, locale, placement)
        for (const [slot, list] of options.entries()) {
          for (const option of list) if (option >= 0) allowed[slot]!.add(option)
        }
      }
    }
    return allowed.map((each) => [...each].sort((a, b) => a - b))
  })
  const known = new Map<string, number>()
  const of = new Map<string, number>()
  for (const [at, { id }] of plan.segments.entries()) {
    const segmentClass = availability.classOf[at]!
    const place = placeOf(id)
    const key = `${place} ${segmentClass}`
    let question = known.get(key)
    if (question === undefined) {
      question = asked.push({ place, options: ofClass[segmentClass]! }) - 1
      known.set(key, question)
    }
    of.set(id, question)
  }
  return { asked, of }
}

/** Weights are kept to a ten-thousandth: finer ones would be another version with every impression. */
const DECIMALS = 4

/** What was learnt as weights: the probability that each option is the best, where a slot has more than one. */
export function rowsOf(question: Question, learned: Learned): Pick<StoredWeights, 'rows' | 'segments'> {
  const rows: WeightRow[] = []
  const places = new Map<string, number>()
  const placeOf = (at: number): number => {
    const row = rowOf(question, learned, at)
    const text = JSON.stringify(row)
    let place = places.get(text)
    if (place === undefined) {
      place = rows.push(row) - 1
      places.set(text, place)
    }
    return place
  }
  placeOf(0)
  const ofQuestion = question.input.asked.map((_, at) => placeOf(at))
  const segments: Record<string, number> = {}
  for (const [segment, at] of question.questionOf)
    if (ofQuestion[at] !== 0) segments[segment] = ofQuestion[at]!
  return { rows, segments }
}

function rowOf({ input, options }: Question, learned: Learned, at: number): WeightRow {
  const row: Record<string, Record<string, number>> = {}
  for (const [slot, ofSlot] of input.asked[at]!.options.entries()) {
    if (ofSlot.length < 2) continue
    row[options[slot]!.slot] = Object.fromEntries(
      ofSlot.map((option, which) => [
        options[slot]!.assets[option]!,
        Number(learned[at]![slot]![which]!.chance.toFixed(DECIMALS)),
      ]),
    )
  }
  return row
}
