import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAMPAIGN, openWorld, TEMPLATE, type World } from './world.ts'

describe('input', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false })
  })
  afterAll(() => world.close())

  const post = (url: string, payload: object | string, headers: Record<string, string> = {}) =>
    world.ask({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...headers } })

  it('refuses a body of 10 MB with its limit, before reading it', async () => {
    const response = await post('/v1/events', JSON.stringify({ events: 'x'.repeat(10_000_000) }))
    expect(response.statusCode).toBe(413)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({
      code: 'BODY_TOO_LARGE',
      status: 413,
      detail: expect.stringContaining('1048576'),
    })
  })

  it.each([
    ['an unknown field', { placement: 'iab-300x250', colour: 'red' }, '"colour"'],
    [
      'an unknown nested field',
      { placement: 'iab-300x250', consent: { personalise: true, all: 1 } },
      '"all"',
    ],
    ['a missing field', {}, '"placement"'],
    ['one placement and several', { placement: 'a', placements: [{ placement: 'b' }] }, '"placements"'],
    ['no placements', { placements: [] }, '/placements'],
    ['an unknown field of one of several', { placements: [{ placement: 'a', coppa: true }] }, '"coppa"'],
    [
      'an id twice',
      { placements: ['top', 'top'].map((id) => ({ id, placement: 'iab-300x250' })) },
      '/placements/1/id',
    ],
    ['a page without address', { placement: 'iab-300x250', page: { url: 'about:blank' } }, '/page/url'],
    ['a format there is not', { placement: 'iab-300x250', format: 'xml' }, '/format'],
    ['context that is none', { placement: 'iab-300x250', context: { colour: 'red' } }, '/context/colour'],
    ['a number as text', { placement: 5 }, '/placement'],
    ['text for a boolean', { placement: 'iab-300x250', coppa: 'true' }, '/coppa'],
    [
      'an unknown attribute',
      { placement: 'iab-300x250', attributes: { colour: 'red' } },
      '/attributes/colour',
    ],
    ['a person key that is none', { placement: 'iab-300x250', personKey: 'bob' }, '/personKey'],
    ['two people', { placement: 'iab-300x250', person: 'a', personKey: '0'.repeat(32) }, '/personKey'],
    ['a list', [], '/'],
    ['null', 'null', '/'],
  ])('refuses %s and names it', async (_what, payload, named) => {
    const response = await post('/v1/decisions', payload)
    expect(response.statusCode).toBe(400)
    expect(response.json()).toMatchObject({ code: 'INPUT_INVALID', detail: expect.stringContaining(named) })
  })

  it.each(['{', '', '{"placement":"a","__proto__":{"x":1}}'])(
    'refuses JSON that is broken: %j',
    async (payload) => {
      expect((await post('/v1/decisions', payload)).statusCode).toBe(400)
    },
  )

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])(
    'refuses the content type %s',
    async (type) => {
      expect((await post('/v1/decisions', '{}', { 'content-type': type })).statusCode).toBe(415)
    },
  )

  it.each([
    '/v1/campaigns/spring/ad-units?limit=0',
    '/v1/campaigns/spring/ad-units?limit=501',
    '/v1/campaigns/spring/ad-units?from=-1',
    '/v1/campaigns/spring/ad-units?colour=red',
    '/v1/campaigns/spring/ad-units?segment=broad',
    '/v1/campaigns/spring/report?from=yesterday',
    '/v1/ad-units/xyz',
    '/v1/ad-units/xyz.exe',
  ])('refuses the address %s', async (url) => {
    const response = await world.ask({ url })
    expect([response.statusCode, response.json().code]).toEqual([400, 'INPUT_INVALID'])
  })

  it.each([
    ['a name that is not the address', '/v1/campaigns/spring', { ...CAMPAIGN, name: 'autumn' }],
    ['an unknown field', '/v1/campaigns/spring', { ...CAMPAIGN, colour: 'red' }],
    [
      'a landing page that is no page',
      '/v1/campaigns/spring',
      { ...CAMPAIGN, landingUrl: 'javascript:alert(1)' },
    ],
    ['a rule on an unknown attribute', '/v1/segments/rich', { name: 'rich', rule: { income: 5 } }],
    [
      'a grid within an unknown attribute',
      '/v1/segments/g',
      { name: 'g', grid: { attributes: ['state'], within: { x: 1 } } },
    ],
    [
      'a layer of an unknown slot',
      '/v1/templates/plain',
      { ...TEMPLATE, layers: [{ ...TEMPLATE.layers[1], slot: 'nothing' }] },
    ],
  ])('keeps out a document with %s', async (_what, url, payload) => {
    const before = (await world.ask({ url })).body
    const response = await world.ask({ method: 'PUT', url, payload })
    expect([response.statusCode, response.json().code]).toEqual([400, 'INPUT_INVALID'])
    expect((await world.ask({ url })).body.replace(/"requestId":"[^"]*"/, '')).toBe(
      before.replace(/"requestId":"[^"]*"/, ''),
    )
  })

  it('writes a document only over the one it was read from', async () => {
    const url = '/v1/segments/west'
    const rule = (state: string) => ({ name: 'west', rule: { state } })
    const put = (state: string, headers: Record<string, string>) =>
      world.ask({ method: 'PUT', url, payload: rule(state), headers })

    const created = await put('CA', { 'if-none-match': '*' })
    expect([created.statusCode, created.json().revision]).toEqual([201, 1])
    expect((await put('OR', { 'if-none-match': '*' })).statusCode).toBe(412)
    const etag = (await world.ask({ url })).headers.etag as string
    expect((await put('OR', { 'if-match': etag })).json()).toMatchObject({ revision: 2 })
    expect((await put('WA', { 'if-match': etag })).json()).toMatchObject({ status: 412, code: 'CONFLICT' })
    expect((await world.ask({ url })).json()).toEqual(rule('OR'))
    expect((await world.ask({ url, headers: { 'if-none-match': etag } })).statusCode).toBe(200)
  })

  it('shows only a code and the request id of a failure of its own', async () => {
    world.broken.documents = true
    const response = await world.ask({ url: '/v1/campaigns' })
    world.broken.documents = false
    expect(response.statusCode).toBe(500)
    expect(Object.keys(response.json()).sort()).toEqual(['code', 'requestId', 'status', 'title', 'type'])
    expect(response.body).not.toContain('disk gone')
  })
})
