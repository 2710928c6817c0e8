import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { applyRollUp } from '../../engine/guard/apply-roll-up.ts'
import type { CheckReport } from '../../engine/guard/check-report.ts'
import type { Report } from '../../engine/reporting/report.ts'
import { describeInBrowser, openBrowser, openPage, type WatchedPage } from './chromium.ts'
import { type ServedWorkspace, serveWorkspace } from './workspace.ts'

const MARKUP = '</title></script><script>hacked=1</script><img src="x" onerror="hacked=1">'
const HOSTILE_HEADLINE = '</script><img onerror=hacked=1>'
/** Of the workspace's 2,000: enough in each of two arms for the report to compare them. */
const PEOPLE = 800
const whole = new Intl.NumberFormat('en')

describeInBrowser('the page', () => {
  let served: ServedWorkspace
  let browser: Browser
  const opened: Page[] = []

  beforeAll(async () => {
    served = await serveWorkspace({ imported: true })
    browser = await openBrowser()
    const { example, write, post, workspace } = served
    // Rolled up by the guard, and with traffic.
    await write('campaigns/open-road.json', { ...example, broadControlShare: 0.5 })
    await post('/v1/campaigns/open-road/check', {})
    await applyRollUp(workspace.ports, 'open-road')
    await post('/v1/campaigns/open-road/check', {})
    await served.simulate('open-road', PEOPLE)
    // As fine as it was written, against the guard's advice, and shown to nobody.
    const { segments } = example
    await write('campaigns/every-corner.json', { ...example, name: 'every-corner', title: 'Every corner' })
    expect(segments).toContainEqual({ grid: 'usa' })
    await post('/v1/campaigns/every-corner/check', { override: { reason: MARKUP } })
    // With markup wherever people write text.
    await write('segments/hostile.json', { name: 'hostile', title: MARKUP, rule: { intent: true } })
    const headline = {
      slot: 'headline',
      default: 'markup',
      assets: [{ id: 'markup', text: { en: HOSTILE_HEADLINE, es: HOSTILE_HEADLINE } }],
    }
    await write('campaigns/hostile.json', {
      ...example,
      name: 'hostile',
      title: MARKUP,
      segments: ['hostile'],
      exclude: [],
      slots: [headline, ...example.slots.filter(({ slot }) => slot !== 'headline')],
    })
    await post('/v1/campaigns/hostile/check', {})
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.context().close()))
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })

  async function open(campaign: string, size = { width: 1280, height: 900 }): Promise<WatchedPage> {
    const watched = await openPage(browser, { viewport: size })
    opened.push(watched.page)
    await watched.page.goto(`${served.url}/#${campaign}`)
    await loaded(watched.page)
    return watched
  }

  /** Every section has its data, or says why not. */
  async function loaded(page: Page): Promise<void> {
    await page.waitForFunction(
      () =>
        document.querySelector('#sections')!.checkVisibility() &&
        !document.querySelector('[aria-busy]') &&
        [...document.querySelectorAll('#sections .panel')].every((panel) => panel.childElementCount > 0),
    )
  }

  /** Scrolls to the tearsheet and waits for its pictures. */
  async function loadTearsheet(page: Page): Promise<void> {
    await page.locator('.sheet').scrollIntoViewIfNeeded()
    await page.waitForSelector('.sheet:not([aria-busy]) .ad')
    await picturesDecoded(page)
  }

  async function picturesDecoded(page: Page): Promise<void> {
    await page.waitForSelector('.sheet:not([aria-busy]) .ad')
    await page.evaluate(() => {
      for (const image of document.querySelectorAll<HTMLImageElement>('.ad img')) image.loading = 'eager'
    })
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLImageElement>('.ad img')].every((image) => image.complete),
    )
  }

  const texts = (page: Page, selector: string) => page.locator(selector).allTextContents()
  const check = (name: string) => served.get<CheckReport>(`/v1/campaigns/${name}/check`)
  const report = (name: string, by = 'segment') => served.get<Report>(`/v1/campaigns/${name}/report?by=${by}`)

  /** The large numbers by their labels; the whole number where a short one is shown. */
  function figures(page: Page): Promise<Record<string, string>> {
    return page
      .locator('.figure')
      .evaluateAll((tiles) =>
        Object.fromEntries(
          tiles.map((tile) => [
            tile.querySelector('dt')!.textContent,
            tile.querySelector('dd')!.title || tile.querySelector('dd')!.textContent,
          ]),
        ),
      )
  }

  it('loads without an error and without a failed request', async () => {
    const { page, problems } = await open('open-road')
    await loadTearsheet(page)
    expect(problems).toEqual([])
    expect(await page.title()).toContain('Open Road')
  })

  it('runs no script that is not a file of the server', async () => {
    const { page, problems } = await open('open-road')
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'document.title = "hacked"'
      document.body.append(script)
    })
    expect(await page.title()).not.toBe('hacked')
    expect(problems.join()).toContain('Content Security Policy')
  })

  it('says "not enough data", and of nothing served, before there is traffic', async () => {
    expect(await report('every-corner')).toMatchObject({ comparison: { enough: false }, simulated: false })
    const { page } = await open('every-corner')
    expect(await page.locator('#simulated').isVisible()).toBe(false)
    expect(await page.locator('#comparison .verdict').textContent()).toBe('Not enough data')
    expect(await page.locator('#comparison svg').count()).toBe(0)
    expect(await page.locator('#breakdown').textContent()).toContain('Nothing was served yet')
    expect(await figures(page)).toMatchObject({ 'People served': '0', 'Clicks per impression': '–' })
  })

  it('shows every segment when asked', async () => {
    const { leaves } = await check('every-corner')
    const { page } = await open('every-corner')
    expect(await page.locator('.bar-row').count()).toBe(15)
    await page.getByRole('button', { name: `Show all ${whole.format(leaves.length)}` }).press('Enter')
    expect(await texts(page, '.bar-name')).toEqual(leaves.map(({ title }) => title))
    const focused = await page.evaluate(() => document.activeElement?.querySelector('.bar-name')?.textContent)
    expect(focused).toBe(leaves[15]!.title)
  })

  it('puts the guard’s roll-up beside what it was made of', async () => {
    const { page } = await open('open-road')
    const { revision, before: after } = await check('open-road')
    const { before } = await served.get<CheckReport>(`/v1/campaigns/open-road/check?revision=${revision - 1}`)
    const row = (label: string) => texts(page, `.compare tbody tr:has(th:text-is("${label}")) td`)
    expect(before.leaves).toBeGreaterThan(after.leaves)
    expect(await texts(page, '.compare thead th')).toEqual(['', 'As written', 'Rolled up'])
    expect(await row('Segments')).toEqual([before.leaves, after.leaves].map((n) => whole.format(n)))
    expect(await row('Too small to be read')).toEqual([
      whole.format(before.starvedLeaves),
      String(after.starvedLeaves),
    ])
    expect(await row('Budget that teaches nothing')).toEqual([
      `${(before.unreadableBudgetShare * 100).toFixed(1)} %`,
      '0 %',
    ])
    expect(await page.locator('#check .verdict').textContent()).toBe('Passed')
    const { readable } = await check('open-road')
    const words = await page.locator('#check').textContent()
    expect(words).toContain('so 0 % of the broad audience is lost')
    expect(words).toContain(`${readable.leaves} of ${after.leaves} segments can read that alone`)
  })

  it('shows the numbers of the API, and says that its traffic was simulated', async () => {
    const { totals, comparison, simulated } = await report('open-road')
    expect(simulated).toBe(true)
    const { adUnits, leaves } = await check('open-road')
    const { page } = await open('open-road')
    expect(await page.locator('#simulated').textContent()).toBe('Simulated traffic')
    expect(await figures(page)).toEqual({
      'Ad units': whole.format(BigInt(adUnits.count)),
      Segments: whole.format(leaves.length),
      'People served': whole.format(totals.people),
      Impressions: whole.format(totals.impressions),
      Clicks: whole.format(totals.clicks),
      'Clicks per impression': `${((totals.clicks / totals.impressions) * 100).toFixed(1)} %`,
    })

    const chart = page.getByRole('img', { name: 'Broad against narrow: clicks per person' })
    if (!comparison.enough) throw new Error('too few people came')
    const rate = comparison.narrow.goalEventsPerPerson.value.toPrecision(3)
    expect(await chart.locator('desc').textContent()).toContain(
      `Narrow ${rate}, between ${comparison.narrow.goalEventsPerPerson.low!.toPrecision(3)}`,
    )
    expect(await page.locator('#comparison').textContent()).toContain(comparison.text)
    const box = (await chart.boundingBox())!
    const panel = (await page.locator('#comparison').boundingBox())!
    expect(box.width / panel.width).toBeGreaterThan(0.5)
  })

  it('shows narrow against broad by segment, and what each option brings, as the report says', async () => {
    const { leaves, elements } = await report('open-road')
    const { page } = await open('open-road')
    const shown = leaves.rows.slice(0, 10)
    expect(await texts(page, '#leaf-lifts tbody th')).toEqual(shown.map(({ title }) => title))
    expect(await texts(page, '#leaf-lifts tbody td.words')).toEqual(shown.map(({ text }) => text))
    expect(await texts(page, '#elements h3')).toEqual(elements.slots.map(({ slot }) => slot))
    // Some slot has few enough options for each to have enough data; a table shows the first ten.
    const told = elements.slots.map(
      ({ options }) =>
        options.slice(0, 10).filter((option) => !option.hidden && option.relativeEffect).length,
    )
    expect(Math.max(...told)).toBeGreaterThan(1)
    for (const [at, { slot }] of elements.slots.entries()) {
      const table = page.getByRole('region', { name: `Options of ${slot}` })
      expect(await table.locator('svg').count()).toBe(told[at])
    }
    const long = elements.slots.find(({ options }) => options.length > 10)!
    const table = page.getByRole('region', { name: `Options of ${long.slot}` })
    expect(await table.locator('tbody tr').count()).toBe(10)
    await page.getByRole('button', { name: `Show all ${long.options.length}`, exact: true }).press('Enter')
    expect(await table.locator('tbody th').allTextContents()).toEqual(
      long.options.map(({ option }) => option),
    )
  })

  it('shows on a phone what each row says before anybody scrolls, and no columns of effects where there are none', async () => {
    const { elements } = await report('open-road')
    const { page } = await open('open-road', { width: 390, height: 844 })
    for (const { slot, options } of elements.slots) {
      const table = page.getByRole('region', { name: `Options of ${slot}` })
      const [frame, said] = [await table.boundingBox(), await table.locator('td.words').first().boundingBox()]
      expect(said!.x + said!.width).toBeLessThanOrEqual(frame!.x + frame!.width)
      const heads = await table.locator('thead th').allTextContents()
      const hasEffects = options.some((option) => !option.hidden && option.relativeEffect)
      expect(heads.includes('q')).toBe(hasEffects)
      expect(heads.slice(0, 2)).toEqual(['Option', 'What it says'])
    }
  })

  it('breaks the numbers down by what one chooses', async () => {
    const { page } = await open('open-road')
    await page.getByRole('combobox', { name: 'Numbers by', exact: true }).selectOption('headline')
    await page.waitForSelector('.numbers thead th:text-is("Headline")')
    const { rows } = await report('open-road', 'headline')
    const first = rows.find((row) => !row.hidden)!
    const shown = await texts(page, `.numbers tbody tr:has(th:text-is("${first.title}")) td`)
    if (first.hidden) throw new Error('not hidden')
    expect(shown.slice(0, 3)).toEqual([first.people, first.impressions, first.clicks].map(String))
    const hidden = rows.filter((row) => row.hidden)
    expect(await page.locator('.numbers td.quiet').count()).toBe(hidden.length)
  })

  it('has a tearsheet of real pictures that follows placement, language and page', async () => {
    const { page, problems } = await open('open-road')
    await loadTearsheet(page)
    const sheet = () =>
      page.locator('.ad img').evaluateAll((images) =>
        (images as HTMLImageElement[]).map(({ src, alt, naturalWidth, naturalHeight, width }) => ({
          src,
          alt,
          natural: [naturalWidth, naturalHeight],
          width,
        })),
      )
    const first = await sheet()
    expect(first).toHaveLength(12)
    for (const { natural, width } of first) expect([...natural, width]).toEqual([300, 250, 300])

    const choose = (name: string, value: string) =>
      page.getByRole('combobox', { name, exact: true }).selectOption(value)
    await choose('Placement', 'iab-728x90')
    await page.waitForSelector('.ad img[width="728"]')
    await picturesDecoded(page)
    for (const { natural, width } of await sheet()) expect([...natural, width]).toEqual([728, 90, 728])

    await choose('Placement', 'iab-300x250')
    await page.waitForSelector('.ad img[width="300"]')
    await choose('Language', 'es-US')
    await page.waitForFunction((was) => !document.querySelector(`.ad img[alt="${was}"]`), first[0]!.alt)
    await picturesDecoded(page)
    const spanish = await sheet()
    expect(spanish[0]!.alt).toContain('La carretera te llama')

    expect(await page.getByRole('button', { name: 'Back' }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'More' }).press('Enter')
    await page.waitForSelector('output:has-text("Ad units 5 to 8")')
    await picturesDecoded(page)
    const second = await sheet()
    expect(second.filter(({ src }) => spanish.some((before) => before.src === src))).toEqual([])
    await page.getByRole('button', { name: 'Back' }).press('Enter')
    await page.waitForSelector('output:has-text("Ad units 1 to 4")')
    await picturesDecoded(page)
    expect((await sheet()).map(({ src }) => src)).toEqual(spanish.map(({ src }) => src))
    expect(problems).toEqual([])
  })

  it('shows markup in titles, reasons and copy as text', async () => {
    const { page, problems } = await open('hostile')
    await loadTearsheet(page)
    expect(await page.locator('h1:visible').textContent()).toBe(MARKUP)
    expect(await texts(page, '#campaign option:checked')).toEqual([MARKUP])
    expect(await texts(page, '.bar-name')).toEqual([MARKUP])
    expect(await page.locator('.ad img').first().getAttribute('alt')).toContain(HOSTILE_HEADLINE)
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await page.locator('main img:not(.ad img), body script').count()).toBe(0)
    expect(problems).toEqual([])
    const overridden = await open('every-corner')
    expect(await overridden.page.locator('#check').textContent()).toContain(`: ${MARKUP}`)
    expect(overridden.problems).toEqual([])
  })

  it('is used by keyboard alone, and shows where one is', async () => {
    const { page } = await open('open-road')
    await loadTearsheet(page)
    await page.evaluate(() => scrollTo(0, 0))
    const rings: string[] = []
    for (let presses = 0; presses < 200; presses++) {
      await page.keyboard.press('Tab')
      const ring = await page.evaluate(() => {
        const at = document.activeElement
        if (!at || at === document.body || 'reached' in (at as HTMLElement).dataset) return undefined
        ;(at as HTMLElement).dataset['reached'] = ''
        const { outlineStyle, outlineWidth } = getComputedStyle(at)
        const { left, top, width } = at.getBoundingClientRect()
        const inSight = width > 0 && left >= 0 && top >= 0 && top < innerHeight
        return inSight && outlineStyle === 'solid' && Number.parseFloat(outlineWidth) >= 2
          ? 'seen'
          : at.outerHTML
      })
      if (ring === undefined) break
      rings.push(ring)
    }
    expect(rings.length).toBeGreaterThan(15)
    expect(rings.filter((ring) => ring !== 'seen')).toEqual([])
    const missed = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('a[href], button, select, input, summary, [tabindex="0"]')]
        .filter(
          (each) => each.checkVisibility() && !each.matches(':disabled') && !('reached' in each.dataset),
        )
        .map((each) => each.outerHTML),
    )
    expect(missed).toEqual([])
  })

  it.each(['open-road', 'every-corner', 'hostile'])('fits a screen of 375 px: %s', async (campaign) => {
    const { page } = await open(campaign, { width: 375, height: 800 })
    await loadTearsheet(page)
    for (const folded of await page.locator('summary').all()) await folded.click()
    const wide = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      ...[...document.querySelectorAll('main *')]
        .filter((each) => !each.closest('.scroll, svg') && each.getBoundingClientRect().right > 375.5)
        .map((each) => each.outerHTML.slice(0, 200)),
    ])
    expect(wide).toEqual([375])
  })

  it('tells in each section what it could not load, and shows the others', async () => {
    const { page } = await openPage(browser)
    opened.push(page)
    const problem = { status: 503, json: { title: 'overloaded', detail: 'too many reports at once' } }
    await page.route('**/report?*', (route) => route.fulfill(problem))
    await page.goto(`${served.url}/#open-road`)
    await loaded(page)
    expect(await texts(page, '#comparison .problem, #breakdown .problem')).toEqual(
      Array(2).fill('too many reports at once'),
    )
    expect(await page.locator('.bar-row').count()).toBeGreaterThan(5)
    expect(await page.locator('.compare').count()).toBe(1)
    expect((await figures(page))['Clicks']).toBe('–')

    await page.unroute('**/report?*')
    await page.route('**/v1/campaigns', (route) => route.fulfill(problem))
    await page.reload()
    await page.waitForSelector('#problem:has-text("too many reports at once")')
    expect(await page.locator('#sections, #loading').filter({ visible: true }).count()).toBe(0)

    await page.unroute('**/v1/campaigns')
    await page.route('**/check', (route) => route.abort())
    await page.reload()
    await loaded(page)
    expect(await texts(page, '#check .problem, #segments .problem, #headline-text .problem')).toEqual(
      Array(3).fill('The server does not answer; is it still running?'),
    )
    expect(await page.locator('#comparison svg').count()).toBe(1)
    await loadTearsheet(page)
  })
})

describeInBrowser('the page of a workspace without data', () => {
  let served: ServedWorkspace
  let browser: Browser
  beforeAll(async () => {
    served = await serveWorkspace({ imported: false })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })

  it('says what is missing and what to do about it', async () => {
    const { page } = await openPage(browser)
    await page.goto(served.url)
    await page.waitForSelector('#check .verdict')
    expect(await page.locator('#headline-text').textContent()).toContain('import mentions first')
    expect(await page.locator('#check').textContent()).toContain('polyad check open-road')
    await page.locator('.sheet').scrollIntoViewIfNeeded()
    await page.waitForSelector('.sheet .problem')
    expect(await page.locator('.sheet').textContent()).toContain('polyad import FILE')

    await served.remove('campaigns/open-road.json')
    await page.reload()
    await page.waitForSelector('#no-campaign:visible')
    expect(await page.locator('#no-campaign').textContent()).toContain('campaigns/NAME.json')
    expect(await page.locator('#sections').isVisible()).toBe(false)
  })
})
