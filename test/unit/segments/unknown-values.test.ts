import { describe, expect, it } from 'vitest'
import { parseRule } from '../../../rules/parse.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import { gridTrees } from '../../../segments/grid-sums.ts'
import { openPopulation } from '../../../segments/population.ts'
import { createPopulationBuilder } from '../../../segments/population-builder.ts'
import { resolveSegments } from '../../../segments/resolve.ts'
import type { SegmentDocument } from '../../../segments/segment.ts'
import { unknownValueRemarks, writtenRules } from '../../../segments/unknown-values.ts'
import { vocabularyOf } from '../../../segments/vocabulary.ts'
import { mentionOf, personKey } from '../../property/population-of.ts'

const CATALOGUE: AttributeCatalogue = {
  attributes: [
    {
      name: 'state',
      type: 'category',
      scope: 'person',
      dimension: 'geographic',
      hierarchy: 'us-states',
      from: { field: 'state', aggregate: 'latest' },
    },
    {
      name: 'interest',
      type: 'category',
      scope: 'person',
      dimension: 'psychographic',
      from: { field: 'interest', aggregate: 'top' },
      values: { 'beach-days': { label: { en: 'Beach days', es: 'Días de playa' } } },
    },
    { name: 'topics', type: 'set', scope: 'mention', dimension: 'behavioural' },
    {
      name: 'posts',
      type: 'number',
      scope: 'person',
      dimension: 'behavioural',
      from: { field: 'state', aggregate: 'count' },
    },
  ],
}

const population = (() => {
  const builder = createPopulationBuilder(CATALOGUE, 1)
  builder.add([
    mentionOf(personKey(0), '0'.repeat(32), {
      state: 'CA',
      interest: 'hiking',
      topics: ['price', 'service'],
    }),
  ])
  return openPopulation(builder.finish())
})()

const remarksOf = (json: unknown): string[] =>
  unknownValueRemarks([{ where: 'here', rule: parseRule(json, vocabularyOf(CATALOGUE), 'here') }], population)

describe('values of rules that nobody has', () => {
  it.each([
    ['nearest by label', { state: 'Californa' }, 'person has the state "Californa"', 'CA'],
    ['nearest by label of any language', { interest: 'Dias de playa' }, '"Dias de playa"', 'beach-days'],
    ['nearest that somebody has', { not: { interest: { in: ['hikng'] } } }, '"hikng"', 'hiking'],
    [
      'inside a mention',
      { mention: { all: [{ topics: { has: ['prices'] } }] } },
      'mention has the topics',
      'price',
    ],
  ])('are told: %s', (_, rule, told, nearest) => {
    const remarks = remarksOf(rule)
    expect(remarks).toEqual([expect.stringContaining(told)])
    expect(remarks[0]).toMatch(/^here: no /)
    expect(remarks[0]).toContain(`; did you mean "${nearest}"?`)
  })

  it('are told without a guess when nothing is near, each once a place', () => {
    expect(remarksOf({ any: [{ interest: 'xylophones' }, { interest: 'xylophones' }] })).toEqual([
      'here: no person has the interest "xylophones", and the catalogue does not know it',
    ])
  })

  it('are no values somebody has, or the catalogue or a hierarchy knows; and no numbers', () => {
    const known = [
      { state: { in: ['CA', 'TX', 'pacific'] } },
      { interest: { in: ['hiking', 'beach-days'] } },
      { mention: { topics: 'service' } },
      { posts: 77 },
      { state: { known: true } },
    ]
    expect(remarksOf({ all: known })).toEqual([])
  })

  it('are counted from the twenty-first on', () => {
    const remarks = remarksOf({ interest: { in: Array.from({ length: 5000 }, (_, i) => `value ${i}`) } })
    expect(remarks).toHaveLength(21)
    expect(remarks[20]).toBe('and 4980 more values that nobody has')
  })

  it('are found in rule documents and in what a grid lies within', () => {
    const documents = new Map<string, SegmentDocument>([
      ['west', { name: 'west', rule: { state: 'Oregno' } }],
      ['usa', { name: 'usa', grid: { attributes: ['interest'], within: { state: 'Texass' } } }],
    ])
    const input = { population, catalogue: CATALOGUE, documents, entries: ['west', { grid: 'usa' }] }
    const rules = writtenRules(resolveSegments(input), gridTrees(input))
    expect(unknownValueRemarks(rules, population)).toEqual([
      expect.stringMatching(/^segments\/west\.json: .*"Oregno".*"OR"/),
      expect.stringMatching(/^segments\/usa\.json \/grid\/within: .*"Texass".*"TX"/),
    ])
  })
})
