import sharp from 'sharp'
import { contentHash } from '../../../core/hash.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import type { LoadPlanPorts } from '../../../engine/campaign/load-plan.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import type { Template } from '../../../templates/template.ts'
import { memoryDocuments } from '../guard/memory-documents.ts'
import { memoryPorts } from '../ingest/memory-ports.ts'

export const square = (red: number) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: { r: red, g: 0, b: 0 } } })
    .png()
    .toBuffer()
export const PNG = await square(200)
const TEXTURE = await square(100)
export const OPTIONS = { publicUrl: 'https://ads.example/', fingerprint: 'test' }

const catalogue: AttributeCatalogue = {
  attributes: [
    {
      name: 'state',
      dimension: 'geographic',
      type: 'category',
      scope: 'person',
      from: { field: 'state', aggregate: 'latest' },
      values: { CA: { label: { '*': 'California', es: 'California' } } },
    },
  ],
}

export const template: Template = {
  name: 'banner',
  slots: [
    { name: 'headline', kind: 'text' },
    { name: 'picture', kind: 'image' },
  ],
  layers: [
    { id: 'ground', kind: 'image', box: { left: 0, right: 0, top: 0, bottom: 0 }, file: 'texture.png' },
    { id: 'photo', kind: 'image', box: { left: 0, right: 0, top: 0, bottom: 0 }, slot: 'picture' },
  ],
}

export const campaign: Campaign = {
  name: 'spring',
  template: 'banner',
  segments: ['californians'],
  locales: ['en-US'],
  placements: ['iab-300x250', 'iab-728x90'],
  slots: [
    {
      slot: 'headline',
      default: 'go',
      assets: [
        { id: 'go', text: { en: 'Go' } },
        { id: 'local', text: { en: 'Go, {{state}}' }, when: { state: 'CA' } },
      ],
    },
    { slot: 'picture', default: 'beach', assets: [{ id: 'beach', file: 'assets/beach.png' }] },
  ],
  landingUrl: 'https://shop.example/',
  budget: {
    total: { amountMicros: 1_000_000, currency: 'USD' },
    costPerThousand: { amountMicros: 1_000_000, currency: 'USD' },
  },
  flight: { from: '2026-01-01', to: '2026-01-31' },
  timeZone: 'America/New_York',
  goal: { event: 'click', baselineRate: 0.01 },
}

/** A workspace in memory: five people, three of them Californians. */
export async function workspace(
  changed: Partial<Campaign> = {},
): Promise<LoadPlanPorts & { readonly files: { readonly paths: Map<string, Uint8Array> } }> {
  const { blobs, mentions } = memoryPorts(undefined)
  await mentions.append(
    ['CA', 'CA', 'CA', 'OR', 'OR'].map((state, at) => ({
      key: contentHash(`mention ${at}`).slice(0, 32),
      author: contentHash(`author ${at}`).slice(0, 32),
      atMs: 1_700_000_000_000 + at,
      text: undefined,
      language: undefined,
      channel: undefined,
      source: 'test',
      fields: { state },
      confidence: {},
    })),
  )
  const paths = new Map<string, Uint8Array>([
    ['assets/beach.png', PNG],
    ['templates/banner/texture.png', TEXTURE],
  ])
  const documents = memoryDocuments([
    ['attributes', 'attributes', catalogue],
    ['segment', 'californians', { name: 'californians', rule: { state: 'CA' } }],
    ['template', 'banner', template],
    ['campaign', 'spring', { ...campaign, ...changed }],
  ])
  return { blobs, mentions, documents, files: { read: async (path) => paths.get(path), paths } }
}
