import fc from 'fast-check'
import { arbitraryFrom, type KnownValues, problemWith } from './arbitrary-from-schema.ts'
import type { Operation, Parameter } from './operations.ts'
import type { Draft } from './request.ts'

/** What of a world makes requests to it mean something. */
export interface Fixture {
  /** By field or parameter; of one operation alone: `PUT /v1/segments/{name} name`. */
  readonly known: KnownValues
  /** Bodies that are taken, by the name of the operation. */
  readonly bodies: Readonly<Record<string, readonly object[]>>
  /** Of each kind of caller: every role, and `site`. */
  readonly keys: Readonly<Record<string, string>>
  /** Where the site key may be used. */
  readonly siteOrigin: string
}

/** Requests of an operation that its document allows, of a caller who may send them. */
export function validRequests(operation: Operation, fixture: Fixture): fc.Arbitrary<Draft> {
  const { method, path, parameters, allow } = operation
  const inPath = parameters.filter((parameter) => parameter.in === 'path')
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  return fc
    .record({
      params: recordOf(inPath, operation, fixture, true),
      query: recordOf(inQuery, operation, fixture, false),
      caller: fc.constantFrom(...allow),
      body: operation.body ? bodies(operation, fixture) : fc.constant(undefined),
      headers: commonHeaders,
      condition: conditionsOf(operation),
    })
    .map(({ params, query, caller, body, headers, condition }) => {
      const named =
        body !== undefined && inPath.some(({ name }) => name === 'name') && 'name' in (body as object)
      return {
        operation,
        method,
        path,
        params: mapValues(params, (value) => encodeURIComponent(String(value))),
        query: Object.entries(query).map(
          ([name, value]) => [name, encodeURIComponent(String(value))] as const,
        ),
        headers: {
          ...headers,
          ...condition.headers,
          ...credentialsOf(caller, fixture),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        // A document is called as its address is.
        body: named ? { ...(body as object), name: params['name'] } : body,
        ...(condition.etagIn && { etagIn: condition.etagIn }),
        spoilt: [],
      }
    })
}

/** The headers by which a caller of this kind is known. */
export function credentialsOf(caller: string, { keys, siteOrigin }: Fixture): Record<string, string> {
  if (caller === 'anyone') return {}
  const key = keys[caller]
  if (key === undefined) throw new Error(`the world that is fuzzed has no key of the kind "${caller}"`)
  return { authorization: `Bearer ${key}`, ...(caller === 'site' && { origin: siteOrigin }) }
}

function recordOf(
  parameters: readonly Parameter[],
  operation: Operation,
  { known }: Fixture,
  all: boolean,
): fc.Arbitrary<Record<string, unknown>> {
  const values = parameters.map(({ name, schema }) => {
    const own = known[`${operation.name} ${name}`]
    const arbitrary = own ? fc.constantFrom(...own) : arbitraryFrom(schema, known, name)
    // Nobody can ask for a name that is empty: it is another address.
    return [
      name,
      all ? arbitrary.filter((value) => value !== '' && value !== '.' && value !== '..') : arbitrary,
    ] as const
  })
  const required = parameters.filter((parameter) => all || parameter.required).map(({ name }) => name)
  return fc.record(Object.fromEntries(values), { requiredKeys: required }) as fc.Arbitrary<
    Record<string, unknown>
  >
}

/** Bodies that are known to be taken, bodies made from the schema, and known ones with parts that were made. */
function bodies(operation: Operation, { known, bodies: examples }: Fixture): fc.Arbitrary<unknown> {
  const schema = operation.body!
  const made = arbitraryFrom(schema, known)
  const given = examples[operation.name] ?? []
  if (given.length === 0) return made
  const example = fc.constantFrom(...given)
  const blended = fc
    .tuple(example, made, fc.array(fc.nat(), { maxLength: 3 }))
    .map(([base, other, picks]) => {
      const entries = Object.entries(other as object)
      const taken = picks.flatMap((pick) => (entries.length > 0 ? [entries[pick % entries.length]!] : []))
      const mixed = { ...base, ...Object.fromEntries(taken) }
      return problemWith(schema, mixed) === undefined ? mixed : base
    })
  return fc.oneof(
    { weight: 4, arbitrary: example },
    { weight: 3, arbitrary: blended },
    { weight: 2, arbitrary: made },
  )
}

const commonHeaders: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    'accept-language': fc.constantFrom('en', 'es-MX,es;q=0.8', 'de', '*'),
    'user-agent': fc.constantFrom('Mozilla/5.0 (iPhone) Safari/604.1', 'Googlebot/2.1', 'curl/8'),
    'sec-gpc': fc.constantFrom('1', '0'),
    'sec-purpose': fc.constantFrom('prefetch', 'prefetch;prerender'),
    accept: fc.constantFrom('*/*', 'application/json', 'image/webp'),
  },
  { requiredKeys: [] },
)

interface Condition {
  readonly headers: Record<string, string>
  readonly etagIn?: 'if-match' | 'if-none-match'
}

/** Conditions where the document says that they are heard: 304 on reads, 412 on writes. */
function conditionsOf({ responses }: Operation): fc.Arbitrary<Condition> {
  const none: Condition = { headers: {} }
  if (responses.has(304)) {
    return fc.constantFrom<Condition>(
      none,
      none,
      { headers: {}, etagIn: 'if-none-match' },
      { headers: { 'if-none-match': '"other"' } },
    )
  }
  if (!responses.has(412)) return fc.constant(none)
  return fc.constantFrom<Condition>(
    none,
    none,
    { headers: { 'if-match': '"other"' } },
    { headers: { 'if-match': '*' } },
    { headers: { 'if-none-match': '*' } },
  )
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}
