import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CampaignDocument } from '../../../web/api-client.ts'
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

let requests = 0

beforeEach(() => {
  requests = 0
  vi.stubGlobal('sessionStorage', { getItem: () => null })
  vi.stubGlobal('fetch', async (address: string) => {
    requests++
    const rank = Number(new URL(address, 'http://here').searchParams.get('from'))
    return Response.json({
      revision: 1,
      count: String(TOTAL),
      items: [{ rank: String(rank), ...cellAt(rank) }],
    })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('findCell', () => {
  it('finds both ends of every cell on the number line', async () => {
    let from = 0
    for (const cell of CELLS) {
      expect(await findCell(CAMPAIGN, BigInt(TOTAL), cell)).toEqual({
        from: BigInt(from),
        to: BigInt(from + cell.size),
      })
      from += cell.size
    }
  })

  it('needs few probes, whatever the number of ad units', async () => {
    await findCell(CAMPAIGN, BigInt(TOTAL), { segment: 'usa/NY', locale: 'es-US', placement: 'iab-728x90' })
    expect(requests).toBeLessThan(2 * 7 * Math.ceil(Math.log(TOTAL) / Math.log(8)) + 14)
  })

  it('has no range for a cell that makes nothing', async () => {
    const without: CampaignDocument = { ...CAMPAIGN, segments: [...CAMPAIGN.segments, 'later'] }
    const cell = { segment: 'later', locale: 'en-US', placement: 'iab-300x250' }
    expect(await findCell(without, BigInt(TOTAL), cell)).toBeUndefined()
  })

  it('refuses a segment that the campaign does not name', async () => {
    const cell = { segment: 'usa/TX', locale: 'en-US', placement: 'iab-300x250' }
    await expect(findCell(CAMPAIGN, BigInt(TOTAL), cell)).rejects.toThrow('does not name')
  })
})
