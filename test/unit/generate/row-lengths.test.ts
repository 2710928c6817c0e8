import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extendLedger } from '../../../engine/campaign/extend-ledger.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { generateRange } from '../../../engine/generate/generate-range.ts'
import { rowFormat } from '../../../engine/generate/row-format.ts'
import { createRowLengths } from '../../../engine/generate/row-lengths.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { arbitraryPlan } from '../space/arbitrary-plan.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'

/** The plan after others: ordinals that need two and three groups, slots of an older revision, its own in another order. */
function withOldLedger(plan: Plan): Plan {
  const { campaign } = plan
  const older = {
    ...campaign,
    placements: ['gone', ...campaign.placements],
    slots: [
      ...campaign.slots.toReversed().map((slot) => ({
        ...slot,
        assets: [slot.assets.at(-1)!, ...Array.from({ length: 1100 }, (_, at) => textAsset(`old-${at}`))],
      })),
      { slot: 'dropped', default: 'x', assets: [textAsset('x')] },
    ],
  }
  const first = extendLedger(undefined, older, ['broad'], new Set())
  const ids = plan.segments.map(({ id }) => id)
  return { ...plan, ledger: extendLedger(first, campaign, ids, new Set()) }
}

/** The same ad units, of which those of one placement are copy alone. */
function withoutPictures(plan: Plan, placement: string): Plan {
  const placements = plan.placements.map((each) =>
    each.id === placement ? { ...each, widthPx: 0, heightPx: 0 } : each,
  )
  return { ...plan, placements }
}

function spaceOf(plan: Plan) {
  try {
    return createSpace(plan)
  } catch {
    return undefined
  }
}

describe('lengths of rows', () => {
  it.each(['jsonl', 'csv'] as const)('are those of the bytes, wherever a %s is cut', (format) => {
    let compared = 0
    fc.assert(
      fc.property(
        arbitraryPlan,
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        (drawn, old, copyOnly, cuts) => {
          const small = copyOnly ? withoutPictures(drawn, 'tall') : drawn
          const plan = old ? withOldLedger(small) : small
          const space = spaceOf(plan)
          if (!space) return
          const lengths = createRowLengths(plan, rowFormat(plan, format))
          const count = Number(space.count)
          const places = [0, count, ...cuts.map((cut) => Math.floor(cut * count))].sort((a, b) => a - b)
          for (const [at, from] of places.entries()) {
            const to = places[at + 1] ?? count
            const bytes = generateRange(plan, BigInt(from), BigInt(to), { format })
            expect(lengths.bytesBetween(BigInt(from), BigInt(to))).toBe(BigInt(bytes.length))
            compared++
          }
        },
      ),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(1000)
  })

  it('add up at any depth of a line far too long to write', () => {
    const plan = smallPlan({
      segments: [segmentOf('broad'), segmentOf('ca', 'CA')],
      placements: [WIDE, TALL],
      slots: Array.from({ length: 8 }, (_, slot) => ({
        slot: `s${slot}`,
        default: 'a0',
        assets: Array.from({ length: 60 }, (_, at) =>
          textAsset(`a${at}`, { text: { en: `${'word '.repeat(at % 7)}{{fallback state "x"}}` } }),
        ),
      })),
      absentIn: { s3: ['tall'] },
    })
    const { count } = createSpace(plan)
    expect(count).toBeGreaterThan(10n ** 14n)
    const lengths = createRowLengths(plan, rowFormat(plan, 'jsonl'))
    for (let part = 1n; part < 40n; part++) {
      const from = (count * part) / 40n - 30n
      const bytes = generateRange(plan, from, from + 60n, { format: 'jsonl' })
      expect(lengths.bytesBetween(from, from + 60n)).toBe(BigInt(bytes.length))
    }
    const half = count / 2n + 17n
    const whole = lengths.bytesBetween(0n, count)
    expect(lengths.bytesBetween(0n, half) + lengths.bytesBetween(half, count)).toBe(whole)
  })
})
