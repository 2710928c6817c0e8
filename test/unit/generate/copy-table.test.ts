import { describe, expect, it } from 'vitest'
import { createCopyTable } from '../../../engine/generate/copy-table.ts'
import { unitValues } from '../../../engine/generate/unit-values.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { segmentOf, smallPlan } from '../space/small-plan.ts'

const plan = smallPlan({
  segments: [segmentOf('broad'), segmentOf('ca', 'CA'), segmentOf('ca-again', 'CA'), segmentOf('tx', 'TX')],
  locales: ['en-US', 'es-US', 'de-DE'],
  slots: [
    {
      slot: 'headline',
      default: 'plain',
      assets: [
        { id: 'plain', text: { en: 'Go', es: 'Vamos', de: 'Los', 'de-DE': 'Auf geht’s' } },
        { id: 'here', text: { en: 'Go, {{state}}', es: 'Vamos, {{state}}' } },
        { id: 'old', text: { en: '{{state}}' }, retired: true },
      ],
    },
  ],
})

describe('copy table', () => {
  const copy = createCopyTable(plan)
  const textOf = (slot: string, asset: string, locale: string, segment: string) =>
    copy.text(slot, asset, { locale, segment, placement: 'wide' })

  it('prefers the locale to its language, and a label of the language to the plain one', () => {
    expect(textOf('headline', 'plain', 'de-DE', 'broad')).toBe('Auf geht’s')
    expect(textOf('headline', 'here', 'en-US', 'ca')).toBe('Go, California')
    expect(textOf('headline', 'here', 'es-US', 'ca')).toBe('Vamos, California (es)')
    expect(textOf('headline', 'here', 'en-US', 'tx')).toBe('Go, TX')
  })

  it('shares a text between segments alike in what the copy mentions', () => {
    expect(copy.entry(0, 0, 0, 0)!.texts).toEqual(['Go'])
    expect(copy.entry(0, 1, 0, 0)!.texts).toEqual([undefined, 'Go, California', 'Go, TX'])
  })

  it('reports copy that cannot be rendered, and the space does without it there', () => {
    expect(copy.problems).toMatchObject([
      { slot: 'headline', asset: 'here', locale: 'en-US', segments: 1, example: 'broad' },
      { slot: 'headline', asset: 'here', locale: 'es-US', segments: 1, example: 'broad' },
    ])
    expect(copy.problems[0]!.problem).toContain('"state" is not known here')
    const space = createSpace(plan)
    // Three locales for everybody, and the local headline for three segments in two locales.
    expect(space.count).toBe(4n * 3n + 3n * 2n)
    expect(space.countBy('headline')).toEqual(
      new Map([
        ['plain', 12n],
        ['here', 6n],
      ]),
    )
    for (const unit of space.units(0n, space.count)) {
      expect(unitValues(plan, copy, unit)['headline']).toMatchObject({ kind: 'text' })
    }
  })

  it('has no text for what it does not know', () => {
    expect(textOf('headline', 'old', 'en-US', 'ca')).toBeUndefined()
    expect(textOf('nothing', 'plain', 'en-US', 'ca')).toBeUndefined()
    expect(textOf('headline', 'plain', 'fr-FR', 'ca')).toBeUndefined()
    expect(textOf('headline', 'plain', 'en-US', 'nobody')).toBeUndefined()
  })
})
