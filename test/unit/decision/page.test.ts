import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { createStream } from '../../../core/stream.ts'
import { createDecider } from '../../../engine/decision/decider.ts'
import { askedPlacements, decidePage } from '../../../engine/decision/page.ts'
import type { DecisionBody } from '../../../engine/decision/request.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'

const UNITS_OF_A_CELL = 4

/** A decider of one campaign with four ad units in each cell. */
function deciderOf(seed: string) {
  const plan = smallPlan({
    segments: [segmentOf('broad'), segmentOf('ca', 'CA')],
    placements: [WIDE, TALL],
    slots: ['headline', 'action'].map((slot) => ({
      slot,
      default: `${slot}0`,
      assets: [0, 1].map((at) => textAsset(`${slot}${at}`)),
    })),
  })
  return createDecider({
    plans: [{ plan, planHash: 'hash' }],
    catalogue: {
      attributes: [{ name: 'state', dimension: 'geographic', type: 'category', scope: 'person' }],
    },
    identityKey: new Uint8Array(32),
    clock: { nowMs: () => Date.UTC(2026, 2, 10) },
    stream: createStream(seed),
  })
}

const decided = (seed: string, body: DecisionBody) =>
  decidePage(deciderOf(seed), askedPlacements(body)).map(({ outcome }) => {
    if (outcome instanceof PolyadError) throw outcome
    if (!outcome.record) throw new Error('refused')
    return outcome.record
  })
const wide = (count: number) => Array.from({ length: count }, () => ({ placement: 'wide' }))

describe('a page', () => {
  it.each([
    ['broad', {}],
    ['matched', { personKey: '0'.repeat(32), attributes: { state: 'CA' }, consent: { personalise: true } }],
  ])('has no ad unit twice while there is another: %s', (_who, request) => {
    for (let seed = 0; seed < 20; seed++) {
      const placements = [...wide(UNITS_OF_A_CELL), { placement: 'tall' }, ...wide(1)]
      const records = decided(String(seed), { ...request, placements })
      const units = records.map(({ adUnit }) => adUnit)
      expect(new Set(units.slice(0, UNITS_OF_A_CELL + 1)).size).toBe(UNITS_OF_A_CELL + 1)
      // There is no fifth, so one comes again rather than nothing.
      expect(units.slice(0, UNITS_OF_A_CELL)).toContain(units.at(-1))
      expect(new Set(records.map(({ arm }) => arm)).size).toBe(1)
    }
  })

  it('logs of each the probability that it had among those left', () => {
    const placements = wide(UNITS_OF_A_CELL)
    const chances = decided('x', { placements }).map(({ propensity: { slots } }) =>
      Object.values(slots).reduce((product, each) => product * each, 1),
    )
    expect(chances[0]).toBe(1 / 4)
    expect(chances[3]).toBe(1)
  })
})

describe('the placements asked for', () => {
  it('have what is said of the request, and of their own what is said of them', () => {
    const asked = askedPlacements({
      campaign: 'spring',
      coppa: true,
      format: 'html',
      context: { topic: 'a', device: 'tv' },
      page: { language: 'de' },
      placements: [
        { placement: 'wide' },
        {
          id: 'side',
          placement: 'tall',
          campaign: 'autumn',
          format: 'json',
          context: { topic: 'b' },
          page: { language: 'fr' },
        },
      ],
    })
    expect(asked).toEqual([
      {
        id: undefined,
        format: 'html',
        request: {
          campaign: 'spring',
          coppa: true,
          format: 'html',
          context: { topic: 'a', device: 'tv' },
          page: { language: 'de' },
          placement: 'wide',
        },
      },
      {
        id: 'side',
        format: 'json',
        request: {
          campaign: 'autumn',
          coppa: true,
          format: 'html',
          context: { topic: 'b', device: 'tv' },
          page: { language: 'fr' },
          placement: 'tall',
        },
      },
    ])
  })
})
