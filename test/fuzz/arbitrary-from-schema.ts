import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { isTimeZone } from '../../core/time.ts'
import type { JsonSchema } from './operations.ts'

/** Values that mean something in the world that is fuzzed, by the name of the field they belong in. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>

const addFormats = ((formats as unknown as { default?: unknown }).default ?? formats) as (ajv: Ajv) => void
const ajv = new Ajv({ strict: false, allowUnionTypes: true, discriminator: true })
addFormats(ajv)
ajv.addFormat('time-zone', isTimeZone)
const checks = new WeakMap<JsonSchema, ValidateFunction>()

/** Whether a value meets a schema; and if not, why. */
export function problemWith(schema: JsonSchema, value: unknown): string | undefined {
  let check = checks.get(schema)
  if (!check) {
    check = ajv.compile(schema)
    checks.set(schema, check)
  }
  return check(value) ? undefined : ajv.errorsText(check.errors)
}

/** Keywords of draft 2020-12 that the schemas of the API use; another one would be generated wrongly, so it is told. */
const KEYWORDS = new Set(
  (
    'type const enum anyOf oneOf allOf properties required additionalProperties patternProperties minProperties ' +
    'maxProperties items minItems maxItems uniqueItems minLength maxLength pattern format minimum maximum ' +
    'exclusiveMinimum exclusiveMaximum multipleOf description title default examples deprecated'
  ).split(' '),
)

/**
 * Values that meet a JSON schema, small more often than large, and of known values where a field's name has some.
 *
 * @throws Error for a keyword it does not know
 */
export function arbitraryFrom(schema: JsonSchema, known: KnownValues, name = ''): fc.Arbitrary<unknown> {
  const unknown = Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword) && !keyword.startsWith('x-'))
  if (unknown !== undefined) throw new Error(`no values can be made for the schema keyword "${unknown}"`)
  const made = fromSchema(schema, known, name)
  const fitting = Object.hasOwn(known, name)
    ? known[name]!.filter((value) => problemWith(schema, value) === undefined)
    : []
  if (fitting.length === 0) return made
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...fitting) }, { weight: 1, arbitrary: made })
}

function fromSchema(schema: JsonSchema, known: KnownValues, name: string): fc.Arbitrary<unknown> {
  const { anyOf, oneOf, allOf, type } = schema
  if ('const' in schema) return fc.constant(schema['const'])
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum'])
  const options = (anyOf ?? oneOf) as readonly JsonSchema[] | undefined
  if (options) return fc.oneof(...options.map((option) => arbitraryFrom(option, known, name)))
  if (allOf) return arbitraryFrom(Object.assign({}, ...(allOf as JsonSchema[])), known, name)
  if (Array.isArray(type)) {
    return fc.oneof(...type.map((each) => fromSchema({ ...schema, type: each }, known, name)))
  }
  switch (type) {
    case 'object':
      return objects(schema, known)
    case 'array':
      return arrays(schema, known, name)
    case 'string':
      return strings(schema)
    case 'integer':
      return fc.integer({ min: lowest(schema, 1), max: highest(schema, 1) })
    case 'number':
      return numbers(schema)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function objects(schema: JsonSchema, known: KnownValues): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>
  const required = (schema['required'] ?? []) as readonly string[]
  const record = fc.record(
    Object.fromEntries(
      Object.entries(properties).map(([key, each]) => [key, arbitraryFrom(each, known, key)]),
    ),
    { requiredKeys: required.filter((key) => Object.hasOwn(properties, key)) },
  )
  const more = schema['additionalProperties']
  const patterned = Object.entries((schema['patternProperties'] ?? {}) as Record<string, JsonSchema>)
  const extra =
    patterned.length > 0
      ? fc.dictionary(
          fc.stringMatching(new RegExp(patterned[0]![0], 'u')),
          arbitraryFrom(patterned[0]![1], known),
          limits(schema),
        )
      : typeof more === 'object' && more !== null
        ? fc.dictionary(keysOf(known), arbitraryFrom(more as JsonSchema, known), limits(schema))
        : undefined
  if (!extra) return record
  return fc.tuple(extra, record).map(([others, named]) => ({ ...others, ...(named as object) }))
}

/** Keys of maps: slots, attributes and the like when some are known. */
function keysOf(known: KnownValues): fc.Arbitrary<string> {
  const names = (known['*'] ?? []) as readonly string[]
  const any = fc.string({ minLength: 1, maxLength: 12 }).filter((key) => key !== '__proto__')
  return names.length === 0 ? any : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, any)
}

function limits(schema: JsonSchema): { minKeys: number; maxKeys: number } {
  const minKeys = (schema['minProperties'] as number | undefined) ?? 0
  return {
    minKeys,
    maxKeys: Math.max(minKeys, Math.min((schema['maxProperties'] as number | undefined) ?? 3, 3)),
  }
}

function arrays(schema: JsonSchema, known: KnownValues, name: string): fc.Arbitrary<unknown> {
  const minLength = (schema['minItems'] as number | undefined) ?? 0
  const maxLength = Math.min((schema['maxItems'] as number | undefined) ?? minLength + 3, minLength + 3)
  const items = arbitraryFrom((schema['items'] ?? {}) as JsonSchema, known, name)
  return schema['uniqueItems']
    ? fc.uniqueArray(items, { minLength, maxLength, selector: (value) => JSON.stringify(value) })
    : fc.array(items, { minLength, maxLength })
}

function strings(schema: JsonSchema): fc.Arbitrary<unknown> {
  const minLength = (schema['minLength'] as number | undefined) ?? 0
  const maxLength = Math.max(
    minLength,
    Math.min((schema['maxLength'] as number | undefined) ?? 24, minLength + 24),
  )
  const made =
    schema['format'] === 'time-zone'
      ? fc.constantFrom('UTC', 'America/New_York', 'Asia/Kathmandu')
      : schema['format'] === 'date'
        ? fc
            .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
            .map((date) => date.toISOString().slice(0, 10))
        : schema['format'] === 'uri'
          ? fc.webUrl({ size: 'small' })
          : typeof schema['pattern'] === 'string'
            ? fc.stringMatching(new RegExp(schema['pattern'], 'u'), { size: 'small' })
            : fc.string({ unit: 'grapheme', minLength, maxLength })
  return made.filter((value) => problemWith(schema, value) === undefined)
}

function numbers(schema: JsonSchema): fc.Arbitrary<unknown> {
  const min = lowest(schema, Number.EPSILON)
  const max = highest(schema, Number.EPSILON)
  return fc
    .oneof(
      fc.double({ min, max, noNaN: true }).map((value) => value + 0),
      fc.integer({ min: Math.ceil(min), max: Math.max(Math.ceil(min), Math.floor(max)) }),
    )
    .filter((value) => problemWith(schema, value) === undefined)
}

const FAR = 1_000_000

function lowest(schema: JsonSchema, step: number): number {
  const { minimum, exclusiveMinimum } = schema as { minimum?: number; exclusiveMinimum?: number }
  return exclusiveMinimum !== undefined ? exclusiveMinimum + step : (minimum ?? -FAR)
}

function highest(schema: JsonSchema, step: number): number {
  const { maximum, exclusiveMaximum } = schema as { maximum?: number; exclusiveMaximum?: number }
  return Math.max(
    lowest(schema, step),
    exclusiveMaximum !== undefined ? exclusiveMaximum - step : (maximum ?? FAR),
  )
}
