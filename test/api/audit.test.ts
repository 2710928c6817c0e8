import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../engine/ports/audit.ts'
import { CAMPAIGN, NOW_MS, openWorld, TEMPLATE, type World } from './world.ts'

describe('the audit log', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: true, empty: true })
  })
  afterAll(() => world.close())

  const put = (url: string, payload: object, key: string) => world.ask({ method: 'PUT', url, payload, key })
  const entries = async (query = '') => {
    const response = await world.ask({ url: `/v1/audit${query}`, key: world.key('admin') })
    expect(response.statusCode).toBe(200)
    return (response.json() as { entries: AuditEntry[] }).entries
  }

  it('tells who wrote what by which key, from which content to which', async () => {
    const etag = async () =>
      (await world.ask({ url: '/v1/campaigns/spring', key: world.key('buyer') })).headers.etag
    const before = JSON.parse(String(await etag()))
    await put('/v1/campaigns/spring', { ...CAMPAIGN, locales: ['en-US'] }, world.key('buyer'))
    const after = JSON.parse(String(await etag()))
    await put('/v1/templates/plain', { ...TEMPLATE, title: 'Plain' }, world.key('creative'))
    expect(await entries()).toEqual([
      {
        atMs: NOW_MS,
        who: expect.stringMatching(/^buyer key [0-9a-z]{12}$/),
        via: 'api',
        action: 'document-written',
        subject: 'campaign spring',
        before,
        after,
      },
      expect.objectContaining({
        who: expect.stringMatching(/^creative key/),
        subject: 'template plain',
      }),
    ])
  })

  it('tells an override with its reason, and no request that was refused', async () => {
    const count = (await entries()).length
    expect((await put('/v1/campaigns/spring', CAMPAIGN, world.key('analyst'))).statusCode).toBe(403)
    expect((await put('/v1/campaigns/spring', { name: 'spring' }, world.key('buyer'))).statusCode).toBe(400)
    const stale = { 'if-match': '"other"' }
    const conflict = await world.ask({
      method: 'PUT',
      url: '/v1/campaigns/spring',
      payload: CAMPAIGN,
      key: world.key('buyer'),
      headers: stale,
    })
    expect(conflict.statusCode).toBe(412)
    expect(await entries()).toHaveLength(count)
    await world.ask({
      method: 'POST',
      url: '/v1/campaigns/spring/check',
      payload: { override: { reason: 'agreed with the client' } },
      key: world.key('buyer'),
    })
    expect((await entries()).at(-1)).toMatchObject({
      action: 'guard-overridden',
      subject: expect.stringMatching(/^campaign spring@\d+$/),
      note: 'agreed with the client',
    })
  })

  it('is for admins, and from a moment on', async () => {
    for (const role of ['creative', 'buyer', 'analyst'] as const) {
      expect((await world.ask({ url: '/v1/audit', key: world.key(role) })).statusCode).toBe(403)
    }
    expect(await entries('?since=2026-03-11')).toEqual([])
    expect((await entries('?since=2026-03-10')).length).toBeGreaterThan(0)
    const wrong = await world.ask({ url: '/v1/audit?since=june', key: world.key('admin') })
    expect([wrong.statusCode, wrong.json().detail]).toEqual([
      400,
      expect.stringContaining('"june" is neither'),
    ])
  })
})
