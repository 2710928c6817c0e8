import type { AdUnitRow, CampaignDocument } from './api-client.ts'

export interface Cell {
  readonly segment: string
  readonly locale: string
  readonly placement: string
}

/** Ranks [from, to) of the ad units of one segment, locale and placement. */
export interface CellRange {
  readonly from: bigint
  readonly to: bigint
}

/** Probes sent at once: a search among millions takes eleven rounds. */
const PROBES = 3

/**
 * Where a cell lies on the campaign's number line. Segments come broad first, then as the campaign names them, and
 * within each the locales and placements in its order, so a few probes of one row each find both ends.
 *
 * @param rowAt the row of a rank; searches share most of their probes, so it pays to keep what it gave
 * @returns undefined when the campaign makes no ad unit of that cell
 */
export async function findCell(
  campaign: CampaignDocument,
  total: bigint,
  cell: Cell,
  rowAt: (rank: bigint) => Promise<AdUnitRow>,
): Promise<CellRange | undefined> {
  const order = segmentOrder(campaign)
  const wanted = positionOf(campaign, order, cell)
  const compare = async (rank: bigint): Promise<number> =>
    comparePositions(positionOf(campaign, order, await rowAt(rank)), wanted)
  const from = await firstRank(total, async (rank) => (await compare(rank)) >= 0)
  const to = await firstRank(total, async (rank) => (await compare(rank)) > 0, from)
  return to > from ? { from, to } : undefined
}

/** The first rank in [low, high) that holds, `high` when none does; what holds once holds for every later rank. */
async function firstRank(high: bigint, holds: (rank: bigint) => Promise<boolean>, low = 0n): Promise<bigint> {
  let [below, above] = [low, high]
  while (below < above) {
    const span = above - below
    const probes = [
      ...new Set(
        Array.from({ length: PROBES }, (_, at) => below + (span * BigInt(at + 1)) / BigInt(PROBES + 1)),
      ),
    ].filter((rank) => rank < above)
    const answers = await Promise.all(probes.map(holds))
    const hit = answers.indexOf(true)
    if (hit >= 0) above = probes[hit]!
    const last = hit < 0 ? probes.length - 1 : hit - 1
    if (last >= 0) below = probes[last]! + 1n
  }
  return below
}

/** Segment ids in the order of the number line. */
export function segmentOrder(campaign: CampaignDocument): Map<string, number> {
  const ids = campaign.segments.flatMap((entry) =>
    typeof entry === 'string' ? [entry] : [...(entry.leaves ?? []), ...(entry.remainders ?? [])],
  )
  return new Map(['broad', ...ids].map((id, at) => [id, at]))
}

function positionOf(
  campaign: CampaignDocument,
  order: ReadonlyMap<string, number>,
  { segment, locale, placement }: Cell | AdUnitRow,
): readonly number[] {
  const at = order.get(segment)
  if (at === undefined) throw new Error(`the campaign does not name the segment ${segment}; roll it up first`)
  return [at, campaign.locales.indexOf(locale), campaign.placements.indexOf(placement)]
}

function comparePositions(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, level) => value !== b[level])
  return at < 0 ? 0 : a[at]! - b[at]!
}
