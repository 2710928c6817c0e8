import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Frame, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createKey } from '../../api/keys.ts'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import { bannerMarkup } from '../../engine/openrtb/banner-markup.ts'
import { type Depth, tagMarkup } from '../../engine/tags/tag-markup.ts'
import { signTag } from '../../engine/tags/tag-token.ts'
import { TOO_SOON_MS } from '../../engine/tracking/filter.ts'
import { describeInBrowser, openBrowser, openPage } from './chromium.ts'
import { type ServedWorkspace, serveWorkspace } from './workspace.ts'

const LANDING = 'https://driftpine.example'
const SIZES = { 'iab-300x250': [300, 250], 'iab-970x250': [970, 250] } as const
type PlacementId = keyof typeof SIZES
const VIEWPORT = { width: 1200, height: 600 }
/** A second, and time for the pixel to arrive. */
const LONG_ENOUGH_MS = 1_400

describeInBrowser('an ad tag', () => {
  let served: ServedWorkspace
  let browser: Browser
  let key: string
  /** A site that shows `body`, and an ad server that sends clicks on to the address it is given. */
  let site: Server
  let origin: string
  let body = ''
  let clicksSeen: string[] = []
  const opened: Page[] = []

  beforeAll(async () => {
    served = await serveWorkspace({ imported: true })
    const { example, write, post, workspace } = served
    await write('campaigns/tagged.json', {
      ...example,
      name: 'tagged',
      segments: ['asks-about-price'],
      placements: Object.keys(SIZES),
      holdoutShare: 0,
    })
    await post('/v1/campaigns/tagged/check', { override: { reason: 'a test of tags' } })
    // With a key others may be served: without one, pages of other origins are kept out.
    key = (await createKey(workspace.ports, { role: 'analyst' })).key
    await new Promise((resolve) => setTimeout(resolve, 1_100))

    site = createServer((request, response) => {
      const url = new URL(request.url!, origin)
      if (url.pathname === '/adclick') {
        clicksSeen.push(request.url!)
        response.writeHead(302, { location: url.searchParams.get('adurl')! }).end()
      } else response.writeHead(200, { 'content-type': 'text/html' }).end(body)
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
    browser = await openBrowser()
  })
  afterEach(async () => {
    clicksSeen = []
    await Promise.all(opened.splice(0).map((page) => page.context().close()))
  })
  afterAll(async () => {
    await browser?.close()
    site?.close()
    await served?.close()
  })

  /** The address an ad server puts where its macro stands. */
  const outer = () => `${origin}/adclick?li=1&copy=2&adurl=`
  const encoded = (text: string, times: number): string =>
    times === 0 ? text : encodeURIComponent(encoded(text, times - 1))

  /** A tag as it comes out of an ad server that replaced its macros, or did not. */
  function tag(kind: 'script' | 'iframe', placement: PlacementId, depth?: Depth, replaced = true): string {
    const [widthPx, heightPx] = SIZES[placement]
    const token = signTag(served.workspace.secrets.tokenKey, { campaign: 'tagged', placement })
    const { markup } = tagMarkup({
      publicUrl: served.url,
      token,
      placement: { widthPx, heightPx },
      ...(depth !== undefined && { adServer: 'dv360', depth }),
    })[kind]
    if (!replaced) return markup
    return markup
      .replace(/\$\{CLICK_URL(_ENC)*\}/, encoded(outer(), depth ?? 0))
      .replace('${CACHEBUSTER}', '12345')
  }

  async function open(html: string, prepare?: (page: Page) => Promise<unknown>) {
    body = `<!doctype html><title>News</title><p>Before</p>${html}<p>After</p>`
    const watched = await openPage(browser, { viewport: VIEWPORT })
    opened.push(watched.page)
    await prepare?.(watched.page)
    await watched.page.goto(origin)
    return watched
  }

  async function totals(): Promise<Record<'impressions' | 'viewable' | 'clicks', number>> {
    const response = await fetch(`${served.url}/v1/campaigns/tagged/report`, {
      headers: { authorization: `Bearer ${key}` },
    })
    return ((await response.json()) as { totals: Awaited<ReturnType<typeof totals>> }).totals
  }

  const adFrame = async (page: Page): Promise<Frame> => {
    for (let tries = 0; tries < 100; tries++) {
      const frame = page.frames().find((each) => each.url().includes('/v1/ad-units/'))
      if (frame) return frame
      await page.waitForTimeout(50)
    }
    throw new Error(`no ad among ${page.frames().map((each) => each.url())}`)
  }
  /** Where the link over the ad is: the page itself, or the frame of the iframe tag. */
  const coverOf = (ad: Frame) => ad.parentFrame()!.locator('a[aria-label="Advertisement"]')

  it.each([
    ['script', 0],
    ['script', 1],
    ['script', 2],
    ['iframe', 0],
    ['iframe', 1],
    ['iframe', 2],
  ] as const)('%s, with the click address encoded %i times, puts it before ours', async (kind, depth) => {
    const before = await totals()
    const { page, problems } = await open(tag(kind, 'iab-300x250', depth))
    const ad = await adFrame(page)
    const inner = await ad.locator('a.ad').getAttribute('href')
    expect(await coverOf(ad).getAttribute('href')).toBe(outer() + encodeURIComponent(inner!))
    const { width, height } = (await coverOf(ad).boundingBox())!
    expect([width, height]).toEqual([300, 250])

    await page.context().route(`${LANDING}/**`, (route) => route.fulfill({ body: 'landed' }))
    await page.waitForTimeout(TOO_SOON_MS)
    const [landing] = await Promise.all([page.context().waitForEvent('page'), coverOf(ad).click()])
    await landing.waitForURL(`${LANDING}/**`)
    expect(clicksSeen).toHaveLength(1)
    const after = await totals()
    expect([after.impressions - before.impressions, after.clicks - before.clicks]).toEqual([1, 1])
    expect(problems).toEqual([])
  })

  it('whose macro nobody replaced, or whose address is no web address, keeps our own link', async () => {
    const hostile = tag('script', 'iab-300x250', 0, false).replace('${CLICK_URL}', 'javascript:alert(1)//?')
    for (const markup of [
      tag('script', 'iab-300x250', 0, false),
      tag('iframe', 'iab-300x250', 1, false),
      hostile,
    ]) {
      const { page, problems } = await open(markup)
      const ad = await adFrame(page)
      expect(await coverOf(ad).count()).toBe(0)
      expect(await ad.locator('a.ad').getAttribute('href')).toContain(`${served.url}/t/c/`)
      expect(problems).toEqual([])
    }
  })

  it('touches nothing of the page but the place behind it', async () => {
    const { page } = await open(tag('script', 'iab-300x250'))
    await adFrame(page)
    const left = await page.evaluate(() => {
      const slot = document.querySelector('script')!.nextElementSibling!
      slot.remove()
      return document.body.innerHTML
    })
    expect(left.replace('async=""', 'async')).toBe(`<p>Before</p>${tag('script', 'iab-300x250')}<p>After</p>`)
    expect(await page.evaluate(() => document.cookie)).toBe('')
  })

  /** The ad with so much of it above the lower edge of the window. */
  const below = (share: number, heightPx: number) =>
    `<div style="position:absolute;left:0;top:${VIEWPORT.height - share * heightPx}px">`

  it.each([
    ['script', 'iab-300x250', 0.4, 0],
    ['script', 'iab-300x250', 0.6, 1],
    ['iframe', 'iab-300x250', 0.4, 0],
    ['iframe', 'iab-300x250', 0.6, 1],
    // 242,500 pixels: 30 % is enough.
    ['script', 'iab-970x250', 0.25, 0],
    ['script', 'iab-970x250', 0.4, 1],
  ] as const)(
    '%s of %s with %f of it in view is viewable %i times',
    async (kind, placement, share, times) => {
      const before = await totals()
      const { page } = await open(`${below(share, SIZES[placement][1])}${tag(kind, placement)}</div>`)
      await adFrame(page)
      await page.waitForTimeout(LONG_ENOUGH_MS)
      const after = await totals()
      expect([after.impressions - before.impressions, after.viewable - before.viewable]).toEqual([1, times])
    },
  )

  it.each(['picture', 'frame'] as const)('of a bid, as %s, links, counts and measures', async (form) => {
    const before = await totals()
    const response = await fetch(`${served.url}/v1/decisions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ campaign: 'tagged', placement: 'iab-300x250' }),
    })
    const answer = (await response.json()) as DecisionAnswer
    const clickUrl = outer() + encodeURIComponent(answer.click!)
    const { page, problems } = await open(bannerMarkup(form, {}, answer, { clickUrl, publicUrl: served.url }))
    const ad = page.locator(form === 'picture' ? 'a > img' : 'iframe')
    const { width, height } = (await ad.boundingBox())!
    expect([width, height]).toEqual([300, 250])
    expect(await page.locator('a').getAttribute('href')).toBe(clickUrl)
    await page.waitForTimeout(LONG_ENOUGH_MS)
    const after = await totals()
    expect([after.impressions - before.impressions, after.viewable - before.viewable]).toEqual([1, 1])
    expect(problems).toEqual([])
  })

  it('is viewable once, when it was in view for a second without a break', async () => {
    const before = (await totals()).viewable
    const since = async () => (await totals()).viewable - before
    const { page } = await open(`<div style="height:2000px"></div>${tag('script', 'iab-300x250')}`)
    await adFrame(page)
    for (let glance = 0; glance < 3; glance++) {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
      await page.waitForTimeout(600)
      await page.evaluate(() => scrollTo(0, 0))
      await page.waitForTimeout(200)
    }
    expect(await since()).toBe(0)
    for (let look = 0; look < 2; look++) {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
      await page.waitForTimeout(LONG_ENOUGH_MS)
      await page.evaluate(() => scrollTo(0, 0))
      await page.waitForTimeout(100)
    }
    expect(await since()).toBe(1)
  })

  it('is not viewable in a tab behind another', async () => {
    const before = (await totals()).viewable
    const { page } = await open(tag('script', 'iab-300x250'), (hidden) =>
      hidden.addInitScript(() => {
        Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
      }),
    )
    await adFrame(page)
    await page.waitForTimeout(LONG_ENOUGH_MS)
    expect((await totals()).viewable - before).toBe(0)
  })

  it('in a SafeFrame tells the host its size, and believes what the host says is in view', async () => {
    const before = (await totals()).viewable
    const since = async () => (await totals()).viewable - before
    // The frame has no origin, as that of another site; only the API is the host's.
    const host =
      'window.registered = []; window.percent = 40;' +
      'window.$sf = { ext: { register: (w, h) => registered.push([w, h]), inViewPercentage: () => percent } }'
    const inside = `<script>${host}</script>${tag('script', 'iab-300x250')}`
    const html = `<iframe id="sf" width="300" height="250" sandbox="allow-scripts allow-popups" srcdoc='${inside}'></iframe>`
    const { page, problems } = await open(html)
    const safeFrame = (await adFrame(page)).parentFrame()!
    expect(await safeFrame.evaluate('[self.origin, registered]')).toEqual(['null', [[300, 250]]])
    await page.waitForTimeout(LONG_ENOUGH_MS)
    expect(await since()).toBe(0)
    await safeFrame.evaluate('percent = 50')
    await page.waitForTimeout(LONG_ENOUGH_MS)
    expect(await since()).toBe(1)
    expect(problems).toEqual([])
  })
})
