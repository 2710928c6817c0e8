import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import type { DecisionRecord } from '../../engine/tracking/record.ts'
import { activate, openWorld, PUBLIC_URL, person, SITE_ORIGIN, type World } from './world.ts'

const BIG = 'iab-300x250'
const WIDE = 'iab-728x90'
const consent = { personalise: true }

describe('several placements of one page', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: true })
    await activate(world, world.key('buyer'))
  })
  afterAll(() => world.close())

  const ask = (
    payload: object,
    more: { key?: string; query?: string; headers?: Record<string, string> } = {},
  ) =>
    world.ask({
      method: 'POST',
      url: `/v1/decisions${more.query ?? ''}`,
      payload,
      key: more.key ?? world.key('admin'),
      headers: more.headers ?? {},
    })
  const decide = async (payload: object, query = ''): Promise<DecisionAnswer[]> => {
    const response = await ask(payload, { query })
    expect(response.statusCode, response.body).toBe(200)
    return response.json().decisions
  }
  const decisionsLogged = async () =>
    (await world.logged()).filter((record): record is DecisionRecord => record.type === 'decision')

  it('are answered in their order, each in the log, all for the one person', async () => {
    const before = (await decisionsLogged()).length
    const answers = await decide({
      person: person('CA-1'),
      consent,
      placements: [{ id: 'top', placement: WIDE }, { placement: BIG }, { id: 'side', placement: BIG }],
    })
    expect(answers.map(({ id, placement }) => [id, placement])).toEqual([
      ['top', WIDE],
      [undefined, BIG],
      ['side', BIG],
    ])
    const records = (await decisionsLogged()).slice(before)
    expect(records.map(({ id }) => id)).toEqual(answers.map(({ decision }) => decision))
    expect(new Set(records.map(({ person: key }) => key)).size).toBe(1)
    expect(new Set(records.map(({ arm }) => arm)).size).toBe(1)
    expect(records.every(({ leaf }) => leaf === 'california')).toBe(true)
  })

  it('share one answer with a placement asked for alone', async () => {
    const [alone] = [(await ask({ placement: BIG })).json()]
    const [one] = await decide({ placements: [{ placement: BIG }] })
    expect(Object.keys(one!)).toEqual(Object.keys(alone))
  })

  it('have their own context beside that of the request', async () => {
    const answers = await decide(
      {
        context: { state: 'CA' },
        placements: [
          { placement: BIG },
          { placement: BIG, context: { state: 'OR' } },
          { placement: BIG, context: { state: 'WA' } },
          { placement: BIG, context: { state: '13-17' } },
        ],
      },
      '?explain=true',
    )
    // Washington is under the k floor, and nothing of a child's age is read.
    expect(answers.map(({ explain }) => explain!.leaf)).toEqual(['california', 'oregon', null, null])
    expect(answers.every(({ explain, fields }) => explain!.contextual && fields['headline'])).toBe(true)
  })

  it('do not fail each other where no campaign has one of them', async () => {
    const [none, one] = await decide({
      placements: [
        { id: 'sky', placement: 'iab-160x600' },
        { id: 'box', placement: BIG },
      ],
    })
    expect(none).toEqual({
      id: 'sky',
      placement: 'iab-160x600',
      decision: null,
      problem: { code: 'NO_CAMPAIGN', detail: expect.stringContaining('iab-160x600') },
    })
    expect(one).toMatchObject({ id: 'box', adUnit: expect.any(String) })
    const nothing = await ask({ placements: [{ placement: 'iab-160x600' }] })
    expect([nothing.statusCode, nothing.json().code]).toEqual([404, 'NO_CAMPAIGN'])
  })

  it('are all refused where the log cannot be written', async () => {
    world.broken.log = true
    const response = await ask({ placements: [{ placement: BIG }, { placement: WIDE }] })
    world.broken.log = false
    expect(response.statusCode).toBe(503)
  })

  it('come in the format asked for', async () => {
    const [json, html, native] = await decide({
      format: 'native',
      placements: [
        { placement: BIG, format: 'json' },
        { placement: BIG, format: 'html' },
        { placement: BIG },
      ],
    })
    expect([json!.markup, json!.native]).toEqual([undefined, undefined])
    expect(html!.markup).toContain(`<iframe src="${html!.html}" width="300" height="250"`)
    expect(native!.native).toEqual({
      ver: '1.2',
      assets: [
        {
          id: 1,
          ext: { slot: 'headline' },
          data: { value: (native!.fields['headline'] as { text: string }).text },
        },
        {
          id: 2,
          ext: { slot: 'photo' },
          img: {
            url: `${PUBLIC_URL}/v1/ad-units/${native!.adUnit}/pictures/photo.jpg?w=300&h=250`,
            w: 300,
            h: 250,
          },
        },
      ],
      link: { url: native!.click },
      eventtrackers: [
        { event: 1, method: 1, url: native!.impression },
        { event: 2, method: 1, url: native!.viewable },
      ],
    })
    const picture = await world.ask({
      url: `/v1/ad-units/${native!.adUnit}/pictures/photo.jpg?w=300&h=250`,
      headers: {},
    })
    expect([picture.statusCode, picture.headers['content-type']]).toEqual([200, 'image/jpeg'])
  })

  it('are explained to those who may ask, with every option that was weighed', async () => {
    const placements = [{ placement: BIG }]
    expect((await ask({ placements }, { key: world.key('buyer'), query: '?explain=true' })).statusCode).toBe(
      403,
    )
    const [answer] = await decide({ placements }, '?explain=true')
    expect(answer!.explain!.candidates).toMatchObject({
      segment: 'broad',
      slots: {
        headline: [
          { asset: 'go', weight: 1, propensity: 0.5 },
          { asset: 'hike', weight: 1, propensity: 0.5 },
        ],
        photo: [{ asset: 'sky', weight: 1, propensity: 1 }],
      },
    })
  })

  it('may be asked for by a site by context, and never about a person', async () => {
    const asSite = (payload: object) =>
      ask(payload, { key: world.siteKey(), headers: { origin: SITE_ORIGIN } })
    const byContext = await asSite({ placements: [{ placement: BIG, context: { state: 'CA' } }] })
    expect([byContext.statusCode, byContext.json().decisions.length]).toEqual([200, 1])
    for (const personal of [{ person: person('CA-1') }, { attributes: { state: 'CA' } }]) {
      expect((await asSite({ ...personal, placements: [{ placement: BIG }] })).statusCode).toBe(403)
      expect((await asSite({ placements: [{ placement: BIG, ...personal }] })).statusCode).toBe(400)
    }
  })
})
