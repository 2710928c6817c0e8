import type { Stream } from '../../core/stream.ts'
import type { Weights } from '../allocation/weights.ts'
import type { LiveCampaign } from '../decision/live-campaign.ts'
import type { AdUnit, Cell } from '../space/ad-unit.ts'
import type { Node } from '../space/diagram.ts'
import { drawOpen } from '../space/open-options.ts'
import { withoutAssets } from '../space/without-assets.ts'
import type { Delivery } from './delivery.ts'
import { type Paused, pausedAssets } from './paused.ts'

/** An ad unit of a cell with its propensities; why there is none; undefined when the revision has no such cell. */
export type OpenChoice = (
  campaign: LiveCampaign,
  stream: Stream,
  cell: Cell,
  weights: Weights,
  key: string | null,
  nowMs: number,
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

  return (campaign, stream, cell, weights, key, nowMs) => {
    const { plan, space } = campaign
    const rest = restOf(campaign)
    const closed = delivery.closedFor(plan, key, cell, nowMs)
    if (!rest && !closed) return space.choose(stream, cell, weights)
    const node = space.cellNode(cell, rest)
    if (!node) return space.cellNode(cell) ? 'paused' : undefined
    const drawn = drawOpen(stream, node, cell.segment, plan.campaign.slots, weights, closed ?? NOTHING_CLOSED)
    if (!drawn) return 'capped'
    return { unit: { ...cell, choices: drawn.choices }, propensities: drawn.propensities }
  }
}

const NOTHING_CLOSED = { asset: () => false, combination: () => false }
