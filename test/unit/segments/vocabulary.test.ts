import { describe, expect, it } from 'vitest'
import type { AttributeCatalogue, AttributeDefinition } from '../../../segments/attributes.ts'
import { labelOf, parentOf } from '../../../segments/hierarchy.ts'
import { parseSegmentRule } from '../../../segments/segment-rule.ts'
import { checkCatalogue, labelsOf, vocabularyOf } from '../../../segments/vocabulary.ts'

const state: AttributeDefinition = {
  name: 'state',
  type: 'category',
  scope: 'person',
  dimension: 'geographic',
  hierarchy: 'us-states',
  from: { field: 'state', aggregate: 'latest' },
  values: {
    CA: { label: { en: 'California', es: 'California', fr: 'Californie' } },
    'north-slope': { parent: 'AK' },
    AK: { parent: 'far-north' },
  },
}
const catalogue = (...attributes: Partial<AttributeDefinition>[]): AttributeCatalogue => ({
  attributes: attributes.map((each) => ({ ...state, ...each })),
})

describe('hierarchy', () => {
  it('takes parents and labels from the table; the catalogue’s own win', () => {
    const known = catalogue({})
    expect(parentOf(known, 'state', 'OR')).toBe('pacific')
    expect(parentOf(known, 'state', 'AK')).toBe('far-north')
    expect(parentOf(known, 'state', 'nowhere')).toBeUndefined()
    expect(labelOf(known, 'state', 'OR', 'de')).toBe('Oregon')
    expect(labelOf(known, 'state', 'CA', 'fr-CA')).toBe('Californie')
    expect(labelOf(known, 'state', 'CA', 'de')).toBe('California')
    expect(labelOf(known, 'state', 'nowhere', 'en')).toBe('nowhere')
  })

  it('labels for copy have one for every other language', () => {
    const labels = labelsOf(catalogue({}))
    expect(labels['state']!['OR']).toEqual({ '*': 'Oregon' })
    expect(labels['state']!['CA']).toMatchObject({ fr: 'Californie', '*': 'California' })
  })
})

describe('checkCatalogue', () => {
  const problem =
    (...attributes: Partial<AttributeDefinition>[]) =>
    () =>
      checkCatalogue(catalogue(...attributes), 'segments/attributes.json')

  it('accepts one name for people and for mentions, and keeps them apart', () => {
    const both = catalogue({}, { scope: 'mention', from: undefined, type: 'set' } as never)
    delete (both.attributes[1] as { from?: unknown }).from
    expect(() => checkCatalogue(both, 'x')).not.toThrow()
    expect(vocabularyOf(both)).toEqual({
      person: new Map([['state', 'category']]),
      mention: new Map([['state', 'set']]),
    })
  })

  it.each<[string, () => void, RegExp]>([
    ['a word of the rule language', problem({ name: 'not' }), /\/attributes\/0\/name "not" is a reserved/],
    ['a word of context', problem({ name: 'locale' }), /reserved/],
    ['a word of every object', problem({ name: 'constructor' }), /reserved/],
    ['a name twice', problem({}, {}), /\/attributes\/1\/name .*twice/],
    ['a sensitive name', problem({ name: 'religionGuess' }), /tells of religion/],
    [
      'a sensitive value',
      problem({ name: 'age', values: { '13-17': {} } }),
      /\/values\/13-17 tells of minor/,
    ],
    [
      'context of a mention',
      () => {
        const { from: _from, hierarchy: _hierarchy, values: _values, ...bare } = state
        checkCatalogue({ attributes: [{ ...bare, scope: 'mention', context: 'given' }] }, 'x')
      },
      /\/attributes\/0\/context is for attributes of people/,
    ],
    [
      'a text of the page in a number',
      () => {
        const { from: _from, hierarchy: _hierarchy, values: _values, ...bare } = state
        checkCatalogue({ attributes: [{ ...bare, type: 'number', context: 'page.domain' }] }, 'x')
      },
      /\/attributes\/0\/context page\.domain is a text, but the attribute is a number/,
    ],
    [
      'an aggregate of another type',
      problem({ from: { field: 'x', aggregate: 'mean' } }),
      /mean gives a number/,
    ],
    ['an unknown hierarchy', problem({ hierarchy: 'us-state' }), /did you mean "us-states"/],
    ['a circle of parents', problem({ values: { A: { parent: 'B' }, B: { parent: 'A' } } }), /A > B/],
    ['from on a mention', problem({ scope: 'mention' }), /is for attributes of people/],
  ])('refuses %s', (_what, act, message) => {
    expect(act).toThrow(message)
  })
})

it('a rule cannot name a value of the sensitive list, nor one under it', () => {
  const known = catalogue({ name: 'interests', type: 'set', hierarchy: 'iab-audience-1.1', values: {} })
  // Men's Health (411) is under Health and Medical Services in the taxonomy.
  expect(() => parseSegmentRule({ not: { interests: '411' } }, known, 'x')).toThrow(/tells of health/)
  expect(() => parseSegmentRule({ interests: '424' }, known, 'x')).not.toThrow()
})
