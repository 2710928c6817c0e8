import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import { TOO_SOON_MS } from '../../engine/tracking/filter.ts'
import type { AdUnitRow } from '../../web/api-client.ts'
import { describeInBrowser, openBrowser, openPage } from './chromium.ts'
import { largestDifference } from './pixels.ts'
import { type ServedWorkspace, serveWorkspace } from './workspace.ts'

const LANDING = 'https://driftpine.example'
/** Largest difference of one ad in two formats: up to 40 was seen, and from 69 on without its faintest line. */
const ALIKE = 55
/** Fits its box in every placement below, so that what is shown can be compared with it. */
const HEADLINE = '</style><script>x=1</script>'

describeInBrowser('an ad unit', () => {
  let served: ServedWorkspace
  let browser: Browser
  const opened: Page[] = []

  beforeAll(async () => {
    served = await serveWorkspace({ imported: true })
    browser = await openBrowser()
    const { example, write, post } = served
    const hostile = { id: 'hostile', text: { en: HEADLINE, es: HEADLINE } }
    for (const [name, headline] of [
      ['plain', undefined],
      ['hostile', { slot: 'headline', default: 'hostile', assets: [hostile] }],
    ] as const) {
      const slots = example.slots.map((slot) => (slot.slot === 'headline' && headline ? headline : slot))
      const exclude = headline ? [] : example.exclude
      await write(`campaigns/${name}.json`, {
        ...example,
        name,
        segments: ['asks-about-price'],
        holdoutShare: 0,
        slots,
        exclude,
      })
      await post(`/v1/campaigns/${name}/check`, { override: { reason: 'a test of ads' } })
    }
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()))
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })

  const decide = (campaign: string, placement: string) =>
    served.post<DecisionAnswer>('/v1/decisions', { campaign, placement, languages: ['en'] })

  async function open(address: string, viewport: { width: number; height: number }) {
    const watched = await openPage(browser, { viewport })
    opened.push(watched.page)
    await watched.page.goto(address)
    return watched
  }

  it('opens in its size, counts by its tracker, and leads to the landing page', async () => {
    const answer = await decide('plain', 'iab-300x250')
    const { page, problems } = await open(answer.html!, { width: 800, height: 600 })
    const ad = page.locator('a.ad')
    const { width, height } = (await ad.boundingBox())!
    expect([width, height]).toEqual([300, 250])
    expect(await ad.getAttribute('href')).toBe(answer.click)
    expect(await page.locator(`img[src="${answer.impression}"]`).count()).toBe(1)
    expect(problems).toEqual([])

    // A click so soon would be nobody's.
    await page.waitForTimeout(TOO_SOON_MS)
    await page.context().route(`${LANDING}/**`, (route) => route.fulfill({ body: 'landed' }))
    const [landing] = await Promise.all([page.context().waitForEvent('page'), ad.click()])
    await landing.waitForURL(`${LANDING}/**`)
    // Not in the ad's sandbox, where a shop could keep no cart.
    expect(await landing.evaluate(() => self.origin)).toBe(LANDING)
    const { totals } = await served.get<{ totals: object }>('/v1/campaigns/plain/report')
    expect(totals).toMatchObject({ impressions: 1, clicks: 1 })
  })

  it('shows markup in its copy as text, in an origin of its own', async () => {
    const answer = await decide('hostile', 'iab-300x250')
    const documents = [answer.html!, answer.image.replace(/\.jpg$/, '.svg')]
    for (const address of documents) {
      const { page, problems } = await open(address, { width: 300, height: 250 })
      const shown = await page.evaluate(() => ({
        text: document.documentElement.textContent.replaceAll(/\s/g, ''),
        scripts: document.querySelectorAll('script').length,
        ran: 'x' in window,
        origin: self.origin,
      }))
      expect(shown).toMatchObject({ scripts: 0, ran: false, origin: 'null' })
      expect(shown.text).toContain(HEADLINE.replaceAll(/\s/g, ''))
      expect(problems).toEqual([])
    }
  })

  it.each(['iab-300x250', 'iab-728x90', 'iab-160x600'])(
    'looks alike as document, drawing and picture: %s',
    async (placement) => {
      const cell = new URLSearchParams({
        segment: 'broad',
        locale: 'en-US',
        placement,
        from: '1234',
        limit: '1',
      })
      const { items } = await served.get<{ items: AdUnitRow[] }>(`/v1/campaigns/plain/ad-units?${cell}`)
      const { id, widthPx: width, heightPx: height } = items[0]!
      const file = (format: string) => `${served.url}/v1/ad-units/${id}.${format}`
      const jpg = new Uint8Array(await (await fetch(file('jpg'))).arrayBuffer())
      const pages: [address: string, lines: string][] = [
        [file('html'), 'a.ad span'],
        [file('svg'), 'text'],
      ]
      for (const [address, lines] of pages) {
        const { page } = await open(address, { width, height })
        const away = async () => largestDifference(jpg, await page.screenshot())
        expect(await away()).toBeLessThan(ALIKE)
        const texts = await page.locator(lines).all()
        expect(texts.length).toBeGreaterThanOrEqual(3)
        for (const text of texts) {
          await text.evaluate((line: HTMLElement | SVGElement) =>
            line.style.setProperty('visibility', 'hidden'),
          )
          expect(await away(), `without ${await text.textContent()}`).toBeGreaterThan(ALIKE)
          await text.evaluate((line: HTMLElement | SVGElement) => line.style.removeProperty('visibility'))
        }
      }
    },
  )
})
