import { DELIVERY_DEFAULTS, type FrequencyCaps, type FrequencyLimit } from '../campaign/delivery-settings.ts'
import type { Plan } from '../campaign/plan.ts'
import { messageSlots } from '../openrtb/creative-id.ts'
import type { AdUnit, Cell } from '../space/ad-unit.ts'
import type { ClosedOptions } from '../space/open-options.ts'
import { type Fingerprint, fingerprintOf } from './fingerprint.ts'
import { createShowingTable, type ShowingTable } from './showing-table.ts'

const HOUR_SEC = 3600
/** Keys a table holds at most: people for a cap on the campaign, people and things for the others. */
export const MOST_KEYS = 8_000_000

/** One thing that is capped, with its limits and what people saw of it. */
interface Kind {
  readonly of: FrequencyLimit['of']
  readonly limits: readonly (FrequencyLimit & { readonly windowSec: number })[]
  readonly table: ShowingTable
}

/**
 * How often people saw what one campaign shows, as far back as its longest window.
 *
 * Its answers are exact, to the second, while no table is full. It is this process's own; a store shared by processes
 * would keep it in step by `note`, of what the others told.
 */
export interface Frequency {
  readonly counts: 'impressions' | 'decisions'
  /** Seconds of the longest window. */
  readonly keepSec: number
  /** Whether the person saw the campaign as often as they may. */
  isCapped(person: Fingerprint, nowSec: number): boolean
  /** What the person may not be shown again in a cell; undefined: nothing is capped but the campaign. */
  closedFor(person: Fingerprint, cell: Cell, nowSec: number): ClosedOptions | undefined
  /** @param unit what was shown; undefined: a house ad, which counts for the campaign, so that all arms are asked alike */
  note(person: Fingerprint, unit: AdUnit | undefined, atSec: number): void
  /** Of all tables. */
  size(): { readonly keys: number; readonly bytes: number; readonly forgotten: number }
}

export function windowSecOf({ hours, days }: Pick<FrequencyLimit, 'hours' | 'days'>): number {
  return (hours ?? (days ?? 0) * 24) * HOUR_SEC
}

/** @param caps of the plan's campaign */
export function createFrequency(plan: Plan, caps: FrequencyCaps, mostKeys = MOST_KEYS): Frequency {
  const { campaign } = plan
  const kinds = (['campaign', 'ad-unit', 'message', 'asset'] as const).flatMap((of): Kind[] => {
    const limits = caps.limits
      .filter((limit) => limit.of === of)
      .map((limit) => ({ ...limit, windowSec: windowSecOf(limit) }))
    if (limits.length === 0) return []
    const timesEach = Math.max(...limits.map(({ most }) => most))
    const keepSec = Math.max(...limits.map(({ windowSec }) => windowSec))
    return [{ of, limits, table: createShowingTable({ timesEach, keepSec, mostKeys }) }]
  })
  const whole = kinds.find(({ of }) => of === 'campaign')
  const parts = kinds.filter(({ of }) => of !== 'campaign')
  const slotNames = campaign.slots.map(({ slot }) => slot)
  const inMessage = messageSlots(plan)
  const messageNames = slotNames.filter((slot) => inMessage.includes(slot))
  const lastOfMessage = messageNames.at(-1)
  const lastSlot = slotNames.at(-1)

  const isReached = (kind: Kind, key: Fingerprint, nowSec: number, slot?: string): boolean =>
    kind.limits.some(
      ({ most, windowSec, slot: only }) =>
        (only === undefined || only === slot) && kind.table.hasReached(key, most, nowSec - windowSec),
    )

  const ofAssets = parts.filter(({ of }) => of === 'asset')
  const ofCombinations = parts.filter(({ of }) => of !== 'asset')

  /** The message or ad unit that an option completes; undefined where it completes none. */
  const completed = (
    { of }: Kind,
    cell: Cell,
    choices: Choices,
    slot: string,
    asset: string | undefined,
  ): string | undefined => {
    if (slot !== (of === 'message' ? lastOfMessage : lastSlot)) return undefined
    const names = of === 'message' ? messageNames : slotNames
    const start =
      of === 'message' ? `message\0${cell.locale}` : `${cell.segment}\0${cell.locale}\0${cell.placement}`
    return combinationThing(start, names, choices, slot, asset)
  }

  return {
    counts: caps.counts ?? DELIVERY_DEFAULTS.frequencyCounts,
    keepSec: Math.max(...caps.limits.map(windowSecOf)),
    isCapped: (person, nowSec) => whole !== undefined && isReached(whole, person, nowSec),
    closedFor(person, cell, nowSec) {
      if (parts.length === 0) return undefined
      return {
        asset: (slot, asset) =>
          asset !== undefined &&
          ofAssets.some((kind) => isReached(kind, beside(person, assetThing(slot, asset)), nowSec, slot)),
        combination: (slot, asset, choices) =>
          ofCombinations.some((kind) => {
            const thing = completed(kind, cell, choices, slot, asset)
            return thing !== undefined && isReached(kind, beside(person, thing), nowSec)
          }),
      }
    },
    note(person, unit, atSec) {
      whole?.table.note(person, atSec)
      if (!unit) return
      for (const { slot } of campaign.slots) {
        const asset = unit.choices[slot]
        for (const { table, limits } of ofAssets) {
          const isCapped = limits.some(({ slot: only }) => only === undefined || only === slot)
          if (asset !== undefined && isCapped) table.note(beside(person, assetThing(slot, asset)), atSec)
        }
        for (const kind of ofCombinations) {
          const thing = completed(kind, unit, unit.choices, slot, asset)
          if (thing !== undefined) kind.table.note(beside(person, thing), atSec)
        }
      }
    },
    size: () => ({
      keys: kinds.reduce((sum, { table }) => sum + table.size, 0),
      bytes: kinds.reduce((sum, { table }) => sum + table.bytes, 0),
      forgotten: kinds.reduce((sum, { table }) => sum + table.forgotten, 0),
    }),
  }
}

type Choices = AdUnit['choices']

function assetThing(slot: string, asset: string): string {
  return `${slot}\0${asset}`
}

/** @param choices those before `slot`, which gets `asset` */
function combinationThing(
  start: string,
  slots: readonly string[],
  choices: Choices,
  slot: string,
  asset: string | undefined,
): string {
  let name = start
  for (const each of slots) name += `\0${(each === slot ? asset : choices[each]) ?? ''}`
  return name
}

function beside(person: Fingerprint, name: string): Fingerprint {
  const { high, low } = fingerprintOf(name)
  return { high: (person.high ^ high) >>> 0, low: (person.low ^ low) >>> 0 }
}
