import { PolyadError } from '../../core/errors.ts'
import { nearestName } from '../../rules/nearest-name.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { readCheckedPlan } from '../campaign/checked-plans.ts'
import { loadPlanByHash } from '../campaign/load-plan.ts'
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
export async function pauseEffect(
  ports: Pick<Ports, 'documents' | 'blobs'>,
  target: string,
): Promise<PauseEffect> {
  const { documents } = ports
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
    const campaignNames = using.map(({ name }) => name)
    const served =
      wanted.segment === document ? campaignNames : await servingCell(ports, campaignNames, wanted.segment)
    return { campaigns: served, assets: [] }
  }
  const others = await readPauses({ documents })
  const paused = pausedFrom([...others, { target, reason: null, by: '', atMs: 0, resumed: null }])
  const found = campaigns.flatMap((campaign) =>
    pausedAssets(campaign, paused)
      .filter(({ slot, asset }) => isMeant(wanted, campaign.name, slot, asset))
      .map((asset) => ({ campaign: campaign.name, ...asset })),
  )
  if (found.length === 0) {
    const { campaign, slot, asset } = wanted
    const inCampaigns = campaigns.filter(({ name }) => campaign === undefined || name === campaign)
    if (campaign !== undefined && inCampaigns.length === 0) {
      throw notFound(
        'campaign',
        campaign,
        campaigns.map(({ name }) => name),
      )
    }
    const slots = inCampaigns.flatMap((each) => each.slots)
    const inSlots = slots.filter((each) => slot === undefined || each.slot === slot)
    if (slot !== undefined && inSlots.length === 0) {
      throw notFound(
        'slot',
        slot,
        slots.map((each) => each.slot),
      )
    }
    throw notFound(
      'asset',
      asset,
      inSlots.flatMap(({ assets }) => assets.map(({ id }) => id)),
    )
  }
  return { campaigns: [...new Set(found.map(({ campaign }) => campaign))], assets: found }
}

/**
 * The campaigns of a grid that serve one of its cells: by the plan that a check last let run. One that was never checked
 * serves nothing yet, and may come to.
 *
 * @throws PolyadError NOT_FOUND when none has the cell
 */
async function servingCell(
  ports: Pick<Ports, 'documents' | 'blobs'>,
  campaigns: readonly string[],
  cell: string,
): Promise<string[]> {
  const found: string[] = []
  const ids = new Set<string>()
  for (const name of campaigns) {
    const checked = await readCheckedPlan(ports, name)
    const plan = checked && (await loadPlanByHash(ports.blobs, checked.planHash))
    for (const { id } of plan?.segments ?? []) ids.add(id)
    if (!plan || plan.segments.some(({ id }) => id === cell)) found.push(name)
  }
  if (found.length === 0) throw notFound('segment', cell, [...ids])
  return found
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
