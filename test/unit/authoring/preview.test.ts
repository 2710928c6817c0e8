import { beforeAll, describe, expect, it } from 'vitest'
import { previewTemplate } from '../../../engine/authoring/preview.ts'
import { previewPage } from '../../../engine/authoring/preview-page.ts'
import { previewValues } from '../../../engine/authoring/preview-values.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import type { Fonts } from '../../../templates/fonts.ts'
import { campaign as spring } from '../campaign/memory-workspace.ts'
import { memoryDocuments } from '../guard/memory-documents.ts'
import { memoryPorts } from '../ingest/memory-ports.ts'
import { BANNER, bannerJson, placement, testFonts } from '../templates/banner.ts'

const catalogue: AttributeCatalogue = {
  attributes: [
    {
      name: 'state',
      dimension: 'geographic',
      type: 'category',
      scope: 'person',
      from: { field: 'state', aggregate: 'latest' },
      values: {
        CA: { label: { '*': 'California', de: 'Kalifornien' } },
        ND: { label: { '*': 'North Dakota' } },
        UT: { label: { '*': 'Utah' } },
      },
    },
  ],
}

const campaign: Campaign = {
  ...spring,
  name: 'spring',
  template: 'photo-banner',
  locales: ['en-US', 'de-DE'],
  slots: [
    {
      slot: 'headline',
      default: 'go',
      assets: [
        { id: 'go', text: { en: 'Go & see', de: 'Los' } },
        {
          id: 'local',
          text: { en: 'Wake up in {{fallback state "a new place"}}', de: 'Wach auf in {{state}}' },
        },
        {
          id: 'wide',
          text: { en: 'A very long line that only the leaderboard ever has to show to anybody' },
          when: { placement: 'iab-728x90' },
        },
        { id: 'old', text: { en: 'W'.repeat(200) }, retired: true },
      ],
    },
    {
      slot: 'photo',
      default: 'beach',
      assets: [
        { id: 'hills', file: 'assets/hills.jpg' },
        { id: 'beach', file: 'assets/beach.jpg' },
      ],
    },
  ],
}

let fonts: Fonts
beforeAll(async () => {
  fonts = await testFonts()
})

describe('what a preview shows', () => {
  const headline = (
    at: string,
    locale: string,
    length: 'longest' | 'shortest',
    certain?: Map<string, Set<string>>,
  ) =>
    previewValues(BANNER, [campaign], catalogue, certain, fonts).of(placement(at), locale, length)['headline']

  it('the longest text any label makes, and the shortest, of assets in use', () => {
    expect(headline('iab-300x250', 'en-US', 'longest')).toEqual({
      kind: 'text',
      text: 'Wake up in North Dakota',
    })
    expect(headline('iab-300x250', 'de-DE', 'longest')).toEqual({
      kind: 'text',
      text: 'Wach auf in North Dakota',
    })
    expect(headline('iab-300x250', 'en-US', 'shortest')).toEqual({ kind: 'text', text: 'Go & see' })
  })

  it('a text that `when` keeps out of a placement only where it may be', () => {
    expect(headline('iab-728x90', 'en-US', 'longest')).toMatchObject({
      text: expect.stringMatching(/^A very long line/),
    })
  })

  it('labels of what is certain in some segment, where that is known', () => {
    const certain = new Map([['state', new Set(['CA'])]])
    expect(headline('iab-300x250', 'de-DE', 'longest', certain)).toMatchObject({
      text: 'Wach auf in Kalifornien',
    })
  })

  it('the default picture first, a sample where no campaign fills the slot', () => {
    const values = previewValues(BANNER, [campaign], catalogue, undefined, fonts)
    expect(values.of(placement('iab-300x250'), 'en-US', 'longest')).toMatchObject({
      photo: { file: 'assets/beach.jpg' },
      logo: { file: 'sample-picture' },
      cta: { text: 'Wake up somewhere ne' },
    })
  })
})

describe('a preview of a template', () => {
  async function preview() {
    const documents = memoryDocuments()
    await documents.write('template', 'photo-banner', bannerJson())
    await documents.write('attributes', 'attributes', catalogue)
    await documents.write('campaign', 'spring', campaign)
    return previewTemplate({ documents, blobs: memoryPorts(undefined).blobs }, 'photo-banner', fonts)
  }

  it('is every placement x locale x length, the worst text first', async () => {
    const made = await preview()
    expect(made).toMatchObject({ campaigns: ['spring'], locales: ['en-US', 'de-DE'] })
    expect(new Set(made.cells.map((cell) => `${cell.placement.id} ${cell.locale} ${cell.length}`)).size).toBe(
      made.cells.length,
    )
    const narrow = made.cells.find(
      ({ placement: { id }, length }) => id === 'iab-320x50' && length === 'longest',
    )
    expect(narrow?.texts[0]).toMatchObject({ slot: 'cta', outcome: 'truncated' })
  })

  it('escapes what it shows, and allows no script but its own', async () => {
    const page = previewPage(await preview(), {
      picture: () => ({ src: undefined, problem: '<img src=x onerror=alert(1)>' }),
    })
    expect(page).not.toContain('<img src=x')
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(page).not.toContain('<script')
    expect(page).toContain('default-src &#39;none&#39;; img-src &#39;self&#39; data:; style-src &#39;sha256-')
  })
})
