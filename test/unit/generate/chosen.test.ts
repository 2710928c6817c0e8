import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { createCopyTable } from '../../../engine/generate/copy-table.ts'
import { generateRange } from '../../../engine/generate/generate-range.ts'
import { placesOf, type Selection } from '../../../engine/generate/selection.ts'
import type { AdUnit } from '../../../engine/space/ad-unit.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { arbitraryPlan } from '../space/arbitrary-plan.ts'
import { arbitraryWhere, meets } from '../space/arbitrary-where.ts'
import { segmentOf, smallPlan, textAsset } from '../space/small-plan.ts'
import { type Row, rowOf } from './row.ts'

function unitsOf(plan: Plan): AdUnit[] | undefined {
  try {
    const space = createSpace(plan)
    return [...space.units(0n, space.count)]
  } catch {
    return undefined
  }
}

/** The rows of a selection, made in ranges of a few places. */
function rowsOf(plan: Plan, selection: Selection, step = 5n): Row[] {
  const { from, to, choice } = placesOf(plan, selection)
  let text = ''
  for (let start = from; start < to; start += step) {
    const end = to - start < step ? to : start + step
    const bytes = generateRange(plan, start, end, {
      format: 'jsonl',
      ...(choice === undefined ? {} : { choice }),
    })
    text += new TextDecoder().decode(bytes)
  }
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row)
}

describe('chosen ad units', () => {
  it('are the rows of the whole line that meet the rule, in a window of its ranks, for any campaign and cut', () => {
    const step = fc.bigInt(1n, 9n)
    fc.assert(
      fc.property(arbitraryPlan, arbitraryWhere, fc.nat(), fc.nat(), step, (plan, ruleFor, a, b, size) => {
        const units = unitsOf(plan)
        if (!units) return
        const where = ruleFor(plan)
        const [from, to] = [a, b].map((each) => each % (units.length + 1)).sort((x, y) => x - y) as [
          number,
          number,
        ]
        const copy = createCopyTable(plan)
        const expected = units
          .map((unit, rank) => ({ unit, rank }))
          .filter(({ unit, rank }) => rank >= from && rank < to && meets(where, unit, plan) === 1)
          .map(({ unit, rank }) => rowOf(plan, copy, unit, BigInt(rank)))
        const window = { fromRank: BigInt(from), toRank: BigInt(to) }
        expect(rowsOf(plan, { where, ...window }, size)).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  it('of a sample are rows of the whole line, in the order of their ranks, none twice, each meeting the rule', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryWhere, fc.nat(), fc.boolean(), (plan, ruleFor, any, even) => {
        const units = unitsOf(plan)
        if (!units) return
        const where = ruleFor(plan)
        const meeting = units.filter((unit) => meets(where, unit, plan) === 1)
        const sample = {
          size: BigInt(any % (meeting.length + 1)),
          seed: `${any}`,
          ...(even ? { stratify: 'segment' as const } : {}),
        }
        const rows = rowsOf(plan, { where, sample })
        expect(rows.length).toBe(Number(sample.size))
        const copy = createCopyTable(plan)
        let before = -1
        for (const row of rows) {
          const rank = Number(row.rank)
          expect(rank).toBeGreaterThan(before)
          before = rank
          expect(meeting).toContain(units[rank])
          expect(row).toEqual(rowOf(plan, copy, units[rank]!, BigInt(rank)))
        }
        expect(rowsOf(plan, { where, sample }, 2n)).toEqual(rows)
      }),
      { numRuns: 100 },
    )
  })

  const plan = smallPlan({
    segments: [segmentOf('broad'), segmentOf('ca', 'CA')],
    slots: [{ slot: 'a', default: 'x0', assets: [0, 1, 2].map((at) => textAsset(`x${at}`)) }],
  })

  it('are none where nothing meets the rule, and a sample of none is refused as such', () => {
    const where = { all: [{ a: 'x1' }, { a: 'x2' }] }
    expect(rowsOf(plan, { where })).toEqual([])
    const sample = { size: 1n, seed: 's' }
    expect(() => placesOf(plan, { where, sample })).toThrow(
      'a sample of 1 cannot be drawn from 0 ad units that meet the where rule without repeating; relax the rule',
    )
    expect(() => placesOf(plan, { where: { a: 'x1' }, sample: { size: 3n, seed: 's' } })).toThrow(
      'from 2 ad units that meet the where rule without repeating; ask for 2 at most',
    )
  })

  it('have windows of the whole line: a rank past its end is refused, whatever the rule leaves', () => {
    const where = { a: 'x1' }
    expect(placesOf(plan, { where, fromRank: 2n, toRank: 6n })).toMatchObject({ from: 1n, to: 2n })
    expect(() => placesOf(plan, { where, toRank: 7n })).toThrow('ranks go from 0 to 6')
  })
})
