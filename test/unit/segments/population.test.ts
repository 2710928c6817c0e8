import { describe, expect, it } from 'vitest'
import { countBits, rowsOf } from '../../../core/bitmap.ts'
import { contentHash } from '../../../core/hash.ts'
import type { Rule, Values } from '../../../rules/rule.ts'
import type { AttributeCatalogue, AttributeDefinition } from '../../../segments/attributes.ts'
import { openPopulation, type Population } from '../../../segments/population.ts'
import { createPopulationBuilder } from '../../../segments/population-builder.ts'
import { mentionOf, personKey } from '../../property/population-of.ts'

type Aggregate = NonNullable<AttributeDefinition['from']>['aggregate']

const person = (
  name: string,
  type: AttributeDefinition['type'],
  field: string,
  aggregate: Aggregate,
): AttributeDefinition => ({
  name,
  type,
  scope: 'person',
  dimension: 'behavioural',
  from: { field, aggregate },
})

const mention = (name: string): AttributeDefinition => ({
  name,
  type: 'category',
  scope: 'mention',
  dimension: 'behavioural',
})

function buildBytes(catalogue: AttributeCatalogue, people: readonly (readonly Values[])[]): Uint8Array {
  const builder = createPopulationBuilder(catalogue, 1234)
  for (const [i, mentions] of people.entries()) {
    builder.add(mentions.map((fields, j) => mentionOf(personKey(i), personKey(j), fields)))
  }
  return builder.finish()
}

const build = (attributes: AttributeDefinition[], people: readonly (readonly Values[])[]): Population =>
  openPopulation(buildBytes({ attributes }, people))

const negativeAboutUnited: Rule = {
  kind: 'mention',
  of: {
    kind: 'all',
    of: [
      { kind: 'in', attribute: 'airline', values: ['United'] },
      { kind: 'in', attribute: 'sentiment', values: ['negative'] },
    ],
  },
}

describe('what is drawn from mentions', () => {
  it('follows the aggregate, oldest mention first', () => {
    const population = build(
      [
        person('last', 'category', 'airline', 'latest'),
        person('most', 'category', 'airline', 'top'),
        person('every', 'set', 'airline', 'set'),
        person('once', 'boolean', 'angry', 'any'),
        person('mean', 'number', 'stars', 'mean'),
        person('count', 'number', 'stars', 'count'),
        person('channels', 'set', 'topics', 'set'),
      ],
      [
        [
          { airline: 'United', angry: false, stars: 1, topics: ['b', 'a'] },
          { airline: 'Delta', angry: true, stars: 4, topics: ['b'] },
          { angry: false },
        ],
        [{}],
      ],
    )
    expect(population.valuesAt(0)).toEqual({
      last: 'Delta',
      most: 'Delta',
      every: ['Delta', 'United'],
      once: true,
      mean: 2.5,
      count: 2,
      channels: ['a', 'b'],
    })
    expect(population.valuesAt(1)).toEqual({ count: 0 })
    expect(population.values('every')).toEqual(
      new Map([
        ['Delta', 1],
        ['United', 1],
      ]),
    )
  })

  it('leaves out values of the sensitive list and says how many', () => {
    const population = build(
      [
        { ...person('band', 'category', 'age', 'latest') },
        { ...person('interests', 'set', 'interest', 'set'), hierarchy: 'iab-audience-1.1' },
      ],
      [[{ age: '13-17', interest: ['411', '424'] }]],
    )
    expect(population.valuesAt(0)).toEqual({ interests: ['424'] })
    expect(population.withheld).toBe(2)
  })

  it('refuses a value that does not fit its attribute', () => {
    const act = () => build([person('mean', 'number', 'stars', 'mean')], [[{ stars: 'five' }]])
    expect(act).toThrow(/attribute "mean".*number.*"stars" of a mention is "five"/)
  })
})

describe('a population', () => {
  const people = [
    [
      { airline: 'United', sentiment: 'positive' },
      { airline: 'Delta', sentiment: 'negative' },
    ],
    [{ airline: 'United', sentiment: 'negative' }, {}],
    [{ airline: 'United' }],
  ]
  const catalogue = { attributes: [mention('airline'), mention('sentiment')] }
  const bytes = buildBytes(catalogue, people)
  const population = openPopulation(bytes)

  it('counts a mention clause by mentions that are both', () => {
    const met = population.evaluate(negativeAboutUnited)
    expect([...rowsOf(met)]).toEqual([1])
    expect(population.mentionsOf(met)).toBe(2)
    expect(population.mentionValuesAt(1)).toEqual([{ airline: 'United', sentiment: 'negative' }, {}])
  })

  it('finds a person by key, and nobody by another', () => {
    for (let row = 0; row < 3; row++) expect(population.rowOf(population.personAt(row))).toBe(row)
    expect(population.rowOf(personKey(3))).toBeUndefined()
    expect(population.rowOf('nobody')).toBeUndefined()
  })

  it('is the same for any split into batches, and its hash is that of its bytes', () => {
    const builder = createPopulationBuilder(catalogue, 1234)
    for (const [i, mentions] of people.entries()) {
      for (const [j, fields] of mentions.entries()) {
        builder.add([mentionOf(personKey(i), personKey(j), fields as Values)])
      }
    }
    expect(builder.finish()).toEqual(bytes)
    expect(population).toMatchObject({ people: 3, mentions: 5, asOfMs: 1234, hash: contentHash(bytes) })
  })

  it('opens from a buffer at any offset and from shared memory', () => {
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
    shared.set(bytes)
    for (const copy of [shifted.subarray(3), shared]) {
      expect([...rowsOf(openPopulation(copy).evaluate(negativeAboutUnited))]).toEqual([1])
    }
  })

  it('is refused when cut, changed in any byte, or of a newer version', () => {
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = bytes.slice()
      changed[at]! ^= 1
      expect(() => openPopulation(changed), `byte ${at}`).toThrow(/population cannot be read/)
    }
    expect(() => openPopulation(bytes.slice(0, -8))).toThrow(/damaged/)
    expect(() => openPopulation(new Uint8Array())).toThrow(/not a population/)
    const newer = bytes.slice()
    newer[8] = 2
    expect(() => openPopulation(newer)).toThrow(/format version 2, this program reads version 1/)
  })

  it('of nobody answers every rule with nobody', () => {
    const empty = openPopulation(buildBytes(catalogue, []))
    expect(countBits(empty.evaluate(negativeAboutUnited))).toBe(0)
    expect(countBits(empty.evaluate({ kind: 'not', of: negativeAboutUnited }))).toBe(0)
  })

  it('says when it was made before an attribute was added', () => {
    expect(() => population.evaluate({ kind: 'known', attribute: 'state' })).toThrow(
      /before the attribute "state"/,
    )
  })

  it('refuses mentions that do not come by author', () => {
    const builder = createPopulationBuilder(catalogue, 0)
    expect(() => builder.add([mentionOf(personKey(1), 'k', {}), mentionOf(personKey(0), 'k', {})])).toThrow(
      /by author/,
    )
  })
})
