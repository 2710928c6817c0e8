import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../core/canonical-json.ts'
import { adUnitId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { changedUnits } from '../../../engine/diff/changed-units.ts'
import { comparePlans } from '../../../engine/diff/compare-plans.ts'
import { countChanges } from '../../../engine/diff/count-changes.ts'
import { clickThroughUrl } from '../../../engine/generate/click-through.ts'
import { createCopyTable } from '../../../engine/generate/copy-table.ts'
import { unitValues } from '../../../engine/generate/unit-values.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'
import { bruteForce } from '../space/brute-force.ts'
import { smallPlan, textAsset } from '../space/small-plan.ts'
import { arbitraryRevisions } from './arbitrary-revisions.ts'

interface Made {
  readonly unit: AdUnit
  readonly rank: bigint
  readonly content: string
  readonly values: Readonly<Record<string, string>>
}

/** Every ad unit of a revision by id, with all that is shown of it: by plain loops. */
function madeBy(plan: Plan): Map<string, Made> {
  const copy = createCopyTable(plan)
  return new Map(
    bruteForce(plan).map((unit, rank) => {
      const id = adUnitId(plan.ledger, unit)
      const values = unitValues(plan, copy, unit)
      const { widthPx, heightPx } = plan.placements.find((each) => each.id === unit.placement)!
      const { layers, placements } = plan.template
      const content = {
        values,
        widthPx,
        heightPx,
        layers,
        override: placements?.[unit.placement],
        link: clickThroughUrl(plan, unit.segment, id),
      }
      const shown = Object.fromEntries(
        Object.entries(values).map(([slot, value]) => [slot, canonicalJson(value)]),
      )
      return [id, { unit, rank: BigInt(rank), content: canonicalJson(content), values: shown }]
    }),
  )
}

function diffByLoops(before: Plan, after: Plan) {
  const [older, newer] = [madeBy(before), madeBy(after)]
  const added = [...newer].filter(([id]) => !older.has(id))
  const removed = [...older].filter(([id]) => !newer.has(id))
  const common = [...newer].filter(([id]) => older.has(id))
  const changed = common.filter(([id, { content }]) => older.get(id)!.content !== content)
  return { older, newer, added, removed, common, changed }
}

describe('comparing two revisions', () => {
  it('agrees with plain loops over both lines, in all and by every value', () => {
    let [units, edits, rules] = [0, 0, 0]
    fc.assert(
      fc.property(arbitraryRevisions, ([before, after]) => {
        const { older, added, removed, common, changed } = diffByLoops(before, after)
        const comparison = comparePlans(before, after)
        const counts = countChanges(comparison)
        expect([counts.added, counts.removed, counts.changed, counts.same]).toEqual(
          [added.length, removed.length, changed.length, common.length - changed.length].map(BigInt),
        )
        for (const [level, { dimension, names }] of comparison.levels.entries()) {
          const valueAt = ({ unit }: Made) =>
            level < 3
              ? unit[dimension as 'segment' | 'locale' | 'placement']
              : (unit.choices[dimension] ?? '')
          const tally = (list: readonly (readonly [string, Made])[]) => (name: string) =>
            BigInt(list.filter(([, made]) => valueAt(made) === name).length)
          for (const [code, name] of [[-1, ''] as const, ...names.entries()]) {
            const { added: a, removed: r, changed: c } = counts.byLevel[level]!.get(code) ?? NONE
            expect([dimension, name, a, r, c]).toEqual([
              dimension,
              name,
              tally(added)(name),
              tally(removed)(name),
              tally(changed)(name),
            ])
            if (level < 3 || name === '') continue
            const edited = common.filter(
              ([id, made]) =>
                valueAt(made) === name && made.values[dimension] !== older.get(id)!.values[dimension],
            )
            expect(counts.editedByLevel[level]!.get(code) ?? 0n).toBe(BigInt(edited.length))
            edits += edited.length
          }
        }
        const links = common.filter(([id, { content }]) => linkOf(content) !== linkOf(older.get(id)!.content))
        expect(counts.relinked).toBe(BigInt(links.length))
        for (const [kind, list] of [
          ['added', added],
          ['removed', removed],
        ] as const) {
          const byRule = list.filter(
            ([, { unit }]) => slotsAgree(before, after, unit) && isOfBoth(before, after, unit),
          )
          expect(counts.byRule[kind]).toBe(BigInt(byRule.length))
          rules += byRule.length
        }
        units += added.length + removed.length + common.length
      }),
      { numRuns: 200 },
    )
    // The campaigns drawn are not all trivial.
    expect(units).toBeGreaterThan(1_000)
    expect(Math.min(edits, rules)).toBeGreaterThan(0)
  })

  it('streams exactly those ad units, once each, with their ranks in both lines and what changed', () => {
    fc.assert(
      fc.property(
        arbitraryRevisions,
        fc.subarray(['added', 'removed', 'changed'] as const),
        ([before, after], kinds) => {
          const { older, newer, ...lists } = diffByLoops(before, after)
          const streamed = [...changedUnits(comparePlans(before, after), kinds)]
          expect(new Set(streamed.map(({ id }) => id)).size).toBe(streamed.length)
          for (const kind of ['added', 'removed', 'changed'] as const) {
            const wanted = kinds.includes(kind) ? lists[kind].map(([id]) => id) : []
            const ofKind = streamed.filter((each) => each.kind === kind)
            expect(ofKind.map(({ id }) => id).sort()).toEqual(wanted.sort())
          }
          for (const each of streamed) {
            const [then, now] = [older.get(each.id), newer.get(each.id)]
            expect([each.rankBefore, each.rankAfter]).toEqual([then?.rank, now?.rank])
            const { segment, locale, placement } = (now ?? then)!.unit
            expect([each.segment, each.locale, each.placement]).toEqual([segment, locale, placement])
            const edited = Object.keys(now?.values ?? {}).filter(
              (slot) => then && now!.values[slot] !== then.values[slot],
            )
            const isSlot = (name: string) => !['size', 'template', 'link'].includes(name)
            expect(each.changed.filter(isSlot).sort()).toEqual(edited.sort())
            expect(each.changed.includes('link')).toBe(
              each.kind === 'changed' && linkOf(then!.content) !== linkOf(now!.content),
            )
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('a revision and itself: nothing, and no pair looked into', () => {
    fc.assert(
      fc.property(arbitraryRevisions, ([before]) => {
        const comparison = comparePlans(before, { ...before })
        const { added, removed, changed, same } = countChanges(comparison)
        expect([added, removed, changed]).toEqual([0n, 0n, 0n])
        expect(same).toBe(BigInt(bruteForce(before).length))
        expect([...changedUnits(comparison)]).toEqual([])
        expect(comparison.visitedPairs()).toBe(0)
      }),
      { numRuns: 50 },
    )
  })

  it('counts what rules alone brought and took apart from what new assets brought', () => {
    const slots = ['x', 'y'].map((slot) => ({
      slot,
      default: 'a',
      assets: ['a', 'b', 'c'].map((id) => textAsset(id)),
    }))
    const before = smallPlan({ slots, exclude: [{ x: ['a'], y: ['a'] }] })
    const [x, y] = slots as [(typeof slots)[0], (typeof slots)[0]]
    const more = { ...x, assets: [...x.assets, textAsset('d')] }
    const after = smallPlan({ slots: [more, y], exclude: [{ x: ['b', 'd'], y: ['c'] }] })
    const counts = countChanges(comparePlans(before, after))
    // (a, a) may be again, (b, c) no longer; d makes two.
    expect(counts).toMatchObject({ added: 3n, removed: 1n, changed: 0n, same: 7n })
    expect(counts.byRule).toEqual({ added: 1n, removed: 1n })
  })
})

/** Whether both revisions have the same slots where this ad unit is shown. */
function slotsAgree(before: Plan, after: Plan, { placement }: AdUnit): boolean {
  const slotsOf = ({ campaign, template }: Plan) =>
    campaign.slots
      .filter(({ slot }) => !template.slots.find(({ name }) => name === slot)!.absentIn?.includes(placement))
      .map(({ slot }) => slot)
      .sort()
  return canonicalJson(slotsOf(before)) === canonicalJson(slotsOf(after))
}

/** Whether both revisions have, and use, every value of an ad unit. */
function isOfBoth(before: Plan, after: Plan, unit: AdUnit): boolean {
  return [before, after].every(
    ({ campaign, segments }) =>
      segments.some(({ id }) => id === unit.segment) &&
      campaign.locales.includes(unit.locale) &&
      campaign.placements.includes(unit.placement) &&
      campaign.slots.every(
        ({ slot, assets }) =>
          unit.choices[slot] === undefined ||
          assets.some(({ id, retired }) => id === unit.choices[slot] && !retired),
      ),
  )
}

const NONE = { added: 0n, removed: 0n, changed: 0n }

function linkOf(content: string): unknown {
  return (JSON.parse(content) as { link: string }).link
}
