import type { Campaign } from '../../../engine/campaign/campaign.ts'
import type { CounterRow } from '../../../engine/ports/counters.ts'
import type { Ports } from '../../../engine/ports/ports.ts'
import { memoryDocuments } from '../guard/memory-documents.ts'

export const CAMPAIGN: Campaign = {
  name: 'spring',
  title: 'Spring',
  template: 'card',
  segments: ['states'],
  locales: ['en-US'],
  placements: ['iab-300x250'],
  slots: [
    {
      slot: 'headline',
      default: 'plain',
      assets: [
        { id: 'plain', text: { en: 'Hello' } },
        { id: 'warm', text: { en: 'Hello, {{state}}' } },
      ],
    },
  ],
  landingUrl: 'https://example.org/',
  budget: {
    total: { amountMicros: 10_000_000_000, currency: 'USD' },
    costPerThousand: { amountMicros: 5_000_000, currency: 'USD' },
  },
  flight: { from: '2026-11-01', to: '2026-11-28' },
  timeZone: 'America/New_York',
  goal: { event: 'click', baselineRate: 0.01 },
}

/** A row with no events; people of equal number in different segments are different people. */
export function row(part: Partial<CounterRow> & { readonly person: string | null }): CounterRow {
  return {
    revision: 1,
    day: '2026-11-02',
    leaf: 'states/CA',
    arm: 'narrow',
    segment: 'states/CA',
    locale: 'en-US',
    placement: 'iab-300x250',
    adUnit: 'x',
    simulated: false,
    decisions: 1,
    impressions: 1,
    viewable: 0,
    auctioned: 0,
    chargedMicros: 0,
    clicks: 0,
    conversions: 0,
    viewThrough: 0,
    valueMicros: 0,
    ...part,
  }
}

/** `people` rows, the first `clickers` of them with one click. */
export function crowd(
  prefix: string,
  people: number,
  clickers: number,
  part: Partial<CounterRow> = {},
): CounterRow[] {
  return Array.from({ length: people }, (_, at) =>
    row({ ...part, person: `${prefix}${at}`, clicks: at < clickers ? 1 : 0 }),
  )
}

/** Broad control's version of the same. */
export const CONTROL: Partial<CounterRow> = { arm: 'broad-control', segment: 'broad' }

export function portsOf(
  rows: readonly CounterRow[],
  campaign: Campaign = CAMPAIGN,
  more: Parameters<typeof memoryDocuments>[0] = [],
): Pick<Ports, 'documents' | 'counters' | 'clock'> {
  return {
    documents: memoryDocuments([['campaign', campaign.name, campaign], ...(more ?? [])]),
    counters: {
      load: async () => {},
      position: async () => 0,
      rows: async ({ fromDay, toDay }) =>
        rows.filter(({ day }) => (!fromDay || day >= fromDay) && (!toDay || day <= toDay)),
      units: async () => [],
      folded: async () => undefined,
      late: async () => 3,
      apart: async () => [{ type: 'click', reason: 'bot', events: 2 }],
    },
    clock: { nowMs: () => Date.parse('2026-11-15T17:00:00Z') },
  }
}
