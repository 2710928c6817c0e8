import type { Campaign } from '../../../engine/campaign/campaign.ts'
import { extendLedger } from '../../../engine/campaign/extend-ledger.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { certainValues, factsOf } from '../../../rules/certainty.ts'
import { EVERYBODY, type Rule } from '../../../rules/rule.ts'
import type { Segment } from '../../../segments/segment.ts'
import type { Placement } from '../../../templates/placement.ts'
import type { Template } from '../../../templates/template.ts'

export const WIDE: Placement = { id: 'wide', title: 'Wide', widthPx: 728, heightPx: 90, maxBytes: 150_000 }
export const TALL: Placement = { id: 'tall', title: 'Tall', widthPx: 160, heightPx: 600, maxBytes: undefined }
/** A placement of copy alone. */
export const COPY: Placement = { id: 'copy', title: 'Copy', widthPx: 0, heightPx: 0, maxBytes: undefined }

/** A segment of people of one state; `broad` without one. */
export function segmentOf(id: string, state?: string): Segment {
  const rule: Rule = state === undefined ? EVERYBODY : { kind: 'in', attribute: 'state', values: [state] }
  return {
    id,
    title: state === undefined ? 'Everybody' : `People of ${state}`,
    rule,
    certain: certainValues(factsOf(rule)),
    kind: state === undefined ? 'broad' : 'rule',
    people: 1000,
  }
}

export interface SmallPlan {
  readonly segments?: readonly Segment[]
  readonly locales?: string[]
  readonly placements?: readonly Placement[]
  readonly slots: Campaign['slots']
  readonly exclude?: Campaign['exclude']
  readonly require?: Campaign['require']
  readonly groups?: Campaign['groups']
  /** Slots that a placement does not have. */
  readonly absentIn?: Readonly<Record<string, string[]>>
  readonly landingUrl?: string
}

/** A whole plan around the parts a test is about. Slot kinds follow what the first asset has. */
export function smallPlan(parts: SmallPlan): Plan {
  const segments = parts.segments ?? [segmentOf('broad')]
  const placements = parts.placements ?? [WIDE]
  const campaign: Campaign = {
    name: 'spring',
    template: 'plain',
    segments: ['everyone'],
    locales: parts.locales ?? ['en-US'],
    placements: placements.map(({ id }) => id),
    slots: parts.slots,
    ...(parts.exclude ? { exclude: parts.exclude } : {}),
    ...(parts.require ? { require: parts.require } : {}),
    ...(parts.groups ? { groups: parts.groups } : {}),
    landingUrl: parts.landingUrl ?? 'https://shop.example/sale',
    budget: {
      total: { amountMicros: 1_000_000_000, currency: 'USD' },
      costPerThousand: { amountMicros: 2_000_000, currency: 'USD' },
    },
    flight: { from: '2026-03-01', to: '2026-03-31' },
    timeZone: 'America/New_York',
    goal: { event: 'click', baselineRate: 0.01 },
  }
  const template: Template = {
    name: 'plain',
    slots: parts.slots.map(({ slot, assets }) => ({
      name: slot,
      kind: assets[0]!.file ? 'image' : assets[0]!.colour ? 'colour' : 'text',
      ...(parts.absentIn?.[slot] ? { absentIn: parts.absentIn[slot] } : {}),
    })),
    layers: [{ id: 'ground', kind: 'shape', box: {}, fill: '#ffffff' }],
  }
  return {
    version: 1,
    campaign,
    revision: 3,
    template,
    templateRevision: 1,
    segments,
    placements,
    ledger: extendLedger(
      undefined,
      campaign,
      segments.map(({ id }) => id),
      new Set(),
    ),
    files: {},
    labels: { state: { CA: { '*': 'California', es: 'California (es)' }, OR: { '*': 'Oregon' } } },
    attributes: { state: 'category', age: 'number' },
    populationHash: '0'.repeat(64),
    fingerprint: 'test',
    publicUrl: '',
  }
}

/** A text asset that says its id in English. */
export function textAsset(id: string, more: Partial<Campaign['slots'][number]['assets'][number]> = {}) {
  return { id, text: { en: `Text ${id}` }, ...more }
}
