import fc from 'fast-check'
import type { Draft } from './request.ts'
import { credentialsOf, type Fixture } from './valid-requests.ts'

/** In every text that is sent to be told back: markup that must reach no page, and a header that must reach no answer. */
export const PROBE = '"><svg onload=fuzz()>'
export const PROBE_HEADER = 'x-fuzz'

type Spoil = (draft: Draft) => Draft
interface Mutation {
  readonly name: string
  readonly weight: number
  /** Whether there is something of this draft that it can spoil. */
  readonly fits: (draft: Draft) => boolean
  readonly spoil: fc.Arbitrary<Spoil>
}

const TRAVERSALS = [
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2fpolyad.json',
  '..%5c..%5cpolyad.json',
  '..',
  '.',
  '%2e%2e',
  '....%2f%2f',
  '%2fetc%2fpasswd',
  'spring%00.json',
  '%252e%252e%252fpolyad.json',
  '.polyad',
  'C:%5cwindows',
] as const

const STRANGE_TEXTS = [
  encodeURIComponent(PROBE),
  `a%0d%0a${PROBE_HEADER}:%201`,
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '%F0%9F%92%A5%E2%80%AE%E2%80%8D',
  'e%CC%81'.repeat(40),
  '%00',
  '-1',
  '1e308',
  '99999999999999999999999999999999',
  'NaN',
  'null',
  '{}',
  "'%20OR%201=1--",
  '${jndi:ldap://x}',
  '%7B%7Bconstructor%7D%7D',
  '',
] as const

const BROKEN_ENCODINGS = ['%', '%E0%A4%A', '%zz', '%C0%AF', '%FF', '%u0041'] as const
const LENGTHS = [200, 2_000, 8_000] as const

const strangeValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 53, '', [], {}, [[]], PROBE),
  fc.constantFrom<unknown>(
    '\u0000',
    '\ud800',
    '\u202e\u200d',
    '💥',
    'x'.repeat(10_000),
    '=cmd|calc',
    `a\r\n${PROBE_HEADER}: 1`,
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.nat(2_000).map((depth) => nested(depth)),
)

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** Changes one place of a JSON value; `pick` chooses where, by walking down. */
function changed(
  value: unknown,
  pick: readonly number[],
  change: (at: unknown, key: string | number) => unknown,
): unknown {
  const [first = 0, ...rest] = pick
  if (typeof value !== 'object' || value === null) return value
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  if (keys.length === 0) return value
  const key = keys[first % keys.length]!
  const copy: Record<string | number, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value }
  const inside = copy[key]
  const deeper =
    rest.length > 0 && typeof inside === 'object' && inside !== null && Object.keys(inside).length > 0
  const next = deeper ? changed(inside, rest, change) : change(inside, key)
  if (next === MISSING) {
    if (Array.isArray(copy)) copy.splice(key as number, 1)
    else delete copy[key]
  } else copy[key] = next
  return copy
}
const MISSING = Symbol('missing')

const place = fc.array(fc.nat(50), { minLength: 1, maxLength: 5 })
const isJson = ({ body }: Draft) => typeof body === 'object' && body !== null && !Buffer.isBuffer(body)
const hasParams = ({ params }: Draft) => Object.keys(params).length > 0
const always = () => true

const withBody =
  (change: (body: unknown) => unknown): Spoil =>
  (draft) => ({ ...draft, body: change(draft.body) })
const withBytes = (change: (bytes: Buffer) => Buffer): Spoil =>
  withBody((body) => change(Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))))
const withHeaders =
  (headers: Readonly<Record<string, string>>): Spoil =>
  (draft) => ({
    ...draft,
    headers: { ...draft.headers, ...headers },
  })
const withoutHeaders =
  (...names: string[]): Spoil =>
  (draft) => ({
    ...draft,
    headers: Object.fromEntries(Object.entries(draft.headers).filter(([name]) => !names.includes(name))),
  })
const withParam =
  (pick: number, value: string): Spoil =>
  (draft) => {
    const names = Object.keys(draft.params)
    return { ...draft, params: { ...draft.params, [names[pick % names.length]!]: value } }
  }
const withQuery =
  (name: string | undefined, value: string): Spoil =>
  (draft) => {
    const names = draft.operation.parameters.flatMap((each) => (each.in === 'query' ? [each.name] : []))
    return { ...draft, query: [...draft.query, [name ?? names[0] ?? 'q', value]] }
  }

/** Text after which a member stands twice, or a key that reaches prototypes. */
const INSERTED_MEMBERS = [
  '"__proto__":{"admin":true},',
  '"constructor":{"prototype":{"admin":true}},',
  '"name":"x","name":"y",',
] as const

function mutationsFor(fixture: Fixture): readonly Mutation[] {
  const roles = Object.keys(fixture.keys)
  return [
    // Of callers.
    { name: 'no key', weight: 3, fits: always, spoil: fc.constant(withoutHeaders('authorization')) },
    {
      name: 'another caller',
      weight: 3,
      fits: always,
      spoil: fc
        .constantFrom(...roles)
        .map((role) => (draft) => withHeaders(credentialsOf(role, fixture))(draft)),
    },
    {
      name: 'a key that is none',
      weight: 2,
      fits: always,
      spoil: fc
        .constantFrom(
          'Bearer x',
          'Bearer',
          'Basic YTpi',
          `Bearer polyad_000000000000_${'a'.repeat(43)}`,
          `Bearer ${'k'.repeat(5_000)}`,
        )
        .map((authorization) => withHeaders({ authorization })),
    },
    {
      name: 'a site key from elsewhere',
      weight: 2,
      fits: always,
      spoil: fc
        .constantFrom(
          'https://evil.example',
          'null',
          `${fixture.siteOrigin}.evil.example`,
          `${fixture.siteOrigin}/`,
        )
        .map((origin) => withHeaders({ ...credentialsOf('site', fixture), origin })),
    },
    // Of the address.
    {
      name: 'a path that climbs',
      weight: 3,
      fits: hasParams,
      spoil: fc
        .tuple(fc.nat(), fc.constantFrom(...TRAVERSALS))
        .map(([pick, value]) => withParam(pick, value)),
    },
    {
      name: 'a strange name',
      weight: 4,
      fits: hasParams,
      spoil: fc
        .tuple(
          fc.nat(),
          fc.oneof(fc.constantFrom(...STRANGE_TEXTS), fc.string({ unit: 'binary' }).map(encodeURIComponent)),
        )
        .map(([pick, value]) => withParam(pick, value)),
    },
    {
      name: 'a long name',
      weight: 1,
      fits: hasParams,
      spoil: fc
        .tuple(fc.nat(), fc.constantFrom(...LENGTHS))
        .map(([pick, length]) => withParam(pick, 'x'.repeat(length))),
    },
    {
      name: 'a broken encoding',
      weight: 2,
      fits: always,
      spoil: fc.tuple(fc.nat(), fc.constantFrom(...BROKEN_ENCODINGS)).map(
        ([pick, value]) =>
          (draft) =>
            pick % 2 === 0 && hasParams(draft)
              ? withParam(pick, value)(draft)
              : withQuery(undefined, value)(draft),
      ),
    },
    {
      name: 'a strange query',
      weight: 4,
      fits: ({ operation }) => operation.parameters.some((each) => each.in === 'query'),
      spoil: fc.tuple(fc.nat(), fc.constantFrom(...STRANGE_TEXTS)).map(([pick, value]) => (draft) => {
        const names = draft.operation.parameters.flatMap((each) => (each.in === 'query' ? [each.name] : []))
        const name = names[pick % names.length]!
        return { ...draft, query: [...draft.query.filter(([given]) => given !== name), [name, value]] }
      }),
    },
    {
      name: 'a query given twice, or not known',
      weight: 2,
      fits: always,
      spoil: fc.constantFrom(
        withQuery(undefined, '1'),
        withQuery(undefined, '1&a[b]=2&a[]=3'),
        withQuery('__proto__', '1'),
        withQuery('constructor[prototype][x]', '1'),
        withQuery('nobody', encodeURIComponent(PROBE)),
        withQuery('q', 'x'.repeat(6_000)),
      ),
    },
    {
      name: 'another method',
      weight: 2,
      fits: always,
      spoil: fc
        .constantFrom('DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'GET', 'TRACE', 'PROPFIND')
        .map((method) => (draft) => ({ ...draft, method })),
    },
    {
      name: 'another address',
      weight: 1,
      fits: always,
      spoil: fc
        .constantFrom(
          '/',
          '//',
          '/v1',
          '/v1/',
          '/.polyad/',
          '/v2{x}',
          `/${encodeURIComponent(PROBE)}`,
          '/v1/%2e%2e/openapi.json',
          '/..%2fpackage.json',
          '/%',
        )
        .map((path) => (draft) => ({ ...draft, path })),
    },
    // Of the body as a value.
    {
      name: 'a value of another type',
      weight: 6,
      fits: isJson,
      spoil: fc
        .tuple(place, strangeValue)
        .map(([at, value]) => withBody((body) => changed(body, at, () => value))),
    },
    {
      name: 'a missing field',
      weight: 3,
      fits: isJson,
      spoil: place.map((at) => withBody((body) => changed(body, at, () => MISSING))),
    },
    {
      name: 'an unknown field',
      weight: 3,
      fits: isJson,
      spoil: fc
        .tuple(place, fc.constantFrom('colour', PROBE, 'constructor', 'x'.repeat(3_000), '$where'))
        .map(([at, key]) =>
          withBody((body) =>
            at.length === 1
              ? { ...(body as object), [key]: 1 }
              : changed(body, at, (value) =>
                  typeof value === 'object' && value !== null && !Array.isArray(value)
                    ? { ...value, [key]: 1 }
                    : value,
                ),
          ),
        ),
    },
    {
      name: 'a long list',
      weight: 1,
      fits: isJson,
      spoil: place.map((at) =>
        withBody((body) =>
          changed(body, at, (value) =>
            Array.isArray(value) ? Array.from({ length: 2_000 }, () => value[0] ?? 1) : value,
          ),
        ),
      ),
    },
    {
      name: 'another value',
      weight: 2,
      fits: isJson,
      spoil: strangeValue.map((value) => withBody(() => value ?? null)),
    },
    // Of the body as bytes.
    {
      name: 'JSON cut off',
      weight: 3,
      fits: isJson,
      spoil: fc
        .double({ min: 0, max: 1, noNaN: true })
        .map((share) => withBytes((bytes) => bytes.subarray(0, Math.floor(bytes.length * share)))),
    },
    {
      name: 'bytes changed',
      weight: 2,
      fits: isJson,
      spoil: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes) =>
        withBytes((bytes) => {
          const copy = Buffer.from(bytes)
          for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte
          return copy
        }),
      ),
    },
    {
      name: 'a member twice, or of prototypes',
      weight: 2,
      fits: isJson,
      spoil: fc.tuple(fc.nat(), fc.constantFrom(...INSERTED_MEMBERS)).map(([pick, member]) =>
        withBytes((bytes) => {
          const text = bytes.toString()
          const openings = [...text.matchAll(/\{(?!\})/g)].map(({ index }) => index + 1)
          const at = openings[pick % Math.max(1, openings.length)] ?? 0
          return Buffer.from(text.slice(0, at) + member + text.slice(at))
        }),
      ),
    },
    {
      name: 'no JSON',
      weight: 2,
      fits: isJson,
      spoil: fc
        .constantFrom(
          Buffer.alloc(0),
          Buffer.from([0xff, 0xfe, 0x7b, 0]),
          Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]),
          Buffer.from(
            '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
          ),
          Buffer.from('{"a":1}{"b":2}'),
          Buffer.from(`{"a":${'9'.repeat(5_000)}}`),
          Buffer.from('['.repeat(20_000)),
          Buffer.from('"\\ud800"'),
        )
        .map((bytes) => withBytes(() => bytes)),
    },
    {
      name: 'a body over the limit',
      weight: 0.5,
      fits: isJson,
      spoil: fc.constant(withBytes(() => Buffer.alloc(1_100_000, 0x20))),
    },
    // Of headers.
    {
      name: 'another content type',
      weight: 3,
      fits: isJson,
      spoil: fc
        .constantFrom(
          'text/plain',
          'application/xml',
          'multipart/form-data; boundary=x',
          'application/x-www-form-urlencoded',
          'application/json; charset=utf-16',
          'application/jsonx',
          ';',
          'application/json, text/plain',
        )
        .map((type) => withHeaders({ 'content-type': type })),
    },
    { name: 'no content type', weight: 1, fits: isJson, spoil: fc.constant(withoutHeaders('content-type')) },
    {
      name: 'a strange header',
      weight: 2,
      fits: always,
      spoil: fc
        .constantFrom<Record<string, string>>(
          { 'if-match': 'W/"x", "y' },
          { 'if-none-match': `"${'x'.repeat(3_000)}"` },
          { 'accept-language': `${'en;q=9,'.repeat(500)}` },
          { 'accept-language': 'en;q=NaN, -, ;;;' },
          { origin: 'javascript:alert(1)' },
          { 'content-encoding': 'gzip' },
          { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'evil.example' },
          { host: 'evil.example' },
          { cookie: 'a=b; __proto__=1' },
          { range: 'bytes=0-' },
          { 'x-http-method-override': 'DELETE' },
          { authorization: 'Bearer é' },
        )
        .map((headers) => withHeaders(headers)),
    },
  ]
}

/** Spoils a draft in one or two ways. */
export function spoiltRequests(drafts: fc.Arbitrary<Draft>, fixture: Fixture): fc.Arbitrary<Draft> {
  const mutations = mutationsFor(fixture)
  const any = fc.oneof(
    ...mutations.map(({ weight, ...mutation }) => ({
      weight: weight * 10,
      arbitrary: mutation.spoil.map((spoil) => ({ ...mutation, spoil })),
    })),
  )
  return fc
    .tuple(drafts, fc.array(any, { minLength: 4, maxLength: 8 }), fc.constantFrom(1, 1, 2))
    .map(([draft, chosen, wanted]) => {
      let spoiltDraft = draft
      for (const { name, fits, spoil } of chosen) {
        if (spoiltDraft.spoilt.length >= wanted) break
        if (fits(spoiltDraft)) spoiltDraft = { ...spoil(spoiltDraft), spoilt: [...spoiltDraft.spoilt, name] }
      }
      return spoiltDraft
    })
}

/** One request of an operation for everything of it that can be spoilt. */
export function spoiltInEveryWay(
  drafts: fc.Arbitrary<Draft>,
  fixture: Fixture,
  seed: number,
): readonly Draft[] {
  return mutationsFor(fixture).flatMap(({ name, fits, spoil }) =>
    fc
      .sample(fc.tuple(drafts, spoil), { seed, numRuns: 1 })
      .flatMap(([draft, change]) => (fits(draft) ? [{ ...change(draft), spoilt: [name] }] : [])),
  )
}
