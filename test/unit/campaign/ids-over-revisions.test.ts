import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../core/canonical-json.ts'
import { adUnitId, unitFromId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Ledger } from '../../../engine/campaign/ledger.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { writeLedger } from '../../../engine/campaign/write-ledger.ts'
import { generateRange } from '../../../engine/generate/generate-range.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { memoryDocuments } from '../guard/memory-documents.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'

const SQUARE = { ...WIDE, id: 'square', widthPx: 300, heightPx: 250 }

/** A campaign being edited: lists in the order of its document. */
interface Draft {
  segments: string[]
  locales: string[]
  placements: string[]
  slots: { slot: string; assets: string[]; retired: Set<string> }[]
}

/** One edit of a list: a value comes (or comes back), goes, or all turn round. */
const edit = fc.record({
  of: fc.constantFrom('segments', 'locales', 'placements', 'slots', 'assets', 'retired'),
  what: fc.constantFrom('add', 'remove', 'turn'),
  at: fc.nat(50),
  name: fc.nat(4),
})
type Edit = typeof edit extends fc.Arbitrary<infer E> ? E : never

const NAMES = {
  segments: ['s1', 's2', 's3', 'constructor', 's5'],
  locales: ['en-US', 'en-GB', 'en-AU', 'en-CA', 'en-IE'],
  placements: ['wide', 'tall', 'square'],
  slots: ['x', 'y', 'z', 'w'],
  assets: ['a', 'b', 'c', 'd', 'valueOf'],
}

function apply(draft: Draft, { of, what, at, name }: Edit): void {
  const slot = draft.slots[at % draft.slots.length]!
  const asset = slot.assets[name % slot.assets.length]!
  if (of === 'retired') {
    // The first asset is the default, which cannot be retired.
    if (asset !== slot.assets[0] && what !== 'remove') slot.retired.add(asset)
    else slot.retired.delete(asset)
  } else if (of === 'slots') {
    const names = draft.slots.map((each) => each.slot)
    change(names, NAMES.slots, what, at, name)
    const known = new Map(draft.slots.map((each) => [each.slot, each]))
    draft.slots = names.map(
      (each) => known.get(each) ?? { slot: each, assets: ['c', 'a'], retired: new Set() },
    )
  } else if (of === 'assets') {
    change(slot.assets, NAMES.assets, what, at, name)
    slot.retired.delete(slot.assets[0]!)
  } else change(draft[of], NAMES[of], what, at, name)
}

function change(
  list: string[],
  names: readonly string[],
  what: Edit['what'],
  at: number,
  name: number,
): void {
  const value = names[name % names.length]!
  if (what === 'turn') list.push(list.shift()!)
  else if (what === 'remove' && list.length > 1) list.splice(at % list.length, 1)
  else if (what === 'add' && !list.includes(value)) list.splice(at % (list.length + 1), 0, value)
}

function planOf(draft: Draft, ledger: Ledger | undefined): Plan {
  const plan = smallPlan({
    segments: [segmentOf('broad'), ...draft.segments.map((id) => segmentOf(id, 'CA'))],
    locales: draft.locales,
    placements: [WIDE, TALL, SQUARE]
      .filter(({ id }) => draft.placements.includes(id))
      .sort((a, b) => draft.placements.indexOf(a.id) - draft.placements.indexOf(b.id)),
    slots: draft.slots.map(({ slot, assets, retired }) => ({
      slot,
      default: assets[0]!,
      assets: assets.map((id) => textAsset(id, retired.has(id) ? { retired: true } : {})),
    })),
    absentIn: { y: ['tall'] },
  })
  return ledger ? { ...plan, ledger } : plan
}

/** What an id stands for, whatever slots a revision has: the choices there are, by name. */
function meaningOf({ segment, locale, placement, choices }: AdUnit): string {
  return canonicalJson({ segment, locale, placement, choices })
}

/** Every ordinal of a ledger: which kind, which number, whose. */
function ordinalsOf({ segments, locales, placements, slots, assets }: Ledger): [string, number, string][] {
  const kinds = {
    segments,
    locales,
    placements,
    slots,
    ...Object.fromEntries(Object.entries(assets).map(([slot, of]) => [`asset of ${slot}`, of])),
  }
  return Object.entries(kinds).flatMap(([kind, of]) =>
    Object.entries(of).map(([name, ordinal]): [string, number, string] => [kind, ordinal, name]),
  )
}

describe('ids over revisions', () => {
  it('stay, whatever is added, retired, taken out, brought back or reordered; no ordinal is given twice', async () => {
    let [retiredIds, seen] = [0, 0]
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 14 }), async (edits) => {
        const documents = memoryDocuments()
        const draft: Draft = {
          segments: ['s1'],
          locales: ['en-US'],
          placements: ['wide', 'tall'],
          slots: [{ slot: 'x', assets: ['a', 'b'], retired: new Set() }],
        }
        const owners = new Map<string, string>()
        const highest = new Map<string, number>()
        const meanings = new Map<string, string>()
        const ids = new Map<string, string>()
        for (const each of [undefined, ...edits]) {
          if (each) apply(draft, each)
          const draftPlan = planOf(draft, undefined)
          const ledger = await writeLedger({ documents }, draftPlan.campaign, ['broad', ...draft.segments])
          for (const [kind, ordinal, name] of ordinalsOf(ledger).sort((a, b) => a[1] - b[1])) {
            const key = `${kind} ${ordinal}`
            if (!owners.has(key)) {
              // What is new comes after all that ever was: nothing retired is given again.
              expect(ordinal).toBe((highest.get(kind) ?? 0) + 1)
              highest.set(kind, ordinal)
              owners.set(key, name)
            }
            expect(owners.get(key)).toBe(name)
          }
          expect(ordinalsOf(ledger)).toHaveLength(owners.size)

          const plan = planOf(draft, ledger)
          const space = createSpace(plan)
          const made = new Set<string>()
          for (const unit of space.units(0n, space.count)) {
            const id = adUnitId(ledger, unit)
            const meaning = meaningOf(unit)
            expect([meanings.get(id) ?? meaning, ids.get(meaning) ?? id]).toEqual([meaning, id])
            meanings.set(id, meaning)
            ids.set(meaning, id)
            made.add(id)
          }
          expect(BigInt(made.size)).toBe(space.count)
          // Every id there ever was is still read back; rows have the same ids.
          for (const [id, meaning] of meanings) {
            const unit = unitFromId(ledger, id)
            expect(meaningOf(unit)).toBe(meaning)
            expect(space.rankOf(unit) !== undefined).toBe(made.has(id))
            if (!made.has(id)) retiredIds++
          }
          const rows = Buffer.from(generateRange(plan, 0n, space.count, { format: 'jsonl' })).toString()
          const written = rows
            .trimEnd()
            .split('\n')
            .map((row) => (JSON.parse(row) as { id: string }).id)
          expect(new Set(written)).toEqual(made)
          seen += written.length
        }
      }),
      { numRuns: 40 },
    )
    expect(Math.min(retiredIds, seen)).toBeGreaterThan(500)
  })

  it('a slot that is added changes no id; its ad units are new ones, but where the placement lacks it', async () => {
    const documents = memoryDocuments()
    const draft: Draft = {
      segments: [],
      locales: ['en-US'],
      placements: ['wide', 'tall'],
      slots: [{ slot: 'x', assets: ['a', 'b'], retired: new Set() }],
    }
    const idsOf = async (): Promise<[AdUnit, string][]> => {
      const { campaign } = planOf(draft, undefined)
      const plan = planOf(draft, await writeLedger({ documents }, campaign, ['broad']))
      const space = createSpace(plan)
      return [...space.units(0n, space.count)].map((unit) => [unit, adUnitId(plan.ledger, unit)])
    }
    const before = await idsOf()
    draft.slots.unshift({ slot: 'y', assets: ['c'], retired: new Set() })
    const after = await idsOf()
    const kept = before.filter(([, id]) => after.some(([, other]) => other === id))
    expect(kept.map(([{ placement, choices }]) => [placement, choices['x']])).toEqual([
      ['tall', 'a'],
      ['tall', 'b'],
    ])
    const ledger = (await documents.read('ledger', 'spring'))!.body as Ledger
    for (const [unit, id] of before) {
      expect(unitFromId(ledger, id)).toEqual({ ...unit, choices: { ...unit.choices, y: undefined } })
    }
  })
})
