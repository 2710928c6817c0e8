import { describe, expect, it } from 'vitest'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { changedUnits } from '../../../engine/diff/changed-units.ts'
import { comparePlans } from '../../../engine/diff/compare-plans.ts'
import { countChanges } from '../../../engine/diff/count-changes.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'

const STATES = ['CA', 'OR', 'WA', 'NV', 'TX']

/** Six slots under two dozen rules of two terms, each slot with assets of one state alone: no two cells are alike. */
function largePlan(segments: number, assetsOf: (slot: number) => number): Plan {
  const slots = Array.from({ length: 6 }, (_, slot) => ({
    slot: `s${slot}`,
    default: 'a0',
    assets: Array.from({ length: assetsOf(slot) }, (_, at) =>
      textAsset(`a${at}`, at % 4 === 3 ? { when: { state: STATES[at % 5] } } : {}),
    ),
  }))
  const exclude = Array.from({ length: 24 }, (_, at) => ({
    [`s${at % 6}`]: [`a${1 + (at % 7)}`],
    [`s${(at + 1 + (at % 4)) % 6}`]: [`a${1 + (at % 5)}`],
  }))
  return smallPlan({
    segments: [
      segmentOf('broad'),
      ...Array.from({ length: segments }, (_, at) => segmentOf(`g${at}`, STATES[at % 5])),
    ],
    locales: ['en-US', 'en-GB'],
    placements: [WIDE, TALL],
    slots,
    exclude,
  })
}

/** What a comparison found, and what it took. */
function cost(before: Plan, after: Plan) {
  const comparison = comparePlans(before, after)
  const { added, removed, changed, same } = countChanges(comparison)
  return { comparison, added, removed, changed, same, pairs: comparison.visitedPairs() }
}

describe('the cost of a comparison', () => {
  const before = largePlan(1_000, () => 12)
  const { count } = createSpace(before)

  it('does not grow with what did not change: an asset more among billions of ad units', () => {
    expect(count).toBeGreaterThan(2_000_000_000n)
    const first = cost(
      before,
      largePlan(1_000, (slot) => (slot === 0 ? 13 : 12)),
    )
    expect(first).toMatchObject({ removed: 0n, changed: 0n, same: count })
    expect(first.added).toBeGreaterThan(100_000_000n)
    // One pair for each kind of segment: below the first slot both lines are one diagram.
    expect(first.pairs).toBeLessThanOrEqual(STATES.length + 1)
    const last = cost(
      before,
      largePlan(1_000, (slot) => (slot === 5 ? 13 : 12)),
    )
    expect(last).toMatchObject({ removed: 0n, changed: 0n, same: count })
    expect(last.pairs).toBeLessThan(500)
    const wider = cost(
      largePlan(3_000, () => 12),
      largePlan(3_000, (slot) => (slot === 5 ? 13 : 12)),
    )
    expect(wider.pairs).toBe(last.pairs)
    expect(wider.added).toBeGreaterThan(2n * last.added)
  })

  it('a segment more looks into no pair, and its ad units are the first there are', () => {
    const more = cost(
      before,
      largePlan(1_001, () => 12),
    )
    expect(more).toMatchObject({ removed: 0n, changed: 0n, same: count, pairs: 0 })
    const [unit] = changedUnits(more.comparison)
    expect(unit).toMatchObject({ kind: 'added', segment: 'g1000', rankBefore: undefined, rankAfter: count })
  })

  it('an edited text and another link are counted without walking the ad units they touch', () => {
    const slots = before.campaign.slots.map((slot, at) =>
      at === 2
        ? {
            ...slot,
            assets: slot.assets.map((asset) =>
              asset.id === 'a1' ? { ...asset, text: { en: 'New' } } : asset,
            ),
          }
        : slot,
    )
    const edited = cost(before, { ...before, campaign: { ...before.campaign, slots } })
    const withIt = createSpace(before).countBy('s2').get('a1')!
    expect(edited).toMatchObject({ added: 0n, removed: 0n, changed: withIt, same: count - withIt })
    expect(edited.pairs).toBeLessThan(500)
    const landingUrl = 'https://shop.example/other'
    const relinked = cost(before, { ...before, campaign: { ...before.campaign, landingUrl } })
    expect(relinked).toMatchObject({ changed: count, same: 0n, pairs: 0 })
  })
})
