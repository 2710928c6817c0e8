import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemWith } from './arbitrary-from-schema.ts'
import { type FuzzWorld, openFuzzWorld } from './fuzz-world.ts'
import { type JsonSchema, type Operation, operationsOf } from './operations.ts'
import { type Draft, wireOf } from './request.ts'
import { validRequests } from './valid-requests.ts'

/** Where what is not known passes, and why. */
const OPEN: Readonly<Record<string, string>> = {
  'POST /openrtb2': 'OpenRTB 2.6 asks bidders to ignore fields they do not know',
  'GET /t/w/{token}': 'exchanges add parameters to notices',
  'GET /t/b/{token}': 'exchanges add parameters to notices',
  'GET /t/l/{token}': 'exchanges add parameters to notices',
}
const UNKNOWN = 'fieldThatNobodyKnows'
const BODIES = 25

describe('what is not known', () => {
  let fuzzed: FuzzWorld
  let operations: readonly Operation[]
  beforeAll(async () => {
    fuzzed = await openFuzzWorld()
    operations = operationsOf(await (await fetch(`${fuzzed.url}/openapi.json`)).json())
  })
  afterAll(() => fuzzed.close())

  const drafts = (operation: Operation, numRuns: number): Draft[] =>
    fc.sample(validRequests(operation, fuzzed.fixture), { seed: 3, numRuns })
  const ask = (draft: Draft) => {
    const { method, target, headers, body } = wireOf(draft)
    return fuzzed.world.ask({
      method: method as 'GET',
      url: target,
      headers: { ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
  }

  it('is known of every object of every body: it is closed, or a map', () => {
    const open = operations.flatMap(({ name, body }) =>
      body ? openObjects(body).map((at) => `${name} ${at}`) : [],
    )
    expect(open.filter((each) => !Object.keys(OPEN).some((name) => each.startsWith(name)))).toEqual([])
  })

  it('is refused at every level of every body, by its name', async () => {
    const levels = new Map<string, Set<string>>()
    for (const operation of operations) {
      if (!operation.body || Object.hasOwn(OPEN, operation.name)) continue
      const seen = new Set<string>()
      levels.set(operation.name, seen)
      for (const draft of drafts(operation, BODIES)) {
        for (const { at, body } of withOneMore(draft.body)) {
          // Lists are one level; a map takes any key.
          const level = at.replace(/\/\d+(?=\/|$)/g, '/*')
          if (seen.has(level) || problemWith(operation.body, body) === undefined) continue
          seen.add(level)
          const response = await ask({ ...draft, body })
          expect([response.statusCode, response.json().code], `${operation.name} ${at}`).toEqual([
            400,
            'INPUT_INVALID',
          ])
          expect(response.json().detail).toContain(UNKNOWN)
        }
      }
      expect(seen, operation.name).toContain('')
    }
    const written = levels.get('PUT /v1/campaigns/{name}')!
    expect([...written]).toEqual(
      expect.arrayContaining(['/budget/total', '/slots/*', '/slots/*/assets/*', '/bid/native']),
    )
  })

  it('is refused in every query that has parameters', async () => {
    const asked = operations.filter(
      ({ name, parameters }) => parameters.some((each) => each.in === 'query') && !Object.hasOwn(OPEN, name),
    )
    expect(asked.length).toBeGreaterThan(8)
    for (const operation of asked) {
      const [draft] = drafts(operation, 1)
      const response = await ask({ ...draft!, query: [...draft!.query, [UNKNOWN, '1']] })
      expect([response.statusCode, response.json().code], operation.name).toEqual([400, 'INPUT_INVALID'])
    }
  })

  it.each(['__proto__', 'constructor', 'prototype'])(
    'is refused or harmless when it is called %s',
    async (key) => {
      for (const operation of operations) {
        if (!operation.body) continue
        for (const draft of drafts(operation, 2)) {
          const text = JSON.stringify(draft.body)
          // Written as text: a literal of that name would set the prototype here and never be sent.
          const payload = text.replace('{', `{"${key}":{"admin":true}${text === '{}' ? '' : ','}`)
          const response = await ask({ ...draft, body: Buffer.from(payload) })
          const allowed = Object.hasOwn(OPEN, operation.name) && key === 'prototype' ? [200, 204, 400] : [400]
          expect(allowed, `${operation.name} ${response.body}`).toContain(response.statusCode)
        }
      }
      expect(({} as { admin?: boolean }).admin).toBeUndefined()
    },
  )
})

/** Pointers of the objects of a schema that take any field and are no map of one kind of value. */
function openObjects(schema: JsonSchema, at = ''): string[] {
  const {
    properties = {},
    additionalProperties,
    anyOf = [],
    oneOf = [],
    allOf = [],
    items,
    patternProperties,
  } = schema as {
    properties?: Record<string, JsonSchema>
    additionalProperties?: boolean | JsonSchema
    anyOf?: JsonSchema[]
    oneOf?: JsonSchema[]
    allOf?: JsonSchema[]
    items?: JsonSchema
    patternProperties?: Record<string, JsonSchema>
  }
  const isMap = typeof additionalProperties === 'object'
  const own = schema['type'] === 'object' && additionalProperties !== false && !isMap ? [at || '/'] : []
  const children: [string, JsonSchema][] = [
    ...Object.entries(properties),
    ...Object.entries(patternProperties ?? {}),
    ...(isMap ? [['*', additionalProperties] as [string, JsonSchema]] : []),
    ...(items ? [['*', items] as [string, JsonSchema]] : []),
  ]
  return [
    ...own,
    ...[...anyOf, ...oneOf, ...allOf].flatMap((option) => openObjects(option, at)),
    ...children.flatMap(([name, child]) => openObjects(child, `${at}/${name}`)),
  ]
}

/** Copies of a value, each with one more field in one of its objects, and the pointer of that object. */
function withOneMore(value: unknown, at = ''): { at: string; body: unknown }[] {
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.entries(value).flatMap(([key, child]) =>
    withOneMore(child, `${at}/${key}`).map(({ at: where, body }) => {
      const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value }
      copy[key] = body
      return { at: where, body: copy }
    }),
  )
  return Array.isArray(value) ? inside : [{ at, body: { ...value, [UNKNOWN]: 1 } }, ...inside]
}
