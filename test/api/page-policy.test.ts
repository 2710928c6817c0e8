import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signToken } from '../../engine/tracking/token.ts'
import { NOW_MS, openWorld, TOKEN_KEY, type World } from './world.ts'

const webFolder = fileURLToPath(new URL('../../web/public', import.meta.url))

describe('the policy of the page', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false, webFolder })
  })
  afterAll(() => world.close())

  it('lets nothing run or style it but files of this server', async () => {
    const page = await world.ask({ url: '/' })
    expect(page.statusCode).toBe(200)
    const policy = String(page.headers['content-security-policy'])
    expect(policy.split(';')).toEqual(
      expect.arrayContaining(["default-src 'self'", "style-src 'self'", "object-src 'none'"]),
    )
    expect(policy).not.toContain('unsafe')
  })

  it('is one that the page itself keeps to', async () => {
    const markup = await readFile(`${webFolder}/index.html`, 'utf8')
    expect(markup).toContain('<script type="module" src="/main.js"></script>')
    expect(markup).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src="\/)|(?:src|href)="https?:/i)
  })

  it('comes with the headers that keep a browser from guessing, framing and telling others', async () => {
    const { headers } = await world.ask({ url: '/' })
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    })
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['server']).toBeUndefined()
  })

  it('lets the frame of a tag use the one style it has, by its hash', async () => {
    const frame = await world.ask({ url: '/v1/tag.html' })
    const policy = String(frame.headers['content-security-policy'])
    expect(policy).not.toContain('unsafe')
    const [, style] = /<style>(.*)<\/style>/.exec(frame.body)!
    expect(policy).toContain(`'sha256-${createHash('sha256').update(style!).digest('base64')}'`)
    expect(frame.body).not.toMatch(/\sstyle=|\son\w+=/)
  })
})

/** What is sent may look like an address of elsewhere, wherever addresses are read. */
const ELSEWHERE = [
  '//evil.example',
  '//evil.example/%2e%2e',
  '/%2f%2fevil.example',
  '/\\evil.example/',
  '/%5cevil.example/..',
  '/t/c/https:%2f%2fevil.example',
  '/t/c/x?url=https://evil.example&redirect=//evil.example',
  '/v1/ad-units/x.html?token=https://evil.example',
  '/?next=https://evil.example',
  '/v1/campaigns/..%2f..%2fevil.example/',
]

describe('no open redirect', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ keys: false, webFolder, empty: true })
  })
  afterAll(() => world.close())

  it.each(ELSEWHERE)('%s leads nowhere', async (url) => {
    const answer = await world.ask({ url })
    expect([301, 302, 303, 307, 308]).not.toContain(answer.statusCode)
    expect(answer.headers['location']).toBeUndefined()
    expect(answer.headers['refresh']).toBeUndefined()
  })

  it('a click goes to the page that was signed, whatever is added to it', async () => {
    const landingUrl = 'https://shop.example/boots'
    const token = signToken(TOKEN_KEY, {
      decision: '01jc0000000000000000000000',
      campaign: 'spring',
      adUnit: '1abc',
      landingUrl,
      issuedMs: 0,
      expiresMs: NOW_MS + 1,
    })
    for (const more of ['', '?url=https://evil.example', '?landingUrl=//evil.example#//evil.example']) {
      const answer = await world.ask({ url: `/t/c/${token}${more}` })
      expect([answer.statusCode, answer.headers['location']]).toEqual([302, landingUrl])
    }
  })
})
