import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAMPAIGN, openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ keys: true })
})
afterAll(() => world.close())

const picture = (width: number) =>
  sharp({ create: { width, height: 8, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer()

function upload(
  payload: Buffer,
  type = 'application/octet-stream',
  role: 'creative' | 'analyst' = 'creative',
) {
  const headers = { 'content-type': type }
  return world.ask({ method: 'POST', url: '/v1/assets', payload, headers, key: world.key(role) })
}

describe('uploads', () => {
  it('a picture is kept by its content, whatever its media type claims, and a campaign can use it', async () => {
    const bytes = await picture(24)
    const first = await upload(bytes, 'text/html')
    expect(first.statusCode).toBe(201)
    const { path } = first.json()
    expect(first.json()).toEqual({ path, bytes: bytes.length, widthPx: 24, heightPx: 8 })
    expect(path).toMatch(/^assets\/[0-9a-f]{64}\.jpg$/)
    expect((await upload(bytes, 'application/json')).statusCode).toBe(200)

    const slots = CAMPAIGN.slots.map((slot) =>
      slot.slot === 'photo' ? { ...slot, assets: [...slot.assets, { id: 'new', file: path }] } : slot,
    )
    const url = '/v1/campaigns/spring'
    const put = (payload: object) => world.ask({ method: 'PUT', url, payload, key: world.key('admin') })
    expect((await put({ ...CAMPAIGN, slots })).statusCode).toBeLessThan(300)
    const remove = () => world.ask({ method: 'DELETE', url: `/v1/${path}`, key: world.key('creative') })
    const list = async () => (await world.ask({ url: '/v1/assets', key: world.key('analyst') })).json().items
    expect(await list()).toContainEqual({ path, bytes: bytes.length, uploaded: true, usedBy: ['spring'] })
    expect((await remove()).json()).toMatchObject({ status: 409, code: 'ASSET_IN_USE' })
    await put(CAMPAIGN)
    expect((await remove()).statusCode).toBe(204)
    expect((await remove()).statusCode).toBe(404)
    expect(await list()).not.toContainEqual(expect.objectContaining({ path }))
    const audit = (await world.ask({ url: '/v1/audit', key: world.key('admin') })).json()
    expect(JSON.stringify(audit)).toMatch(/picture-added.*picture-removed|picture-removed.*picture-added/)
  })

  it('an SVG is kept as the PNG it draws; one with a script is refused', async () => {
    const draw = (inside: string) =>
      Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2">${inside}</svg>`)
    const kept = await upload(draw('<rect width="4" height="2"/>'), 'image/jpeg')
    expect(kept.json()).toMatchObject({ path: expect.stringMatching(/\.png$/), widthPx: 1600, heightPx: 800 })
    const refused = await upload(draw('<script/>'), 'image/svg+xml')
    expect(refused.json()).toMatchObject({ status: 422, code: 'PICTURE_INVALID' })
    expect(refused.json().detail).toContain('"script"')
  })

  it('what is no picture, too many pixels, too many bytes, and other roles are refused', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('GIF89a'),
      Buffer.from('<html><svg'),
      (await picture(24)).subarray(0, 200),
    ]) {
      expect((await upload(bytes)).json()).toMatchObject({ status: 422, code: 'PICTURE_INVALID' })
    }
    const bomb = await sharp({ create: { width: 16_000, height: 8_000, channels: 3, background: '#000' } })
      .png({ compressionLevel: 9 })
      .toBuffer()
    expect((await upload(bomb)).json().detail).toContain('more than the 50000000 allowed')
    expect((await upload(Buffer.alloc(20_000_001))).statusCode).toBe(413)
    expect((await upload(await picture(9), 'image/jpeg', 'analyst')).statusCode).toBe(403)
    const outside = await world.ask({
      method: 'DELETE',
      url: '/v1/assets/..%2Fpolyad.json',
      key: world.key('creative'),
    })
    expect(outside.statusCode).toBe(404)
  })
})
