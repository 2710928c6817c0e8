import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { htmlCreative } from '../../templates/html-creative.ts'
import { createScene } from '../../templates/scene.ts'
import { BANNER, bannerRenderer, placement, testFonts, VALUES } from '../unit/templates/banner.ts'
import { describeInBrowser, openBrowser, openPage } from './chromium.ts'

describeInBrowser('an HTML5 creative', () => {
  let browser: Browser
  let folder: string
  beforeAll(async () => {
    browser = await openBrowser()
    folder = await mkdtemp(join(tmpdir(), 'polyad-creative-'))
  })
  afterAll(async () => {
    await browser.close()
    await rm(folder, { recursive: true })
  })

  it.each([true, false])(
    'opens what clickTag holds at the click (in one file: %s), and shows its pictures',
    async (selfContained) => {
      const fonts = await testFonts()
      const headline = { kind: 'text', text: '</script><img src=x onerror=alert(1)>' } as const
      const scene = createScene({
        template: BANNER,
        placement: placement('iab-300x250'),
        values: { ...VALUES, headline },
        locale: 'en-US',
        fonts,
      })
      const { files } = await htmlCreative(scene, bannerRenderer(fonts), {
        selfContained,
        clickUrl: 'https://shop.example/a',
        locale: 'en-US',
        title: 'x',
      })
      for (const { name, bytes } of files) {
        const path = join(folder, String(selfContained), name)
        await mkdir(dirname(path), { recursive: true })
        await writeFile(path, bytes)
      }
      const { page, problems } = await openPage(browser)
      await page.context().route(/^https:/, (route) => route.fulfill({ body: 'landed' }))
      await page.goto(pathToFileURL(join(folder, String(selfContained), 'index.html')).href)
      const widths = await page
        .locator('img')
        .evaluateAll((all) => all.map((each) => (each as HTMLImageElement).naturalWidth))
      expect(widths.length).toBe(2)
      expect(Math.min(...widths)).toBeGreaterThan(0)
      for (const set of [undefined, 'https://adserver.example/click?to=x']) {
        if (set) await page.evaluate((address) => Object.assign(window, { clickTag: address }), set)
        const [opened] = await Promise.all([page.context().waitForEvent('page'), page.locator('.ad').click()])
        await opened.waitForURL(/^https:/)
        expect(opened.url()).toBe(set ?? 'https://shop.example/a')
        await opened.close()
      }
      expect(problems).toEqual([])
    },
  )
})
