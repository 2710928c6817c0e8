import { createStream } from '../../../core/stream.ts'
import { HIERARCHIES } from '../../../data/hierarchies.ts'
import { PLACEMENTS } from '../../../data/placements.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { extendLedger } from '../../../engine/campaign/extend-ledger.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import type { Segmented } from '../../../engine/guard/roll-up-proposal.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import type { Mention } from '../../../segments/mention.ts'
import { openPopulation, type Population } from '../../../segments/population.ts'
import { createPopulationBuilder } from '../../../segments/population-builder.ts'
import { resolveSegments } from '../../../segments/resolve.ts'
import type { SegmentDocument } from '../../../segments/segment.ts'
import type { Template } from '../../../templates/template.ts'

const STATES = [...HIERARCHIES['us-states']!.keys()].filter((value) => /^[A-Z]{2}$/.test(value))

export const CATALOGUE: AttributeCatalogue = {
  attributes: [
    {
      name: 'interest',
      dimension: 'psychographic',
      type: 'category',
      scope: 'person',
      from: { field: 'interest', aggregate: 'top' },
    },
    {
      name: 'state',
      dimension: 'geographic',
      type: 'category',
      scope: 'person',
      from: { field: 'state', aggregate: 'latest' },
      hierarchy: 'us-states',
    },
    {
      name: 'age',
      dimension: 'demographic',
      type: 'category',
      scope: 'person',
      from: { field: 'age', aggregate: 'latest' },
    },
    {
      name: 'complained',
      dimension: 'behavioural',
      type: 'boolean',
      scope: 'person',
      from: { field: 'complained', aggregate: 'any' },
    },
  ],
}

/**
 * People with a skewed state (a few states have most of them), one of six ages, one of `interests` interests; a tenth
 * lack a state and a tenth an age. One in forty complained.
 */
export function mentionsOf(people: number, interests = 3): Mention[] {
  const stream = createStream('world')
  const skewed = (count: number) => Math.floor(count * stream.next() ** 2.5)
  return Array.from({ length: people }, (_, at): Mention => {
    const fields: Record<string, string | boolean> = { interest: `i${skewed(interests)}` }
    if (stream.next() > 0.1) fields['state'] = STATES[skewed(STATES.length)]!
    if (stream.next() > 0.1) fields['age'] = `a${stream.integer(6)}`
    if (stream.next() < 0.025) fields['complained'] = true
    const key = at.toString(16).padStart(32, '0')
    return {
      key,
      author: key,
      atMs: 1,
      text: undefined,
      language: 'en',
      channel: 'forum',
      source: 'test@1',
      fields,
      confidence: {},
    }
  })
}

export function populationOf(people: number, interests = 3): Population {
  const builder = createPopulationBuilder(CATALOGUE, 1)
  builder.add(mentionsOf(people, interests))
  return openPopulation(builder.finish())
}

export const DOCUMENTS: ReadonlyMap<string, SegmentDocument> = new Map<string, SegmentDocument>([
  ['usa', { name: 'usa', grid: { attributes: ['interest', 'state', 'age'] } }],
  ['states', { name: 'states', grid: { attributes: ['state'] } }],
  ['complainers', { name: 'complainers', rule: { complained: true } }],
  ['oddities', { name: 'oddities', grid: { attributes: ['complained', 'age'], within: { state: 'WY' } } }],
  ['coast', { name: 'coast', rule: { state: { in: ['CA', 'OR', 'WA', 'HI', 'AK'] } } }],
  ['west', { name: 'west', rule: { state: { in: ['CA', 'OR', 'WA'] } } }],
])

export const TEMPLATE: Template = {
  name: 'card',
  slots: [
    { name: 'headline', kind: 'text', maxGraphemes: 60 },
    { name: 'button', kind: 'text', absentIn: ['iab-320x50'] },
  ],
  layers: [
    { id: 'ground', kind: 'shape', box: { left: 0, right: 0, top: 0, bottom: 0 }, fill: '#ffffff' },
    {
      id: 'head',
      kind: 'text',
      slot: 'headline',
      colour: '#000000',
      maxFontPx: 24,
      minFontPx: 12,
      maxLines: 4,
      box: { left: 0, top: 0, right: 0, height: '60%' },
    },
    {
      id: 'call',
      kind: 'text',
      slot: 'button',
      colour: '#000000',
      maxFontPx: 16,
      minFontPx: 10,
      maxLines: 1,
      box: { left: 0, bottom: 0, right: 0, height: '30%' },
    },
  ],
}

/** 100,000 impressions a week for four weeks at one click in a hundred: 1,000 clicks a week. */
export const CAMPAIGN: Campaign = {
  name: 'spring',
  template: 'card',
  segments: [{ grid: 'usa' }],
  locales: ['en-US'],
  placements: ['iab-300x250', 'iab-320x50'],
  slots: [
    {
      slot: 'headline',
      default: 'plain',
      assets: [
        { id: 'plain', text: { en: 'Fresh air' } },
        { id: 'local', text: { en: 'Fresh air in {{state}}' } },
        { id: 'west', text: { en: 'Go west' }, when: { state: { in: ['CA', 'OR', 'WA'] } } },
      ],
    },
    {
      slot: 'button',
      default: 'go',
      assets: [
        { id: 'go', text: { en: 'Go' } },
        { id: 'see', text: { en: 'See more' } },
      ],
    },
  ],
  landingUrl: 'https://example.org/',
  budget: {
    total: { amountMicros: 2_000_000_000, currency: 'USD' },
    costPerThousand: { amountMicros: 5_000_000, currency: 'USD' },
  },
  flight: { from: '2026-03-02', to: '2026-03-29' },
  timeZone: 'America/New_York',
  goal: { event: 'click', baselineRate: 0.01 },
}

export interface World {
  readonly plan: Plan
  readonly segmented: Segmented
}

/** A campaign over a population as loadPlan would make it. */
export function worldOf(population: Population, campaign: Campaign = CAMPAIGN): World {
  const segmented: Segmented = {
    population,
    catalogue: CATALOGUE,
    documents: DOCUMENTS,
    entries: campaign.segments,
  }
  const segments = resolveSegments(segmented)
  const plan: Plan = {
    version: 1,
    campaign,
    revision: 1,
    template: TEMPLATE,
    templateRevision: 1,
    segments,
    placements: campaign.placements.map((id) => PLACEMENTS.get(id)!),
    ledger: extendLedger(
      undefined,
      campaign,
      segments.map(({ id }) => id),
      new Set(),
    ),
    files: {},
    labels: {},
    attributes: { interest: 'category', state: 'category', age: 'category', complained: 'boolean' },
    populationHash: population.hash,
    fingerprint: 'test',
    publicUrl: '',
  }
  return { plan, segmented }
}
