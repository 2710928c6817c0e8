import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unitFromId } from '../../../engine/campaign/ad-unit-id.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { createCopyTable } from '../../../engine/generate/copy-table.ts'
import { generateRange } from '../../../engine/generate/generate-range.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { arbitraryPlan } from '../space/arbitrary-plan.ts'
import { COPY, segmentOf, smallPlan, TALL, WIDE } from '../space/small-plan.ts'
import { type Row, rowOf } from './row.ts'

const hostile = [
  '=cmd()',
  '+1',
  '-1',
  '@x',
  '\tx',
  'a,b',
  'say "hi"',
  'line\nbreak',
  "it's",
  '\u2028',
  '😀 ünï',
  '</script>',
]

const plan: Plan = smallPlan({
  segments: [segmentOf('broad'), { ...segmentOf('ca', 'CA'), title: '=Golden, "CA"' }],
  locales: ['en-US', 'es-US'],
  placements: [WIDE, COPY, TALL],
  slots: [
    {
      slot: 'headline',
      default: 't0',
      assets: [
        ...hostile.map((text, at) => ({ id: `t${at}`, text: { en: text, es: text } })),
        { id: 'here', text: { en: 'Hi {{state}}' } },
      ],
    },
    { slot: 'picture', default: 'p', assets: [{ id: 'p', file: 'assets/a,b.jpg' }] },
    {
      slot: 'ground',
      default: 'c',
      assets: [
        { id: 'c', colour: '#00ff00' },
        { id: 'd', colour: '#0000ff' },
      ],
    },
  ],
  absentIn: { ground: ['tall'] },
  landingUrl: 'https://shop.example/sale?x=1,2&y="#top',
})

function textOf(of: Plan, from: bigint, to: bigint, options: Parameters<typeof generateRange>[3]): string {
  return new TextDecoder().decode(generateRange(of, from, to, options))
}

function rowsOf(of: Plan): Row[] {
  const space = createSpace(of)
  const copy = createCopyTable(of)
  return [...space.units(0n, space.count)].map((unit, rank) => rowOf(of, copy, unit, BigInt(rank)))
}

describe('generateRange', () => {
  it('writes as JSON Lines exactly the rows, one by one', () => {
    const { count } = createSpace(plan)
    const lines = textOf(plan, 0n, count, { format: 'jsonl', header: true }).split('\n')
    expect(lines.pop()).toBe('')
    expect(lines).toEqual(rowsOf(plan).map((row) => JSON.stringify(row)))
  })

  it('does so for any campaign, window by window', () => {
    fc.assert(
      fc.property(arbitraryPlan, fc.integer({ min: 1, max: 7 }), (any, step) => {
        let rows: Row[]
        try {
          rows = rowsOf(any)
        } catch {
          return
        }
        let text = ''
        for (let from = 0; from < rows.length; from += step) {
          const to = Math.min(from + step, rows.length)
          text += textOf(any, BigInt(from), BigInt(to), { format: 'jsonl' })
        }
        expect(text).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
      }),
      { numRuns: 80 },
    )
  })

  it('writes as CSV what a reader of RFC 4180 reads back, formulas made harmless', () => {
    const { count } = createSpace(plan)
    const text = textOf(plan, 0n, count, { format: 'csv', header: true })
    const read = parse(text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
    const cell = (value: string | null) =>
      value === null ? '' : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
    expect(read).toEqual(
      rowsOf(plan).map(({ slots, ...row }) => ({
        ...Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])),
        segmentTitle: cell(row.segmentTitle),
        ...Object.fromEntries(Object.entries(slots).map(([slot, value]) => [`slots.${slot}`, cell(value)])),
      })),
    )
    expect(read[0]).toMatchObject({ 'slots.headline': "'=cmd()", 'slots.picture': 'assets/a,b.jpg' })
  })

  it('has the header only where it is asked for', () => {
    expect(textOf(plan, 0n, 0n, { format: 'csv', header: true })).toMatch(/^id,rank,.*,image\r\n$/)
    expect(textOf(plan, 5n, 5n, { format: 'csv' })).toBe('')
  })

  it('links to the landing page with its own query and fragment kept, and no name of a segment', () => {
    const row = rowsOf(plan).at(-1)!
    expect(row.clickThroughUrl).toBe(
      `https://shop.example/sale?x=1,2&y="&utm_source=polyad&utm_medium=display&utm_campaign=spring&utm_content=${row.id}&utm_term=s2#top`,
    )
    expect(unitFromId(plan.ledger, row.id).segment).toBe(row.segment)
    const bare = rowsOf({ ...plan, campaign: { ...plan.campaign, landingUrl: 'https://shop.example' } })
    expect(bare[0]!.clickThroughUrl).toMatch(/^https:\/\/shop\.example\?utm_source=/)
  })

  it('keeps ids when slots are put in another order', () => {
    const turned = { ...plan, campaign: { ...plan.campaign, slots: plan.campaign.slots.toReversed() } }
    const { count } = createSpace(plan)
    const idsOf = (of: Plan) =>
      textOf(of, 0n, count, { format: 'csv' })
        .match(/^1[0-9a-z]{6,},/gm)!
        .sort()
    expect(idsOf(turned)).toEqual(idsOf(plan))
    expect(new Set(idsOf(plan)).size).toBe(Number(count))
  })

  it('refuses ranks outside the number line', () => {
    const { count } = createSpace(plan)
    expect(() => generateRange(plan, 0n, count + 1n, { format: 'jsonl' })).toThrow('outside the number line')
    expect(() => generateRange(plan, -1n, 1n, { format: 'jsonl' })).toThrow('outside the number line')
  })
})
