import { createStream } from '../core/stream.ts'
import { PLACEMENTS } from '../data/placements.ts'
import type { Campaign } from '../engine/campaign/campaign.ts'
import { extendLedger } from '../engine/campaign/extend-ledger.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { certainValues, factsOf } from '../rules/certainty.ts'
import { EVERYBODY, type Rule } from '../rules/rule.ts'
import type { Segment } from '../segments/segment.ts'

const SEGMENTS = 10_000
const STATES = 50
const OPTIONS = 22
const RULES = 40
/** At most a tenth of a slot's options. */
const NAMED_OPTIONS = 2

/** Text slots first, as a campaign is written: what differs by segment stands at the top. */
const SLOTS = ['headline', 'body', 'offer', 'cta', 'badge', 'photo', 'logo', 'ground'] as const
/** Slots that two of the six placements do not have. */
const ABSENT_IN: Readonly<Record<string, readonly string[]>> = {
  body: ['iab-320x50', 'iab-728x90'],
  badge: ['iab-320x50'],
  logo: ['iab-320x50'],
}
const PLACEMENT_IDS = [
  'iab-300x250',
  'iab-728x90',
  'iab-160x600',
  'iab-970x250',
  'iab-300x600',
  'iab-320x50',
] as const

/**
 * A campaign of some 10^15 ad units: 10,000 segments (50 states by 200 interests), 8 slots of 21 options, 6 placements
 * of which two lack slots, 40 rules of two terms that name one or two options each, and ten headlines for states.
 */
export function benchCampaign(seed: string): Plan {
  const stream = createStream(seed)
  const campaign: Campaign = {
    name: 'bench',
    template: 'bench',
    segments: ['everyone'],
    locales: ['en-US'],
    placements: [...PLACEMENT_IDS],
    slots: SLOTS.map((slot) => ({
      slot,
      default: `${slot}-0`,
      assets: Array.from({ length: OPTIONS }, (_, at) => ({
        id: `${slot}-${at}`,
        text: { en: `Text ${at} of ${slot}` },
        ...(slot === 'headline' && at > 10 ? { when: { state: { in: statesOf(at) } } } : {}),
      })),
    })),
    exclude: Array.from({ length: RULES }, () => {
      const first = stream.integer(SLOTS.length)
      const second = (first + 1 + stream.integer(SLOTS.length - 1)) % SLOTS.length
      return Object.fromEntries([first, second].map((at) => [SLOTS[at]!, namedOptions(SLOTS[at]!)]))
    }),
    landingUrl: 'https://shop.example/sale',
    budget: {
      total: { amountMicros: 1_000_000_000, currency: 'USD' },
      costPerThousand: { amountMicros: 2_000_000, currency: 'USD' },
    },
    flight: { from: '2026-03-01', to: '2026-03-31' },
    timeZone: 'America/New_York',
    goal: { event: 'click', baselineRate: 0.01 },
  }
  const segments = [segmentOf('broad', EVERYBODY), ...Array.from({ length: SEGMENTS }, (_, at) => narrow(at))]

  /** One or two options, never the default. */
  function namedOptions(slot: string): string[] {
    const count = 1 + stream.integer(NAMED_OPTIONS)
    const first = stream.integer(OPTIONS - 1)
    return Array.from({ length: count }, (_, at) => `${slot}-${1 + ((first + at * 7) % (OPTIONS - 1))}`)
  }

  return {
    version: 1,
    campaign,
    revision: 1,
    template: {
      name: 'bench',
      slots: SLOTS.map((name) => ({
        name,
        kind: 'text',
        ...(ABSENT_IN[name] ? { absentIn: [...ABSENT_IN[name]] } : {}),
      })),
      layers: [{ id: 'ground', kind: 'shape', box: {}, fill: '#ffffff' }],
    },
    templateRevision: 1,
    segments,
    placements: PLACEMENT_IDS.map((id) => PLACEMENTS.get(id)!),
    ledger: extendLedger(
      undefined,
      campaign,
      segments.map(({ id }) => id),
      new Set(),
    ),
    files: {},
    labels: {},
    attributes: { state: 'category', interest: 'category' },
    populationHash: '0'.repeat(64),
    fingerprint: 'bench',
    publicUrl: '',
  }
}

/** Five states for the headline at this position. */
function statesOf(at: number): string[] {
  return Array.from({ length: 5 }, (_, number) => `S${(at * 5 + number) % STATES}`)
}

function narrow(at: number): Segment {
  return segmentOf(`segment-${at}`, {
    kind: 'all',
    of: [
      { kind: 'in', attribute: 'state', values: [`S${at % STATES}`] },
      { kind: 'in', attribute: 'interest', values: [`I${Math.floor(at / STATES)}`] },
    ],
  })
}

function segmentOf(id: string, rule: Rule): Segment {
  const kind = rule === EVERYBODY ? 'broad' : 'rule'
  return { id, title: id, rule, certain: certainValues(factsOf(rule)), kind, people: 1000 }
}
