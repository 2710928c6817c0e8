import { describe, expect, it } from 'vitest'
import { createDoor } from '../../../core/schema.ts'
import { columnsOf, createMapper, type Mapping, MappingSchema } from '../../../segments/mapping.ts'

const KEY = new Uint8Array(32).fill(7)

const MAPPING = createDoor('mapping', MappingSchema)(
  {
    name: 'tweets',
    read: { format: 'csv' },
    identity: ['author', 'at', 'text'],
    author: { column: 'name' },
    at: { column: 'created', format: 'M/D/YYYY H:mm' },
    text: { column: 'text', decode: 'html' },
    language: { constant: 'en-US' },
    channel: { constant: 'twitter' },
    fields: {
      sentiment: { column: 'mood', type: 'category', lower: true, map: { neg: 'negative' }, empty: ['n/a'] },
      reason: {
        column: 'reason',
        type: 'category',
        confidence: { column: 'sure' },
        minimumConfidence: 0.5,
      },
      topics: { column: 'topics', type: 'set', separator: '|' },
      likes: { column: 'likes', type: 'number' },
      verified: { column: 'verified', type: 'boolean' },
    },
  },
  'test',
)

const ROW = {
  name: ' @JNardino ',
  created: '2/4/2015 11:15',
  text: 'late &amp; &#x1F622; again\u0000',
  mood: 'NEG',
  reason: 'Late Flight',
  sure: '0.7',
  topics: 'crew| delay |crew',
  likes: '3',
  verified: 'yes',
}

function mapped(row: Readonly<Record<string, unknown>>, mapping: Mapping = MAPPING) {
  const result = createMapper(mapping, KEY)(row)
  if ('reject' in result) throw new Error(result.reject)
  return result.mention
}

function rejected(row: Readonly<Record<string, unknown>>): string {
  const result = createMapper(MAPPING, KEY)(row)
  if ('mention' in result) throw new Error('it was accepted')
  return result.reject
}

describe('createMapper', () => {
  it('gives a mention: decoded, typed, mapped, hashed', () => {
    expect(mapped(ROW)).toMatchObject({
      atMs: Date.UTC(2015, 1, 4, 11, 15),
      text: 'late & 😢 again',
      language: 'en',
      channel: 'twitter',
      source: 'tweets',
      fields: {
        sentiment: 'negative',
        reason: 'Late Flight',
        topics: ['crew', 'delay'],
        likes: 3,
        verified: true,
      },
      confidence: { reason: 0.7 },
    })
  })

  it('knows an author by the handle, however it is written, and never shows it', () => {
    const mention = mapped(ROW)
    expect(mention.author).toMatch(/^[0-9a-f]{32}$/)
    expect(mapped({ ...ROW, name: 'jnardino' })).toEqual(mention)
    expect(createMapper(MAPPING, new Uint8Array(32))(ROW)).not.toMatchObject({
      mention: { author: mention.author },
    })
    expect(JSON.stringify(mention).toLowerCase()).not.toContain('jnardino')
  })

  it('names a record by its identity alone', () => {
    const { key } = mapped(ROW)
    expect(mapped({ ...ROW, likes: '9' }).key).toBe(key)
    expect(mapped({ ...ROW, text: 'something else' }).key).not.toBe(key)
    expect(mapped({ ...ROW, created: '2/4/2015 11:16' }).key).not.toBe(key)
  })

  it('takes empty cells, and values under their confidence, for missing', () => {
    const bare = { name: 'x', created: '', text: '', mood: 'n/a', reason: 'Late Flight', sure: '0.3' }
    expect(mapped(bare)).toMatchObject({ atMs: undefined, text: undefined, fields: {}, confidence: {} })
  })

  it.each([
    ['no author', { ...ROW, name: ' @ ' }, 'no author: "name" is empty'],
    [
      'a date that is none',
      { ...ROW, created: '2/30/2015 1:00' },
      'the date "2/30/2015 1:00" cannot be read as M/D/YYYY H:mm',
    ],
    ['a number that is none', { ...ROW, likes: 'many' }, 'likes: "many" is not a number'],
    ['neither true nor false', { ...ROW, verified: 'maybe' }, 'verified: "maybe" is neither true nor false'],
    ['a confidence above 1', { ...ROW, sure: '70' }, 'reason: the confidence "70" is not 0 to 1'],
  ])('rejects %s in plain words', (_what, row, reason) => {
    expect(rejected(row)).toBe(reason)
  })

  it('reads equal texts in other normal forms as one', () => {
    expect(mapped({ ...ROW, text: 'cafe\u0301' }).key).toBe(mapped({ ...ROW, text: 'caf\u00e9' }).key)
  })

  it('tells apart equal ids of two sources', () => {
    const byId = (name: string): Mapping => ({ ...MAPPING, name, identity: { column: 'id' } })
    const row = { ...ROW, id: '17' }
    expect(mapped(row, byId('a')).key).not.toBe(mapped(row, byId('b')).key)
    expect(mapped({ ...row, text: 'x' }, byId('a')).key).toBe(mapped(row, byId('a')).key)
  })

  it.each([
    [{ identity: ['id'] }, /\/identity\/0 "id" is no field/],
    [{ at: { column: 'x', format: 'D of M' } }, /\/at\/format .* cannot be read/],
    [{ at: { column: 'x', timeZone: 'Mars/Base' } }, /not a time zone/],
    [{ fields: { a: { type: 'category' as const } } }, /either a column or a constant/],
  ])('refuses a mapping that cannot be used: %j', (change, problem) => {
    expect(() => createMapper({ ...MAPPING, ...change }, KEY)).toThrow(problem)
  })
})

it('columnsOf names every source column once', () => {
  expect(columnsOf(MAPPING)).toEqual([
    'created',
    'likes',
    'mood',
    'name',
    'reason',
    'sure',
    'text',
    'topics',
    'verified',
  ])
})
