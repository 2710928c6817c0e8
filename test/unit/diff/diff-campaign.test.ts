import { describe, expect, it } from 'vitest'
import { createDoor } from '../../../core/schema.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { loadPlan } from '../../../engine/campaign/load-plan.ts'
import { changedUnits } from '../../../engine/diff/changed-units.ts'
import { type DiffRequest, diffCampaign } from '../../../engine/diff/diff-campaign.ts'
import { DiffReportSchema } from '../../../engine/diff/diff-report.ts'
import { diffText } from '../../../engine/diff/diff-text.ts'
import { campaign, OPTIONS, square, template, workspace } from '../campaign/memory-workspace.ts'

type Ports = Awaited<ReturnType<typeof workspace>>

const door = createDoor('diff report', DiffReportSchema)

async function diff(ports: Ports, revisions: Pick<DiffRequest, 'before' | 'after'> = {}) {
  const found = await diffCampaign(ports, { campaign: 'spring', fingerprint: 'test', ...revisions })
  // What --json prints is what its schema says.
  door(JSON.parse(JSON.stringify(found.report)), 'report')
  return found
}

/** Writes a revision, and compiles it as a check would. */
async function revise(ports: Ports, changed: Partial<Campaign>): Promise<void> {
  await ports.documents.write('campaign', 'spring', { ...campaign, ...changed })
  await loadPlan(ports, 'spring', OPTIONS)
}

const [headline, picture] = campaign.slots as [Campaign['slots'][0], Campaign['slots'][0]]

describe('diff of a campaign', () => {
  it('tells what came, went and changed, and by what', async () => {
    const ports = await workspace()
    await loadPlan(ports, 'spring', OPTIONS)
    const [go, local] = headline.assets as [
      Campaign['slots'][0]['assets'][0],
      Campaign['slots'][0]['assets'][0],
    ]
    const fresh = { id: 'fresh', text: { en: 'Fresh' } }
    await revise(ports, {
      slots: [
        { ...headline, assets: [{ ...go, text: { en: 'Go!' } }, { ...local, retired: true }, fresh] },
        picture,
      ],
      placements: ['iab-300x250', 'iab-300x600'],
      locales: ['en-US', 'en-GB'],
      exclude: [{ headline: ['fresh'], picture: ['beach'] }],
      budget: { ...campaign.budget, total: { amountMicros: 2_000_000, currency: 'USD' } },
    })
    const { report } = await diff(ports, { before: 1, after: 2 })
    expect(diffText(report, 'placement').replaceAll(/ on 1970.*/g, '')).toMatchInlineSnapshot(`
      "spring@1 to spring@2: 6 ad units added, 4 removed, 2 changed; 0 as they were.
        before  spring@1, 6 ad units, as compiled
        after   spring@2, 8 ad units, as compiled

      what changed        which                       added  removed  changed
      locales added       en-GB                           4
      placements added    iab-300x600                     4
      placements removed  iab-728x90                               3
      asset added         headline/fresh
      asset retired       headline/local                           2
      asset edited        headline/go: text in en-US                        2
      rules changed       exclude: 1 new, 0 gone
      An ad unit that two rows touch counts in both.

      placement    added  removed  changed
      iab-300x250      2        1        2
      iab-300x600      4
      iab-728x90                3

      Changed too, and no ad unit with it: budget."
    `)
    expect(() => diffText(report, 'colour')).toThrow('count by segment, locale, placement, headline, picture')
  })

  it('knows the segments, the template and the pictures of an older revision', async () => {
    const ports = await workspace()
    await loadPlan(ports, 'spring', OPTIONS)
    ports.files.paths.set('assets/beach.png', await square(7))
    const layers = template.layers.map((layer) => ({ ...layer, opacity: 0.5 }))
    const overrides = { 'iab-728x90': { photo: { opacity: 0.25 } } }
    await ports.documents.write('template', 'banner', { ...template, placements: overrides })
    await ports.documents.write('segment', 'californians', {
      name: 'californians',
      rule: { all: [{ state: 'CA' }, { state: { known: true } }] },
    })
    const now = await diff(ports, { before: 1 })
    expect(now.report).toMatchObject({
      before: { revision: 1, source: 'kept' },
      after: { revision: 1, source: 'now' },
      adUnits: { added: '0', removed: '0', changed: '6', same: '0' },
      causes: [
        {
          kind: 'asset edited',
          names: ['picture/beach'],
          detail: 'another picture in assets/beach.png',
          changed: '6',
        },
        { kind: 'template changed', names: ['iab-728x90'], changed: '3' },
      ],
      audiences: [
        {
          segment: 'californians',
          before: 'state is CA',
          after: 'state is CA and state is known',
          adUnits: '4',
        },
      ],
    })
    const changes = [...changedUnits(now.comparison)].map((unit) =>
      [unit.placement, ...unit.changed].join(' '),
    )
    expect(changes).toEqual([
      'iab-300x250 picture',
      'iab-728x90 template picture',
      'iab-300x250 picture',
      'iab-300x250 picture',
      'iab-728x90 template picture',
      'iab-728x90 template picture',
    ])
    // To look is not to compile: it stays what it was.
    expect((await diff(ports, { before: 1 })).report).toEqual(now.report)
    await ports.documents.write('template', 'banner', { ...template, layers })
    expect((await diff(ports, { before: 1 })).report.adUnits.changed).toBe('6')
  })

  it('a slot that is born makes other ad units, but where a placement lacks it', async () => {
    const ports = await workspace()
    await loadPlan(ports, 'spring', OPTIONS)
    const slots = [...template.slots, { name: 'badge', kind: 'text' as const, absentIn: ['iab-728x90'] }]
    await ports.documents.write('template', 'banner', { ...template, slots })
    const badge = { slot: 'badge', default: 'new', assets: [{ id: 'new', text: { en: 'New' } }] }
    await revise(ports, { slots: [badge, ...campaign.slots] })
    const { report, comparison } = await diff(ports)
    expect(report).toMatchObject({
      answer: 'spring@1 to spring@2: 3 ad units added, 3 removed, 0 changed; 3 as they were.',
      causes: [
        {
          kind: 'slots changed',
          detail: 'added badge; other slots in iab-300x250',
          added: '3',
          removed: '3',
        },
      ],
      by: {
        slots: {
          badge: [
            { name: '', added: '0', removed: '3' },
            { name: 'new', added: '3', removed: '0' },
          ],
        },
      },
    })
    expect(report.causes).toHaveLength(1)
    const ids = new Set([...changedUnits(comparison)].map(({ id }) => id))
    expect(ids.size).toBe(6)
  })

  it('says what moves ranks alone, and what was compiled by other versions', async () => {
    const ports = await workspace()
    await loadPlan(ports, 'spring', OPTIONS)
    await ports.documents.write('campaign', 'spring', {
      ...campaign,
      slots: [picture, { ...headline, assets: headline.assets.toReversed() }],
      locales: ['en-US'],
      placements: campaign.placements.toReversed(),
    })
    const { report } = await diffCampaign(ports, { campaign: 'spring', before: 1, fingerprint: 'newer' })
    expect(report.answer).toBe('spring@1 to spring@2: nothing changed; 6 ad units are as they were.')
    expect(report.causes).toEqual([])
    expect(report.remarks).toEqual([
      'the order of slots, assets of headline, placements changed: that moves ranks, not ids',
      expect.stringContaining('other versions of Polyad'),
    ])
  })

  it('the same revision twice: nothing changed', async () => {
    const ports = await workspace()
    await loadPlan(ports, 'spring', OPTIONS)
    const { report } = await diff(ports, { before: 1, after: 1 })
    expect(report).toMatchObject({ causes: [], audiences: [], otherFields: [], remarks: [] })
    expect(report.answer).toBe('spring@1 to spring@1: nothing changed; 6 ad units are as they were.')
  })

  it('an older revision that was never compiled has the segments of today, and says so', async () => {
    const ports = await workspace()
    await revise(ports, { locales: ['en-GB'] })
    const { report } = await diff(ports, { before: 1, after: 2 })
    expect(report.before.source).toBe('rebuilt')
    expect(report.remarks).toEqual([expect.stringContaining('revision 1 was never compiled')])
    expect(report.adUnits).toEqual({ added: '6', removed: '6', changed: '0', same: '0' })
    ports.files.paths.delete('assets/beach.png')
    await expect(diff(ports, { before: 1, after: 2 })).rejects.toThrow(
      /spring@1: it was never compiled while it was the newest, and does not compile with today's files: .*no file assets/,
    )
  })

  it('a revision that is not there: says which are', async () => {
    const ports = await workspace()
    await expect(diff(ports)).rejects.toThrow(
      'there is no revision before "spring@1"; revision 1 is the only one; name the two to compare',
    )
    await revise(ports, { locales: ['en-GB'] })
    await expect(diff(ports, { before: 7 })).rejects.toThrow(
      'there is no campaign revision "spring@7"; there are revisions 1 to 2',
    )
    const other = diffCampaign(ports, { campaign: 'autumn', fingerprint: 'test' })
    await expect(other).rejects.toThrow('there is no campaign "autumn"; write campaigns/autumn.json')
  })

  it('refuses revisions whose ids mean different things', async () => {
    const ports = await workspace()
    await loadPlan(ports, 'spring', OPTIONS)
    const ledger = (await ports.documents.read('ledger', 'spring'))!.body as object
    await ports.documents.write('ledger', 'spring', { ...ledger, locales: { 'en-GB': 1 } })
    await expect(diff(ports, { before: 1 })).rejects.toThrow('locale ordinal 1 has two names (en-US, en-GB)')
    await ports.documents.write('ledger', 'spring', { ...ledger, campaignKey: 5 })
    await expect(diff(ports, { before: 1 })).rejects.toThrow('it was made anew')
  })
})
