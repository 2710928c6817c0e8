import { PolyadError } from '../../core/errors.ts'
import { slotsInOrder } from '../campaign/ad-unit-id.ts'
import type { Ledger } from '../campaign/ledger.ts'
import type { Plan } from '../campaign/plan.ts'
import { CELL_LEVELS } from '../space/compile.ts'

/** One level of two number lines, its values under codes that both have in common. */
export interface MatchedLevel {
  /** segment, locale, placement, or the slot. */
  readonly dimension: string
  /** By code: the newer revision's values in its order, then those only the older one has. */
  readonly names: readonly string[]
  /** Codes by position, undefined where the revision has no such slot. */
  readonly before: Int32Array | undefined
  readonly after: Int32Array | undefined
  /** Number in ids, by code. */
  readonly ordinals: readonly number[]
}

export interface Matched {
  readonly levels: readonly MatchedLevel[]
  /** The older plan with its slots in an order that fits the newer one's; the plan itself where they fit already. */
  readonly before: Plan
}

/**
 * Levels of both revisions in one order: segment, locale, placement, then the slots as the newer one has them, and
 * among them those only the older one has. Values are the same when the ledger gives them one ordinal.
 *
 * @throws PolyadError LEDGER_CONFLICT when the ledger of one revision is not a continuation of the other's
 */
export function matchLevels(before: Plan, after: Plan): Matched {
  requireOneLedger(before, after)
  const fitted = withSlotsAs(before, after)
  const slots = mergedOrder(
    fitted.campaign.slots.map(({ slot }) => slot),
    after.campaign.slots.map(({ slot }) => slot),
  )
  const { ledger: older } = before
  const { ledger: newer } = after
  const segments = (plan: Plan) => plan.segments.map(({ id }) => id)
  return {
    before: fitted,
    levels: [
      matched('segment', segments(fitted), segments(after), older.segments, newer.segments),
      matched('locale', fitted.campaign.locales, after.campaign.locales, older.locales, newer.locales),
      matched(
        'placement',
        fitted.campaign.placements,
        after.campaign.placements,
        older.placements,
        newer.placements,
      ),
      ...slots.map((slot) =>
        matched(
          slot,
          assetIds(fitted, slot),
          assetIds(after, slot),
          assetOrdinals(older, slot),
          assetOrdinals(newer, slot),
        ),
      ),
    ],
  }
}

/** Which number of an id each level is, as `encodeNumbers` takes them, and how many there are. */
export function idPlaces(levels: readonly MatchedLevel[], ledgers: readonly Ledger[]) {
  const slots = ledgers.map(slotsInOrder).reduce((most, each) => (each.length > most.length ? each : most))
  const places = levels.map(({ dimension }, level) =>
    level < CELL_LEVELS ? 1 + level : 1 + CELL_LEVELS + slots.indexOf(dimension),
  )
  return { places, size: 1 + CELL_LEVELS + slots.length }
}

function matched(
  dimension: string,
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
  older: Readonly<Record<string, number>>,
  newer: Readonly<Record<string, number>>,
): MatchedLevel {
  const names = [...new Set([...(after ?? []), ...(before ?? [])])]
  const codes = new Map(names.map((name, code) => [name, code]))
  const coded = (list: readonly string[] | undefined) =>
    list && Int32Array.from(list, (name) => codes.get(name)!)
  return {
    dimension,
    names,
    before: coded(before),
    after: coded(after),
    ordinals: names.map((name) => (Object.hasOwn(newer, name) ? newer[name]! : older[name]!)),
  }
}

function assetIds({ campaign }: Plan, slot: string): string[] | undefined {
  return campaign.slots.find((each) => each.slot === slot)?.assets.map(({ id }) => id)
}

function assetOrdinals({ assets }: Ledger, slot: string): Readonly<Record<string, number>> {
  return Object.hasOwn(assets, slot) ? assets[slot]! : {}
}

/** A slot's place in the order moves ranks, not ad units: the diagram is compiled in the order of the other one. */
function withSlotsAs(plan: Plan, other: Plan): Plan {
  const { slots } = plan.campaign
  const wanted = other.campaign.slots.map(({ slot }) => slot)
  const shared = slots.filter(({ slot }) => wanted.includes(slot))
  const inOrder = shared.toSorted((a, b) => wanted.indexOf(a.slot) - wanted.indexOf(b.slot))
  if (inOrder.every((slot, at) => slot === shared[at])) return plan
  const own = slots.filter(({ slot }) => !wanted.includes(slot))
  return { ...plan, campaign: { ...plan.campaign, slots: [...inOrder, ...own] } }
}

/** Both orders in one; what they share has the same order in both. */
function mergedOrder(before: readonly string[], after: readonly string[]): string[] {
  const merged: string[] = []
  let at = 0
  for (const slot of after) {
    if (before.includes(slot)) {
      while (before[at] !== slot) merged.push(before[at++]!)
      at++
    }
    merged.push(slot)
  }
  return [...merged, ...before.slice(at)]
}

function requireOneLedger(before: Plan, after: Plan): void {
  const [older, newer] = [before.ledger, after.ledger]
  const { name: campaign } = after.campaign
  if (older.campaignKey !== newer.campaignKey) {
    throw new PolyadError('INPUT_INVALID', {
      what: 'ledger',
      where: `campaigns/${campaign}.ledger.json`,
      problem: `it was made anew: ids of revision ${before.revision} have the campaign key ${older.campaignKey}, those of ${after.revision} have ${newer.campaignKey}`,
      mend: 'restore the file from git',
    })
  }
  const kinds: [string, Readonly<Record<string, number>>, Readonly<Record<string, number>>][] = [
    ['segment', older.segments, newer.segments],
    ['locale', older.locales, newer.locales],
    ['placement', older.placements, newer.placements],
    ['slot', older.slots, newer.slots],
    ...Object.keys(older.assets).map((slot): (typeof kinds)[number] => [
      `asset of ${slot}`,
      older.assets[slot]!,
      assetOrdinals(newer, slot),
    ]),
  ]
  for (const [kind, olderOrdinals, newerOrdinals] of kinds) {
    const named = new Map(Object.entries(newerOrdinals).map(([name, ordinal]) => [ordinal, name]))
    for (const [name, ordinal] of Object.entries(olderOrdinals)) {
      const other = named.get(ordinal) ?? name
      const now = Object.hasOwn(newerOrdinals, name) ? newerOrdinals[name] : ordinal
      if (other === name && now === ordinal) continue
      throw new PolyadError('LEDGER_CONFLICT', { campaign, kind, ordinal, names: [name, other] })
    }
  }
}
