import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemsAfter } from './after-fuzz.ts'
import { problemOfAnswer } from './check-answer.ts'
import { fuzz } from './fuzz.ts'
import { type FuzzWorld, openFuzzWorld } from './fuzz-world.ts'
import { type Operation, operationsOf } from './operations.ts'
import type { WireRequest } from './request.ts'
import { createSender } from './send.ts'
import { WEIGHTS } from './weights.ts'

/** The proof with 100,000 of them, in which every documented status is seen, is in test/prove. */
const REQUESTS = 2_000
/** Some five seconds; machines that do much else take longer. */
const LONGEST_MS = 120_000

describe('the whole API', () => {
  let fuzzed: FuzzWorld
  let operations: readonly Operation[]
  beforeAll(async () => {
    fuzzed = await openFuzzWorld()
    operations = operationsOf(await (await fetch(`${fuzzed.url}/openapi.json`)).json())
  })
  afterAll(() => fuzzed.close())

  it(
    `answers ${REQUESTS} requests, half of them spoilt, as its document says, and is well after`,
    async () => {
      const sender = createSender(fuzzed.url, 16)
      const { fixture, expectations, restore, errors } = fuzzed
      const options = {
        seed: 7,
        requests: REQUESTS,
        atOnce: 16,
        weights: WEIGHTS,
        restore,
        errors,
        thorough: false,
      }
      const { sent, valid, taken, problems } = await fuzz(operations, fixture, expectations, sender, options)
      sender.close()
      expect(problems.join('\n\n')).toBe('')
      expect(await problemsAfter(fuzzed.world)).toEqual([])
      // What was asked is worth asking: most of what is valid is taken.
      expect(valid).toBeGreaterThanOrEqual(sent * 0.5)
      expect(taken).toBeGreaterThan(valid * 0.5)
    },
    LONGEST_MS,
  )
})

describe('what an answer must be', () => {
  const problem = { type: 'urn:x', title: 'x', status: 404, code: 'NOT_FOUND', requestId: '1' }
  const schema = { type: 'object', required: ['items'], properties: { items: { type: 'array' } } }
  const operation: Operation = {
    name: 'GET /x',
    method: 'GET',
    path: '/x',
    allow: ['anyone'],
    parameters: [],
    body: undefined,
    responses: new Map([
      [200, new Map([['application/json', schema]])],
      [204, new Map()],
      [302, new Map()],
      [404, new Map([['application/problem+json', { type: 'object', required: ['code'] }]])],
    ]),
  }
  const wire: WireRequest = { method: 'GET', target: '/x', headers: {}, body: undefined }
  const problemWith = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    problemOfAnswer(
      operation,
      wire,
      {
        status,
        headers: {
          'x-content-type-options': 'nosniff',
          'content-type': status < 400 ? 'application/json' : 'application/problem+json',
          ...headers,
        },
        body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      },
      { landings: ['https://shop.example/'], secrets: ['/home/us'] },
    )

  it('is told by a server that does right', () => {
    expect(problemWith(200, { items: [] })).toBeUndefined()
    expect(problemWith(204, '', { 'content-type': '' })).toBeUndefined()
    expect(problemWith(302, '', { location: 'https://shop.example/boots' })).toBeUndefined()
    expect(problemWith(404, problem)).toBeUndefined()
  })

  it.each([
    ['a bug', 500, problem, {}, 'status 500'],
    ['a status that is not documented', 201, { items: [] }, {}, 'not documented'],
    ['a body of another shape', 200, { items: 1 }, {}, 'not as documented'],
    ['another media type', 200, 'items', { 'content-type': 'text/html' }, 'not documented for 200'],
    ['a body where none is', 204, 'x', { 'content-type': '' }, 'a body that is not documented'],
    ['a stack', 404, { ...problem, detail: 'Error: x\n    at f (server.js:3:1)' }, {}, 'a leak'],
    ['a path of the machine', 404, { ...problem, detail: 'no file /home/us/x' }, {}, 'a leak'],
    ['a redirect to elsewhere', 302, '', { location: 'https://evil.example/' }, 'a redirect'],
    ['markup of the request', 404, '{"code":"x","detail":"<b>"}', {}, 'markup'],
    ['a header of the request', 200, { items: [] }, { 'x-fuzz': '1' }, 'came back as a header'],
    ['a failure in other words', 404, problem, { 'content-type': 'application/json' }, 'a failure as'],
    ['sniffing', 200, { items: [] }, { 'x-content-type-options': '' }, 'no nosniff'],
  ])('finds %s', (_what, status, body, headers, told) => {
    expect(problemWith(status, body, headers as Record<string, string>)).toContain(told)
  })
})
