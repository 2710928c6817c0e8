import { describe, expect, it } from 'vitest'
import type { RuleRecord } from '../../../rules/compile.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import { createGridTree, type GridDocument, gridDefinition } from '../../../segments/grid.ts'
import { createMatcher } from '../../../segments/match.ts'
import { openPopulation } from '../../../segments/population.ts'
import { createPopulationBuilder } from '../../../segments/population-builder.ts'
import { resolveSegments, type SegmentEntries } from '../../../segments/resolve.ts'
import type { SegmentDocument } from '../../../segments/segment.ts'
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
      values: { soccer: { label: 'Soccer', parent: 'sports' }, sports: { label: 'Sports' }, '*/+': {} },
    },
    {
      name: 'member',
      label: 'Member',
      type: 'boolean',
      scope: 'person',
      dimension: 'behavioural',
      from: { field: 'member', aggregate: 'any' },
    },
    {
      name: 'tags',
      type: 'set',
      scope: 'person',
      dimension: 'behavioural',
      from: { field: 'tags', aggregate: 'set' },
    },
  ],
}

const PEOPLE = [
  { state: 'CA', interest: 'soccer', member: true },
  { state: 'CA', interest: 'soccer', member: true },
  { state: 'CA', interest: 'sports' },
  { state: 'CA', interest: '*/+', member: false },
  { state: 'OR', interest: 'soccer' },
  { state: 'WY' },
  {},
]

const builder = createPopulationBuilder(CATALOGUE, 0)
builder.add(PEOPLE.map((fields, i) => mentionOf(personKey(i), personKey(i), fields)))
const population = openPopulation(builder.finish())

const GRID: GridDocument = { name: 'g', grid: { attributes: ['state', 'interest'] } }
const DOCUMENTS = new Map<string, SegmentDocument>([
  ['g', GRID],
  ['m', { name: 'm', grid: { attributes: ['member'] } }],
  ['far-west', { name: 'far-west', rule: { state: { in: ['CA', 'OR'] } } }],
  ['cal', { name: 'cal', title: 'The Golden State', rule: { state: 'CA' } }],
])

const resolve = (entries: SegmentEntries) =>
  resolveSegments({ population, catalogue: CATALOGUE, documents: DOCUMENTS, entries })

describe('a grid’s tree', () => {
  const tree = createGridTree(population, gridDefinition(GRID, CATALOGUE))

  it('coarsens the last attribute first, a value with narrower ones joining them on the way', () => {
    const path = (id: string): string[] => {
      const parent = tree.nodes.get(id)!.parent
      return parent === undefined ? [id] : [id, ...path(parent)]
    }
    expect(path('g/CA/soccer')).toEqual([
      'g/CA/soccer',
      'g/CA/sports+',
      'g/CA/*',
      'g/pacific+/*',
      'g/west+/*',
      'g/*/*',
    ])
    expect(tree.nodes.get('g/CA/sports')!.parent).toBe('g/CA/sports+')
  })

  it('counts everybody, also those who lack an attribute, at the deepest node there is', () => {
    const counts = Object.fromEntries(
      [...tree.nodes.values()].map(({ id, own, people }) => [id, [own, people]]),
    )
    expect(counts).toEqual({
      'g/*/*': [1, 7],
      'g/west+/*': [1, 6],
      'g/pacific+/*': [0, 5],
      'g/CA/*': [0, 4],
      'g/CA/sports+': [0, 3],
      'g/CA/soccer': [2, 2],
      'g/CA/sports': [1, 1],
      'g/CA/%2A%2F%2B': [1, 1],
      'g/OR/*': [0, 1],
      'g/OR/sports+': [0, 1],
      'g/OR/soccer': [1, 1],
    })
  })

  it('is made of attributes with a single value', () => {
    const definition = (attributes: string[]) => () =>
      gridDefinition({ name: 'g', grid: { attributes } }, CATALOGUE)
    expect(definition(['tags'])).toThrow(/"tags" is a set/)
    expect(definition(['state', 'city'])).toThrow(
      /\/grid\/attributes\/1 there is no attribute of people "city"/,
    )
    expect(definition(['state', 'state'])).toThrow(/twice/)
  })
})

describe('resolveSegments', () => {
  it('puts broad first, then rules and cells with exact sizes, titles and certain values', () => {
    const rows = resolve(['far-west', 'cal', { grid: 'g' }, { grid: 'm' }]).map(
      ({ id, title, people, certain, kind }) => ({ id, title, people, certain, kind }),
    )
    expect(rows).toEqual([
      { id: 'broad', title: 'Everybody', people: 7, certain: {}, kind: 'broad' },
      { id: 'far-west', title: 'state is one of California, Oregon', people: 5, certain: {}, kind: 'rule' },
      { id: 'cal', title: 'The Golden State', people: 4, certain: { state: 'CA' }, kind: 'rule' },
      ...[
        ['g/CA/%2A%2F%2B', 'California, */+', 1, 'CA', '*/+'] as const,
        ['g/CA/soccer', 'California, Soccer', 2, 'CA', 'soccer'] as const,
        ['g/CA/sports', 'California, Sports', 1, 'CA', 'sports'] as const,
        ['g/OR/soccer', 'Oregon, Soccer', 1, 'OR', 'soccer'] as const,
      ].map(([id, title, people, state, interest]) => ({
        id,
        title,
        people,
        certain: { state, interest },
        kind: 'cell',
      })),
      { id: 'm/false', title: 'not Member', people: 1, certain: { member: false }, kind: 'cell' },
      { id: 'm/true', title: 'Member', people: 2, certain: { member: true }, kind: 'cell' },
    ])
  })

  it('a remainder is its node without its survivors, certain of what its node is certain of', () => {
    const segments = resolve([
      { grid: 'g', leaves: ['g/CA/soccer', 'g/NV/soccer'], remainders: ['g/CA/*', 'g/west+/*'] },
    ])
    expect(segments.map(({ id, title, people, certain }) => [id, title, people, certain])).toEqual([
      ['broad', 'Everybody', 7, {}],
      ['g/CA/soccer', 'California, Soccer', 2, { state: 'CA', interest: 'soccer' }],
      ['g/NV/soccer', 'Nevada, Soccer', 0, { state: 'NV', interest: 'soccer' }],
      ['g/CA/*', 'California, other', 2, { state: 'CA' }],
      ['g/west+/*', 'West, other', 2, {}],
    ])
    const { match } = createMatcher(segments)
    const ids = (values: RuleRecord['values']) => match({ values }).map(({ id }) => id)
    expect(ids({ state: 'CA', interest: 'soccer' })).toEqual(['g/CA/soccer', 'broad'])
    expect(ids({ state: 'CA', interest: 'sports' })).toEqual(['g/CA/*', 'broad'])
    expect(ids({ state: 'CA' })).toEqual(['g/CA/*', 'broad'])
    expect(ids({ state: 'WY' })).toEqual(['g/west+/*', 'broad'])
    expect(ids({ state: 'NY' })).toEqual(['broad'])
  })

  it.each<[string, SegmentEntries, RegExp]>([
    ['no document', ['nobody'], /there is no segment "nobody"/],
    ['a grid by its bare name', ['g'], /write {"grid": "g"}/],
    ['a rule as a grid', [{ grid: 'cal' }], /write "cal"/],
    ['one twice', ['cal', 'cal'], /cal: is there twice/],
    [
      'a node of another grid',
      [{ grid: 'g', leaves: ['h/CA/soccer'] }],
      /a node of grid g is written g\/state\/interest/,
    ],
    ['a leaf that is no full cell', [{ grid: 'g', leaves: ['g/CA/*'] }], /not a full cell/],
  ])('refuses %s', (_what, entries, message) => {
    expect(() => resolve(entries)).toThrow(message)
  })
})
