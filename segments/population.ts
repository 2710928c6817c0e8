import { type Bitmap, emptyBitmap, rowsOf, setBit } from '../core/bitmap.ts'
import { PolyadError } from '../core/errors.ts'
import { contentHash } from '../core/hash.ts'
import { type BitmapSource, evaluateRule } from '../rules/bitmap.ts'
import type { AttributeType, Rule, Scalar, Values } from '../rules/rule.ts'
import type { AttributeCatalogue } from './attributes.ts'
import { BOOLEANS, type Codes, type Column, countValues, valueAt } from './column.ts'
import { createColumnSource } from './column-source.ts'
import { type NumberArray, unpackArrays } from './packed-arrays.ts'

const KEY_BYTES = 16

/** Everybody, as columns over one buffer that threads may share. Rows are people in the order of their keys. */
export interface Population {
  readonly people: number
  readonly mentions: number
  /** The moment it stands for, Unix ms. */
  readonly asOfMs: number
  /** The catalogue it was built by. */
  readonly catalogue: AttributeCatalogue
  /** Values that were left out because they are on the sensitive list. */
  readonly withheld: number
  readonly source: BitmapSource
  /** contentHash of the buffer. */
  readonly hash: string
  /** The people who meet a rule. */
  evaluate(rule: Rule): Bitmap
  /** The person's key, 32 hex digits. */
  personAt(row: number): string
  /** A binary search; undefined for somebody who is not in the population. */
  rowOf(person: string): number | undefined
  valuesAt(row: number): Values
  /** The values of each mention of the person. */
  mentionValuesAt(row: number): Values[]
  /** How many of the mentions of these people there are. */
  mentionsOf(people: Bitmap): number
  /** People by value of an attribute of people; a set counts under each of its values. */
  values(attribute: string): ReadonlyMap<Scalar, number>
  /** The column of an attribute of people, or of mentions. */
  column(attribute: string, scope?: 'person' | 'mention'): Column
}

export interface ColumnHeader {
  readonly name: string
  readonly scope: 'person' | 'mention'
  readonly type: AttributeType
  readonly dictionary: readonly Scalar[]
}

/** What the buffer's header holds; the arrays follow in order: keys, mention starts, then each column's. */
export interface PopulationHeader {
  readonly asOfMs: number
  readonly catalogue: AttributeCatalogue
  readonly people: number
  readonly mentions: number
  readonly withheld: number
  readonly columns: readonly ColumnHeader[]
}

/**
 * Reads a buffer made by a population builder. Costs one checksum of the bytes.
 *
 * @throws PolyadError POPULATION_UNREADABLE when it is damaged or of a newer version
 */
export function openPopulation(bytes: Uint8Array): Population {
  const { content: header, arrays } = unpackArrays<PopulationHeader>(bytes)
  const next = arrays.values()
  const keys = take(next) as Uint8Array
  const mentionStarts = take(next) as Uint32Array
  const columnsOf = { person: new Map<string, Column>(), mention: new Map<string, Column>() }
  for (const described of header.columns)
    columnsOf[described.scope].set(described.name, readColumn(described, next))
  const { people, mentions, asOfMs, catalogue, withheld } = header

  const mentionSource = createColumnSource(mentions, columnsOf.mention, () => {
    throw new Error('a mention clause inside a mention clause')
  })
  const source = createColumnSource(people, columnsOf.person, (rule) =>
    peopleOfMentions(evaluateRule(rule, mentionSource), mentionStarts, people),
  )
  let hash: string | undefined

  const column = (attribute: string, scope: 'person' | 'mention' = 'person'): Column => {
    const found = columnsOf[scope].get(attribute)
    if (!found) throw new PolyadError('NOT_FOUND', { what: `attribute of a ${scope}`, name: attribute })
    return found
  }

  return {
    people,
    mentions,
    asOfMs,
    catalogue,
    withheld,
    source,
    get hash() {
      hash ??= contentHash(bytes)
      return hash
    },
    evaluate: (rule) => evaluateRule(rule, source),
    personAt: (row) => keyAt(keys, row).toString('hex'),
    rowOf: (person) => rowOfKey(keys, people, person),
    valuesAt: (row) => valuesOfRow(columnsOf.person, row),
    mentionValuesAt(row) {
      const all: Values[] = []
      for (let i = mentionStarts[row]!; i < mentionStarts[row + 1]!; i++)
        all.push(valuesOfRow(columnsOf.mention, i))
      return all
    },
    mentionsOf(rows) {
      let count = 0
      for (const row of rowsOf(rows)) count += mentionStarts[row + 1]! - mentionStarts[row]!
      return count
    },
    values: (attribute) => countValues(column(attribute)),
    column,
  }
}

function take(arrays: Iterator<NumberArray>): NumberArray {
  const { value, done } = arrays.next()
  if (done)
    throw new PolyadError('POPULATION_UNREADABLE', { problem: 'it has fewer arrays than its header tells' })
  return value
}

function readColumn({ type, dictionary }: ColumnHeader, next: Iterator<NumberArray>): Column {
  switch (type) {
    case 'number':
      return { type, numbers: take(next) as Float64Array }
    case 'boolean':
      return { type, dictionary: BOOLEANS, codes: take(next) as Codes }
    case 'category':
      return { type, dictionary: dictionary as readonly string[], codes: take(next) as Codes }
    case 'set':
      return {
        type,
        dictionary: dictionary as readonly string[],
        starts: take(next) as Uint32Array,
        codes: take(next) as Codes,
      }
  }
}

function valuesOfRow(columns: ReadonlyMap<string, Column>, row: number): Values {
  const values: Record<string, Values[string]> = {}
  for (const [name, column] of columns) {
    const value = valueAt(column, row)
    if (value !== undefined) values[name] = value
  }
  return values
}

/** The people who wrote at least one of these mentions. */
function peopleOfMentions(mentions: Bitmap, starts: Uint32Array, people: number): Bitmap {
  const found = emptyBitmap(people)
  let person = 0
  for (const mention of rowsOf(mentions)) {
    while (starts[person + 1]! <= mention) person++
    setBit(found, person)
  }
  return found
}

function keyAt(keys: Uint8Array, row: number): Buffer {
  return Buffer.from(keys.buffer as ArrayBuffer, keys.byteOffset + row * KEY_BYTES, KEY_BYTES)
}

function rowOfKey(keys: Uint8Array, people: number, person: string): number | undefined {
  const wanted = Buffer.from(person, 'hex')
  if (wanted.length !== KEY_BYTES) return undefined
  let low = 0
  let high = people - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const order = keyAt(keys, middle).compare(wanted)
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return undefined
}
