import { PolyadError } from '../../core/errors.ts'
import { nearestName } from '../../rules/nearest-name.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { parseCampaign } from '../campaign/validate-campaign.ts'
import type { Ports } from '../ports/ports.ts'
import { type PauseTarget, parsePauseTarget } from './pause-target.ts'
import { type PausedAsset, pausedAssets, pausedFrom } from './paused.ts'
import { readPauses } from './pauses.ts'

/** What a pause stops, by the campaigns as their documents are. */
export interface PauseEffect {
  readonly campaigns: readonly string[]
  /** Of an asset: where it is, and what is left beside it with every pause of now. */
  readonly assets: readonly (PausedAsset & { readonly campaign: string })[]
}

/**
 * What pausing a target stops. Of a campaign whose document cannot be read nothing is told, and it is not in the way.
 *
 * @throws PolyadError NOT_FOUND, with the nearest name there is, when there is no such campaign, asset or segment;
 * INPUT_INVALID for a target that is none
 */
export async function pauseEffect(documents: Ports['documents'], target: string): Promise<PauseEffect> {
  const wanted = parsePauseTarget(target)
  const campaigns = await readCampaigns(documents)
  if (wanted.kind === 'campaign') {
    const names = await documents.list('campaign')
    if (!names.includes(wanted.campaign)) throw notFound('campaign', wanted.campaign, names)
    return { campaigns: [wanted.campaign], assets: [] }
  }
  if (wanted.kind === 'segment') {
    const document = wanted.segment.split('/', 1)[0]!
    const names = await documents.list('segment')
    if (!names.includes(document)) throw notFound('segment', wanted.segment, names)
    const using = campaigns.filter(({ segments }) =>
      segments.some((each) => (typeof each === 'string' ? each : each.grid) === document),
    )
    return { campaigns: using.map(({ name }) => name), assets: [] }
  }
  const others = await readPauses({ documents })
  const paused = pausedFrom([...others, { target, reason: null, by: '', atMs: 0, resumed: null }])
  const found = campaigns.flatMap((campaign) =>
    pausedAssets(campaign, paused)
      .filter(({ slot, asset }) => isMeant(wanted, campaign.name, slot, asset))
      .map((asset) => ({ campaign: campaign.name, ...asset })),
  )
  if (found.length === 0) {
    const ids = campaigns
      .filter(({ name }) => wanted.campaign === undefined || name === wanted.campaign)
      .flatMap(({ slots }) => slots.flatMap(({ assets }) => assets.map(({ id }) => id)))
    throw notFound('asset', wanted.asset, ids)
  }
  return { campaigns: [...new Set(found.map(({ campaign }) => campaign))], assets: found }
}

function isMeant(
  wanted: Extract<PauseTarget, { kind: 'asset' }>,
  campaign: string,
  slot: string,
  asset: string,
): boolean {
  return (
    asset === wanted.asset &&
    (wanted.campaign === undefined || wanted.campaign === campaign) &&
    (wanted.slot === undefined || wanted.slot === slot)
  )
}

async function readCampaigns(documents: Ports['documents']): Promise<readonly Campaign[]> {
  const campaigns: Campaign[] = []
  for (const name of await documents.list('campaign')) {
    try {
      const document = await documents.read('campaign', name)
      if (document) campaigns.push(parseCampaign(document.body, name))
    } catch (error) {
      if (!(error instanceof PolyadError)) throw error
    }
  }
  return campaigns
}

function notFound(what: string, name: string, names: readonly string[]): PolyadError {
  const nearest = nearestName(name, names)
  const mend = nearest === undefined ? 'nothing was paused' : `did you mean "${nearest}"? nothing was paused`
  return new PolyadError('NOT_FOUND', { what, name, mend })
}
