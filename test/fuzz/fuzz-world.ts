import { homedir } from 'node:os'
import { ROLES } from '../../api/keys.ts'
import { listen } from '../../api/server.ts'
import { PolyadError } from '../../core/errors.ts'
import { TOKEN_LIFETIME_MS } from '../../engine/decision/answer.ts'
import { signTag } from '../../engine/tags/tag-token.ts'
import { signNotice } from '../../engine/tracking/notice.ts'
import { signToken } from '../../engine/tracking/token.ts'
import {
  activate,
  BID,
  CAMPAIGN,
  NOW_MS,
  openWorld,
  person,
  SITE_ORIGIN,
  TEMPLATE,
  TOKEN_KEY,
  type World,
} from '../api/world.ts'
import type { Expectations } from './check-answer.ts'
import type { Fixture } from './valid-requests.ts'

export interface FuzzWorld {
  readonly world: World
  readonly url: string
  readonly fixture: Fixture
  readonly expectations: Expectations
  /** Documents as they were at the start, and the campaign checked again. */
  restore(): Promise<void>
  errors(): readonly string[]
  close(): Promise<void>
}

const SPRING = { ...CAMPAIGN, bid: BID }
const AUTUMN = { ...CAMPAIGN, name: 'autumn', title: 'Autumn' }
/** Nobody checks it. */
const WINTER = { ...CAMPAIGN, name: 'winter' }

/** A server that listens, with a campaign checked and served, keys of every kind, and tokens of every kind. */
export async function openFuzzWorld(): Promise<FuzzWorld> {
  const world = await openWorld({ keys: true, campaign: { bid: BID } })
  const errors: string[] = []
  world.server.addHook('onError', async (_request, _reply, error) => {
    const status = error instanceof PolyadError ? error.status : (error.statusCode ?? 500)
    if (status >= 500 && status !== 503) errors.push((error.stack ?? String(error)).slice(0, 1_500))
  })
  const put = async (url: string, payload: object) => {
    const response = await world.ask({ method: 'PUT', url, payload, key: world.key('admin') })
    if (response.statusCode >= 300) throw new Error(`${url}: ${response.body}`)
  }
  const restore = async () => {
    await put('/v1/segments/california', { name: 'california', rule: { state: 'CA' } })
    await put('/v1/segments/oregon', { name: 'oregon', rule: { state: 'OR' } })
    await put('/v1/segments/washington', { name: 'washington', rule: { state: 'WA' } })
    await put('/v1/templates/plain', TEMPLATE)
    await put('/v1/campaigns/spring', SPRING)
    await put('/v1/campaigns/autumn', AUTUMN)
    await put('/v1/campaigns/winter', WINTER)
    await activate(world, world.key('buyer'))
  }
  await restore()
  const url = await listen(world.server, { host: '127.0.0.1', port: 0 }, { singleUser: false })
  const keys = Object.fromEntries([
    ...ROLES.map((role) => [role, world.key(role)]),
    ['site', world.siteKey()],
  ])
  const { adUnit } = await decisionOf(world)
  const known = knownValues(adUnit)
  return {
    world,
    url,
    fixture: { known, bodies: bodiesWith(known['token']![0] as string), keys, siteOrigin: SITE_ORIGIN },
    expectations: {
      landings: [CAMPAIGN.landingUrl],
      secrets: [world.folder, process.cwd(), homedir()].filter((text) => text.length > 3),
    },
    restore,
    errors: () => errors.splice(0),
    close: () => world.close(),
  }
}

async function decisionOf(world: World): Promise<{ adUnit: string }> {
  const payload = { placement: 'iab-300x250', languages: ['en'] }
  const response = await world.ask({ method: 'POST', url: '/v1/decisions', payload, key: world.key('buyer') })
  return response.json()
}

const NAMES = ['spring', 'autumn', 'winter', 'nothing']
const NEW_NAMES = ['fuzz-a', 'fuzz-b', 'fuzz-c', 'fuzz-d']

/** What the fields of this world's requests are filled with, so that they mean something. */
function knownValues(adUnit: string): Fixture['known'] {
  const at = (decision: string, age: number) => ({
    decision,
    campaign: 'spring',
    adUnit,
    issuedMs: NOW_MS - age,
    expiresMs: NOW_MS - age + TOKEN_LIFETIME_MS,
  })
  const trackers = [
    ...Array.from({ length: 40 }, (_, i) =>
      signToken(TOKEN_KEY, { ...at(`fuzz-${i}`, 60_000), landingUrl: `${CAMPAIGN.landingUrl}&n=${i}` }),
    ),
    signToken(TOKEN_KEY, { ...at('late', 2 * TOKEN_LIFETIME_MS), landingUrl: CAMPAIGN.landingUrl }),
    signToken(TOKEN_KEY, { ...at('house', 60_000), adUnit: '', landingUrl: '' }),
  ]
  const notices = Array.from({ length: 20 }, (_, i) =>
    signNotice(TOKEN_KEY, {
      decision: `auction-${i}`,
      campaign: 'spring',
      adUnit,
      bidMicros: 4_000_000,
      currency: 'USD',
      expiresMs: NOW_MS + (i - 2) * 60_000,
    }),
  )
  const tags = ['iab-300x250', 'iab-728x90', 'iab-160x600'].map((placement) =>
    signTag(TOKEN_KEY, { campaign: 'spring', placement }),
  )
  const files = ['json', 'html', 'svg', 'jpg', 'png'].map((ending) => `${adUnit}.${ending}`)
  return {
    // Keys of maps.
    '*': ['headline', 'photo', 'state', 'en', 'es', 'california'],
    name: NAMES,
    'GET /v1/campaigns/{name}/budget-plan name': ['spring', 'spring', 'spring', ...NAMES],
    'GET /v1/campaigns/{name}/report/comparison name': ['spring', 'spring', 'spring', ...NAMES],
    campaign: NAMES,
    with: NAMES,
    placement: ['iab-300x250', 'iab-728x90', 'nowhere'],
    segment: ['broad', 'california', 'oregon', 'nobody'],
    locale: ['en-US', 'es-MX'],
    language: ['en', 'es'],
    languages: ['en', 'es-MX', 'de'],
    id: [adUnit],
    from: ['2026-03-01', '2026-03-09', '0', '3', '31', '32'],
    to: ['2026-03-10', '2026-03-31'],
    withFrom: ['2026-03-01'],
    withTo: ['2026-03-05'],
    by: ['segment', 'placement', 'day', 'headline', 'colour'],
    revision: [1, 2, 99],
    budget: ['500', '100.50 USD', '-1', 'much'],
    value: ['1.50', 'x'],
    person: [person('CA-1'), person('OR-2'), 'export', 'workspace'],
    personKey: ['0'.repeat(32)],
    attributes: [{ state: 'CA' }, { state: 'OR' }, {}],
    seed: ['a'],
    since: ['2026-03-01', '2026-03-10T12:00:00Z'],
    token: trackers,
    h: ['0'.repeat(32)],
    w: [300, 40],
    price: ['3.25', 'AUDIT', '1e9', ''],
    cur: ['USD', 'EUR'],
    code: ['102'],
    adServer: ['google-ad-manager', 'nobody'],
    'GET /t/w/{token} token': [...notices, 'forged'],
    'GET /t/b/{token} token': [...notices, 'forged'],
    'GET /t/l/{token} token': [...notices, 'forged'],
    'GET /t/c/{token} token': [...trackers, 'forged'],
    'GET /v1/tags/{token} token': [...tags, 'forged'],
    'GET /v1/segments/{name} name': ['california', 'oregon', 'nothing', ...NEW_NAMES],
    'GET /v1/templates/{name} name': ['plain', 'nothing', ...NEW_NAMES],
    'PUT /v1/segments/{name} name': NEW_NAMES,
    'PUT /v1/templates/{name} name': NEW_NAMES,
    'PUT /v1/campaigns/{name} name': NEW_NAMES,
    'POST /v1/campaigns/{name}/check name': ['autumn', 'nothing', ...NEW_NAMES],
    'GET /v1/house-ads/{file} file': ['iab-300x250.svg', 'iab-728x90.svg', 'nowhere.svg'],
    'GET /v1/ad-units/{file} file': [...files, ...files, '1zzz.png', `${adUnit}.exe`],
    'GET /v1/ad-units/{id}/pictures/{file} file': [
      'photo.jpg',
      'photo.jpg',
      'photo.jpg',
      'photo.jpg',
      'photo.jpg',
      'photo.jpg',
      'headline.jpg',
      'photo.png',
    ],
    // A token of another ad unit is refused: see spoilt requests.
    'GET /v1/ad-units/{file} token': trackers,
  }
}

/** Bodies that are taken. */
const bodiesWith = (token: string): Fixture['bodies'] => ({
  'PUT /v1/segments/{name}': [
    { name: 'x', rule: { state: 'CA' } },
    { name: 'x', title: 'West', rule: { state: { in: ['CA', 'OR'] } } },
    { name: 'x', grid: { attributes: ['state'] } },
  ],
  'PUT /v1/templates/{name}': [TEMPLATE],
  'PUT /v1/campaigns/{name}': [SPRING, AUTUMN],
  'POST /v1/campaigns/{name}/check': [{}],
  'POST /v1/decisions': [
    { placement: 'iab-300x250' },
    { placement: 'iab-728x90', person: person('CA-3'), consent: { personalise: true } },
  ],
  'POST /openrtb2': [
    { id: 'a', imp: [{ id: '1', banner: { w: 300, h: 250 } }] },
    { id: 'b', imp: [{ id: '1', bidfloor: 9, banner: { w: 300, h: 250 } }] },
    {
      id: 'c',
      test: 1,
      imp: [{ id: '1', banner: { format: [{ w: 300, h: 250 }] } }],
      device: { geo: { region: 'CA' } },
    },
  ],
  'POST /v1/campaigns/{name}/ope': [{ policy: { otherwise: 'even' } }],
  'POST /v1/profiles/show': [{ profile: person('CA-1') }, { profile: 'nobody' }],
  'POST /v1/profiles/erase': [{ profile: 'nobody' }],
  'POST /v1/doctor': [{}],
  'POST /v1/events/fold': [{ maxAgeDays: 400 }],
  'POST /v1/events': [
    { events: [{ token, type: 'impression' }] },
    {
      events: [
        { token, type: 'click' },
        { token: 'forged', type: 'viewable' },
      ],
    },
    { events: [{ token, type: 'conversion', valueMicros: 1_000_000 }] },
  ],
})
