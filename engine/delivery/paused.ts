import type { Asset, Campaign } from '../campaign/campaign.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { parsePauseTarget } from './pause-target.ts'
import type { Pause } from './pauses.ts'

/** What is paused now, asked at every decision. */
export interface Paused {
  /** The pause of a campaign; undefined: it runs. */
  campaign(name: string): Pause | undefined
  /** The pause of a segment, or of the grid it is a cell of. */
  segment(id: string): Pause | undefined
  asset(campaign: string, slot: string, asset: string): Pause | undefined
  /** Whether any asset, or segment, is: where none is, nobody need look. */
  readonly assets: boolean
  readonly segments: boolean
}

/** @param pauses those that are over may be among them */
export function pausedFrom(pauses: readonly Pause[]): Paused {
  const campaigns = new Map<string, Pause>()
  const segments = new Map<string, Pause>()
  const assets = new Map<string, Pause>()
  for (const pause of pauses) {
    if (pause.resumed) continue
    const target = parsePauseTarget(pause.target)
    if (target.kind === 'campaign') campaigns.set(target.campaign, pause)
    else if (target.kind === 'segment') segments.set(target.segment, pause)
    else assets.set([target.asset, target.campaign ?? '', target.slot ?? ''].join('\0'), pause)
  }
  return {
    campaign: (name) => campaigns.get(name),
    segment: (id) => segments.get(id) ?? segments.get(id.split('/', 1)[0]!),
    asset: (campaign, slot, asset) =>
      assets.get(`${asset}\0${campaign}\0${slot}`) ??
      assets.get(`${asset}\0${campaign}\0`) ??
      assets.get(`${asset}\0\0`),
    assets: assets.size > 0,
    segments: segments.size > 0,
  }
}

export const NOTHING_PAUSED: Paused = pausedFrom([])

/** The pause that stops an ad unit; undefined: none does. */
export function pauseOfUnit(
  paused: Paused,
  campaign: string,
  { segment, choices }: AdUnit,
): Pause | undefined {
  const whole = paused.campaign(campaign) ?? paused.segment(segment)
  if (whole || !paused.assets) return whole
  for (const [slot, asset] of Object.entries(choices)) {
    const pause = asset === undefined ? undefined : paused.asset(campaign, slot, asset)
    if (pause) return pause
  }
  return undefined
}

/** Where an asset of a campaign is paused. */
export interface PausedAsset {
  readonly slot: string
  readonly asset: string
  readonly isDefault: boolean
  /** Assets of the slot that go on; 0: wherever the slot is shown, the campaign has nothing left. */
  readonly othersLeft: number
}

/** The paused assets of a campaign, in its order; retired ones are served to nobody anyway. */
export function pausedAssets(campaign: Campaign, paused: Paused): readonly PausedAsset[] {
  if (!paused.assets) return []
  return campaign.slots.flatMap(({ slot, assets, default: byDefault }) => {
    const isPaused = ({ id }: Asset) => paused.asset(campaign.name, slot, id) !== undefined
    const used = assets.filter(({ retired }) => !retired)
    const othersLeft = used.filter((asset) => !isPaused(asset)).length
    return used
      .filter(isPaused)
      .map(({ id }) => ({ slot, asset: id, isDefault: id === byDefault, othersLeft }))
  })
}
