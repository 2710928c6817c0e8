import { createStream } from '../core/stream.ts'
import type { Campaign } from '../engine/campaign/campaign.ts'
import { extendLedger } from '../engine/campaign/extend-ledger.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { certainValues, factsOf } from '../rules/certainty.ts'
import { EVERYBODY, type Rule } from '../rules/rule.ts'
import type { Segment } from '../segments/segment.ts'
import type { Placement } from '../templates/placement.ts'

interface CampaignParts {
  readonly slots: Campaign['slots']
  readonly exclude?: Campaign['exclude']
  readonly segments?: readonly Segment[]
  readonly locales?: readonly string[]
  readonly placements?: readonly Placement[]
  /** Slots that a placement does not have. */
  readonly absentIn?: Readonly<Record<string, string[]>>
}

/** A plan of slots with so many options each, one segment, locale and placement, and no rule. */
export function freeCampaign(sizes: readonly number[]): Plan {
  return planOf({ slots: sizes.map((size, at) => slotOf(`slot${at}`, size)) })
}

const OPTIONS = [36, 30, 28, 24, 22, 20, 16, 12]
const ATTRIBUTES = { state: 50, age: 8, interest: 25 }
const RULES = 40

/**
 * The constrained campaign: 10,000 segments (states by ages by interests) and broad, 8 slots of 12 to 36 options, 6
 * placements of which two lack slots, 3 locales, 40 rules of two terms naming up to a tenth of a list each; a third of
 * the options of three slots is for one state, age or interest each.
 */
export function ruledCampaign(seed: string): Plan {
  const stream = createStream(seed)
  const slots = OPTIONS.map((size, at) => slotOf(`slot${at}`, size))
  const pickTenth = (at: number): string[] => {
    const size = OPTIONS[at]!
    const many = 1 + stream.integer(Math.max(1, Math.floor(size / 10)))
    return Array.from({ length: many }, () => `a${1 + stream.integer(size - 1)}`)
  }
  const exclude = Array.from({ length: RULES }, () => {
    const one = stream.integer(OPTIONS.length)
    const other = (one + 1 + stream.integer(OPTIONS.length - 1)) % OPTIONS.length
    return { [`slot${one}`]: [...new Set(pickTenth(one))], [`slot${other}`]: [...new Set(pickTenth(other))] }
  })
  const narrowed = slots.map((slot, at) => {
    const [attribute, values] = Object.entries(ATTRIBUTES)[at] ?? []
    if (!attribute || !values) return slot
    const assets = slot.assets.map((asset, number) =>
      number % 3 === 2 ? { ...asset, when: { [attribute]: `${attribute}${number % values}` } } : asset,
    )
    return { ...slot, assets }
  })
  const segments = [segmentOf('broad', EVERYBODY)]
  for (let state = 0; state < ATTRIBUTES.state; state++) {
    for (let age = 0; age < ATTRIBUTES.age; age++) {
      for (let interest = 0; interest < ATTRIBUTES.interest; interest++) {
        const of: Rule[] = Object.entries({ state, age, interest }).map(([attribute, value]) => ({
          kind: 'in',
          attribute,
          values: [`${attribute}${value}`],
        }))
        segments.push(segmentOf(`segment${segments.length}`, { kind: 'all', of }))
      }
    }
  }
  return planOf({
    slots: narrowed,
    exclude,
    segments,
    locales: ['en-US', 'en-GB', 'en-AU'],
    placements: Array.from({ length: 6 }, (_, at) => placementOf(`placement${at}`)),
    absentIn: { slot1: ['placement4', 'placement5'], slot6: ['placement5'] },
  })
}

function slotOf(slot: string, size: number): Campaign['slots'][number] {
  const assets = Array.from({ length: size }, (_, at) => ({ id: `a${at}`, text: { en: `Text ${at}` } }))
  return { slot, default: 'a0', assets }
}

function placementOf(id: string): Placement {
  return { id, title: id, widthPx: 300, heightPx: 250, maxBytes: 150_000 }
}

function segmentOf(id: string, rule: Rule): Segment {
  const kind = rule === EVERYBODY ? 'broad' : 'rule'
  return { id, title: id, rule, certain: certainValues(factsOf(rule)), kind, people: 1000 }
}

function planOf({ slots, exclude, segments, locales, placements, absentIn }: CampaignParts): Plan {
  const people = segments ?? [segmentOf('broad', EVERYBODY)]
  const places = placements ?? [placementOf('placement0')]
  const campaign: Campaign = {
    name: 'bench',
    template: 'bench',
    segments: ['everyone'],
    locales: [...(locales ?? ['en-US'])],
    placements: places.map(({ id }) => id),
    slots,
    ...(exclude ? { exclude } : {}),
    landingUrl: 'https://shop.example/sale',
    budget: {
      total: { amountMicros: 1_000_000_000, currency: 'USD' },
      costPerThousand: { amountMicros: 2_000_000, currency: 'USD' },
    },
    flight: { from: '2026-03-01', to: '2026-03-31' },
    timeZone: 'America/New_York',
    goal: { event: 'click', baselineRate: 0.01 },
  }
  return {
    version: 1,
    campaign,
    revision: 1,
    template: {
      name: 'bench',
      slots: slots.map(({ slot }) => ({
        name: slot,
        kind: 'text',
        ...(absentIn?.[slot] ? { absentIn: absentIn[slot] } : {}),
      })),
      layers: [{ id: 'ground', kind: 'shape', box: {}, fill: '#ffffff' }],
    },
    templateRevision: 1,
    segments: people,
    placements: places,
    ledger: extendLedger(
      undefined,
      campaign,
      people.map(({ id }) => id),
      new Set(),
    ),
    files: {},
    labels: {},
    attributes: { state: 'category', age: 'category', interest: 'category' },
    populationHash: '0'.repeat(64),
    fingerprint: 'bench',
    publicUrl: '',
  }
}
