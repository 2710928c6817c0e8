import { type Static, Type } from 'typebox'
import { canonicalJson } from '../core/canonical-json.ts'
import { PolyadError } from '../core/errors.ts'
import { identityHash } from '../core/hash.ts'
import { isTimeZone } from '../core/time.ts'
import type { Mention } from './mention.ts'
import { personKey } from './person-key.ts'
import { createDateReader, isDateFormat } from './read-date.ts'
import { cellText, type FieldValue, quoted, readField } from './read-field.ts'

const closed = { additionalProperties: false }
const Column = Type.String({ minLength: 1, maxLength: 200 })
const FromColumn = Type.Object({ column: Column }, closed)
const ColumnOrConstant = Type.Union([FromColumn, Type.Object({ constant: Type.String() }, closed)])
const MappedValue = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])

const FieldMappingSchema = Type.Object(
  {
    column: Type.Optional(Column),
    /** The same value for every row, instead of a column. */
    constant: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
    type: Type.Union([
      Type.Literal('category'),
      Type.Literal('set'),
      Type.Literal('number'),
      Type.Literal('boolean'),
    ]),
    /** Sets only: what stands between the items of a text. A JSON array needs none. */
    separator: Type.Optional(Type.String({ minLength: 1, maxLength: 10 })),
    /** Lower-cased before `empty` and `map` are looked at. */
    lower: Type.Optional(Type.Boolean()),
    /** Values that mean there is none. Empty text always does. */
    empty: Type.Optional(Type.Array(Type.String())),
    /** Source value -> ours; null for a missing value. Others stay as they are. */
    map: Type.Optional(Type.Record(Type.String(), MappedValue)),
    /** Column with the classifier's confidence, 0..1. */
    confidence: Type.Optional(FromColumn),
    /** Under this confidence the value counts as missing. A row that tells no confidence keeps its value. */
    minimumConfidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  },
  closed,
)

/** `mappings/NAME.json`: how rows of one source become mentions. Everything but the author may be missing in a row. */
export const MappingSchema = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]*$',
      maxLength: 60,
      description: 'a name in small letters, digits and hyphens',
    }),
    read: Type.Object(
      {
        format: Type.Union([Type.Literal('csv'), Type.Literal('jsonl')]),
        delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
        encoding: Type.Optional(Type.String()),
      },
      closed,
    ),
    /**
     * What names a record, so that a repeat is known as one: author, at, text, language, channel or fields by name;
     * or one source column, for sources whose ids can be trusted.
     */
    identity: Type.Union([Type.Array(Type.String(), { minItems: 1, uniqueItems: true }), FromColumn]),
    author: FromColumn,
    at: Type.Optional(
      Type.Object(
        {
          column: Column,
          /** iso (default), unix (seconds), unix-ms, or tokens such as M/D/YYYY H:mm. */
          format: Type.Optional(Type.String({ maxLength: 60 })),
          /** IANA name, for dates that tell no offset. Default UTC. */
          timeZone: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
    text: Type.Optional(Type.Object({ column: Column, decode: Type.Optional(Type.Literal('html')) }, closed)),
    language: Type.Optional(ColumnOrConstant),
    channel: Type.Optional(ColumnOrConstant),
    fields: Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]*$' }), FieldMappingSchema),
  },
  closed,
)

export type Mapping = Static<typeof MappingSchema>
export type FieldMapping = Static<typeof FieldMappingSchema>

type Row = Readonly<Record<string, unknown>>

/** Every source column the mapping reads, each once, in text order. */
export function columnsOf(mapping: Mapping): string[] {
  const columns = [mapping.author.column]
  const parts = [mapping.at, mapping.text, mapping.language, mapping.channel, mapping.identity]
  for (const part of [...parts, ...Object.values(mapping.fields)]) {
    if (part && 'column' in part && part.column !== undefined) columns.push(part.column)
    if (part && 'confidence' in part && part.confidence) columns.push(part.confidence.column)
  }
  return [...new Set(columns)].sort()
}

/**
 * A function from source rows to mentions, or to the reason in plain words why a row is none.
 *
 * Authors become keyed hashes (lower-cased, trimmed, a leading @ removed). A row's key is a keyed hash of the values of
 * `identity`; with an identity column, of the mapping's name and that column.
 *
 * @param identityKey secret of the workspace: the same key gives the same person everywhere
 * @throws PolyadError INPUT_INVALID for a mapping that cannot be used
 */
export function createMapper(
  mapping: Mapping,
  identityKey: Uint8Array,
): (row: Row) => { readonly mention: Mention } | { readonly reject: string } {
  checkMapping(mapping)
  const dateFormat = mapping.at?.format ?? 'iso'
  const readDate = createDateReader(dateFormat, mapping.at?.timeZone ?? 'UTC')
  const fields = Object.entries(mapping.fields)

  return (row) => {
    const author = personKey(identityKey, cellText(cell(row, mapping.author.column)) ?? '')
    if (author === undefined) return { reject: `no author: ${quoted(mapping.author.column)} is empty` }

    let atMs: number | undefined
    const date = mapping.at && cellText(cell(row, mapping.at.column))
    if (date !== undefined) {
      atMs = readDate(date)
      if (atMs === undefined) return { reject: `the date ${quoted(date)} cannot be read as ${dateFormat}` }
    }

    const values: Record<string, FieldValue> = {}
    const confidence: Record<string, number> = {}
    for (const [name, field] of fields) {
      const raw = field.column === undefined ? field.constant : cell(row, field.column)
      const read = readField(raw, field)
      if ('problem' in read) return { reject: `${name}: ${read.problem}` }
      if (read.value === undefined) continue
      const sure = field.confidence && cellText(cell(row, field.confidence.column))
      if (sure !== undefined) {
        const share = Number(sure)
        if (!(share >= 0 && share <= 1))
          return { reject: `${name}: the confidence ${quoted(sure)} is not 0 to 1` }
        if (share < (field.minimumConfidence ?? 0)) continue
        confidence[name] = share
      }
      values[name] = read.value
    }

    const mention = {
      author,
      atMs,
      text: mapping.text && cellText(cell(row, mapping.text.column), mapping.text.decode),
      language: languageCode(columnOrConstant(row, mapping.language)),
      channel: columnOrConstant(row, mapping.channel),
      source: mapping.name,
      fields: values,
      confidence,
    }
    const identity = identityOf(mapping, row, mention)
    if (identity === undefined) return { reject: 'nothing names this record: every identity value is empty' }
    return { mention: { key: identityHash(identityKey, identity), ...mention } }
  }
}

function identityOf(mapping: Mapping, row: Row, mention: Omit<Mention, 'key'>): string | undefined {
  if ('column' in mapping.identity) {
    const id = cellText(cell(row, mapping.identity.column))
    return id === undefined ? undefined : canonicalJson([mapping.name, id])
  }
  const values = mapping.identity.map((target) => {
    const builtIn = TARGETS.get(target)
    return (builtIn ? mention[builtIn] : mention.fields[target]) ?? null
  })
  return values.every((value) => value === null) ? undefined : canonicalJson(values)
}

/** What `identity` may name besides fields, and where a mention has it. */
const TARGETS: ReadonlyMap<string, 'author' | 'atMs' | 'text' | 'language' | 'channel'> = new Map([
  ['author', 'author'],
  ['at', 'atMs'],
  ['text', 'text'],
  ['language', 'language'],
  ['channel', 'channel'],
])

function checkMapping(mapping: Mapping): void {
  const refuse = (pointer: string, problem: string, mend: string): never => {
    throw new PolyadError('INPUT_INVALID', {
      what: 'mapping',
      where: `mappings/${mapping.name}.json`,
      problem: `${pointer} ${problem}`,
      mend,
    })
  }
  const { format, timeZone } = mapping.at ?? {}
  if (format !== undefined && !isDateFormat(format)) {
    refuse('/at/format', `${quoted(format)} cannot be read`, 'write iso, unix, unix-ms or e.g. M/D/YYYY H:mm')
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    refuse(
      '/at/timeZone',
      `${quoted(timeZone)} is not a time zone`,
      'write an IANA name, e.g. America/New_York',
    )
  }
  for (const [name, field] of Object.entries(mapping.fields)) {
    if (name in Object.prototype) refuse(`/fields/${name}`, 'is a reserved word', 'choose another name')
    if ((field.column === undefined) === (field.constant === undefined)) {
      refuse(`/fields/${name}`, 'needs either a column or a constant', 'give one of them')
    }
    if (field.minimumConfidence !== undefined && !field.confidence) {
      refuse(
        `/fields/${name}/minimumConfidence`,
        'has no confidence to look at',
        'add {"confidence": {"column": ...}}',
      )
    }
  }
  if ('column' in mapping.identity) return
  for (const [index, target] of mapping.identity.entries()) {
    if (!TARGETS.has(target) && !Object.hasOwn(mapping.fields, target)) {
      refuse(
        `/identity/${index}`,
        `${quoted(target)} is no field of this mapping`,
        'name author, at, text or a field',
      )
    }
  }
}

function cell(row: Row, column: string): unknown {
  return Object.hasOwn(row, column) ? row[column] : undefined
}

function columnOrConstant(row: Row, from: Mapping['channel']): string | undefined {
  if (!from) return undefined
  return cellText('column' in from ? cell(row, from.column) : from.constant)
}

/** The ISO 639-1 part of a language tag; undefined for anything else. */
function languageCode(tag: string | undefined): string | undefined {
  return tag === undefined ? undefined : /^([a-z]{2})(?:[-_]|$)/.exec(tag.toLowerCase())?.[1]
}
