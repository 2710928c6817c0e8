import type { Stream } from '../../core/stream.ts'
import type { Weights } from '../allocation/weights.ts'
import type { Campaign } from '../campaign/campaign.ts'
import type { LiveCampaign } from '../decision/live-campaign.ts'
import type { AdUnit, Cell } from '../space/ad-unit.ts'
import type { Node } from '../space/diagram.ts'
import { type ClosedOptions, drawOpen } from '../space/open-options.ts'
import { withoutAssets } from '../space/without-assets.ts'
import type { Delivery } from './delivery.ts'
import { type Paused, pausedAssets } from './paused.ts'

/** An ad unit of a cell with its propensities; why there is none; undefined when the revision has no such cell. */
export type OpenChoice = (
  campaign: LiveCampaign,
  stream: Stream,
  cell: Cell,
  how: {
    readonly weights: Weights
    /** Whom the campaign knows the person by. */
    readonly key: string | null
    readonly nowMs: number
    /** Not one of these where there is another. */
    readonly onPage: readonly AdUnit[]
  },
) =>
  | { readonly unit: AdUnit; readonly propensities: Readonly<Record<string, number>> }
  | 'paused'
  | 'capped'
  | undefined

/** Draws as Space.choose does, from what is neither paused nor, for this person, capped. */
export function createOpenChoice(delivery: Delivery): OpenChoice {
  const rests = new WeakMap<LiveCampaign, { readonly paused: Paused; readonly root: Node | undefined }>()

  /** The diagram without paused assets; undefined where none is paused. Made once a pause. */
  const restOf = (campaign: LiveCampaign): Node | undefined => {
    const { paused } = delivery
    if (!paused.assets) return undefined
    const kept = rests.get(campaign)
    if (kept?.paused === paused) return kept.root
    const { plan } = campaign
    const isAny = pausedAssets(plan.campaign, paused).length > 0
    const isOut = (slot: string, asset: string) => paused.asset(plan.campaign.name, slot, asset) !== undefined
    const root = isAny ? withoutAssets(plan, isOut) : undefined
    rests.set(campaign, { paused, root })
    return root
  }

  return (campaign, stream, cell, { weights, key, nowMs, onPage }) => {
    const { plan, space } = campaign
    const rest = restOf(campaign)
    const closed = delivery.closedFor(plan, key, cell, nowMs)
    if (!rest && !closed) return space.choose(stream, cell, weights, onPage)
    const node = space.cellNode(cell, rest)
    if (!node) return space.cellNode(cell) ? 'paused' : undefined
    const draw = (without: ClosedOptions) =>
      drawOpen(stream, node, cell.segment, plan.campaign.slots, weights, without)
    const open = closed ?? NOTHING_CLOSED
    const taken = onPage.length > 0 ? withoutUnits(open, cell, plan.campaign.slots, onPage) : undefined
    const drawn = (taken && draw(taken)) ?? draw(open)
    if (!drawn) return 'capped'
    return { unit: { ...cell, choices: drawn.choices }, propensities: drawn.propensities }
  }
}

const NOTHING_CLOSED: ClosedOptions = { asset: () => false, combination: () => false }

/** Closes some ad units beside what is closed. */
function withoutUnits(
  closed: ClosedOptions,
  cell: Cell,
  slots: Campaign['slots'],
  units: readonly AdUnit[],
): ClosedOptions {
  const here = units.filter(
    ({ segment, locale, placement }) =>
      segment === cell.segment && locale === cell.locale && placement === cell.placement,
  )
  const last = slots.at(-1)?.slot
  return {
    asset: closed.asset,
    combination: (slot, asset, choices) =>
      closed.combination(slot, asset, choices) ||
      (slot === last &&
        here.some((unit) =>
          slots.every(
            (each) => unit.choices[each.slot] === (each.slot === slot ? asset : choices[each.slot]),
          ),
        )),
  }
}
