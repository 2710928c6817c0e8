import { describe, expect, it } from 'vitest'
import type { AdUnitRow, CampaignDocument } from '../../../web/api-client.ts'
import { findCell } from '../../../web/find-cell.ts'

const CAMPAIGN: CampaignDocument = {
  name: 'spring',
  locales: ['en-US', 'es-US'],
  placements: ['iab-300x250', 'iab-728x90'],
  segments: ['loud', { grid: 'usa', leaves: ['usa/CA', 'usa/NY'], remainders: ['usa/*'] }],
  slots: [{ slot: 'headline' }],
}

/** A number line as the server answers it: cells in order, each with its own number of ad units. */
const CELLS = ['broad', 'loud', 'usa/CA', 'usa/NY', 'usa/*'].flatMap((segment, s) =>
  CAMPAIGN.locales.flatMap((locale, l) =>
    CAMPAIGN.placements.map((placement, p) => ({
      segment,
      locale,
      placement,
      size: 1 + 997 * s + 101 * l + 7 * p,
    })),
  ),
)
const TOTAL = CELLS.reduce((sum, { size }) => sum + size, 0)

function cellAt(rank: number) {
  let from = 0
  for (const cell of CELLS) {
    if (rank < from + cell.size) return cell
    from += cell.size
  }
  throw new Error(`no rank ${rank}`)
}

let probes = 0
async function rowAt(rank: bigint): Promise<AdUnitRow> {
  probes++
  const { segment, locale, placement } = cellAt(Number(rank))
  return {
    id: `id-${rank}`,
    rank: String(rank),
    segment,
    segmentTitle: segment,
    locale,
    placement,
    widthPx: 300,
    heightPx: 250,
    slots: {},
  }
}

describe('findCell', () => {
  it('finds both ends of every cell on the number line', async () => {
    let from = 0
    for (const cell of CELLS) {
      expect(await findCell(CAMPAIGN, BigInt(TOTAL), cell, rowAt)).toEqual({
        from: BigInt(from),
        to: BigInt(from + cell.size),
      })
      from += cell.size
    }
  })

  it('needs few probes, whatever the number of ad units', async () => {
    const cell = { segment: 'usa/NY', locale: 'es-US', placement: 'iab-728x90' }
    probes = 0
    await findCell(CAMPAIGN, BigInt(TOTAL), cell, rowAt)
    // Two ends, three probes a round, each round a quarter of what was left.
    expect(probes).toBeLessThanOrEqual(2 * 3 * (Math.ceil(Math.log(TOTAL) / Math.log(4)) + 1))
  })

  it('has no range for a cell that makes nothing', async () => {
    const without: CampaignDocument = { ...CAMPAIGN, segments: [...CAMPAIGN.segments, 'later'] }
    const cell = { segment: 'later', locale: 'en-US', placement: 'iab-300x250' }
    expect(await findCell(without, BigInt(TOTAL), cell, rowAt)).toBeUndefined()
  })

  it('refuses a segment that the campaign does not name', async () => {
    const cell = { segment: 'usa/TX', locale: 'en-US', placement: 'iab-300x250' }
    await expect(findCell(CAMPAIGN, BigInt(TOTAL), cell, rowAt)).rejects.toThrow('does not name')
  })
})
