import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { describe } from 'vitest'

const executablePath = process.env['POLYAD_CHROMIUM'] || '/usr/bin/chromium'
const required = process.env['POLYAD_REQUIRE_BROWSER'] === '1'

/** A suite that needs a browser: skipped, saying so, where there is none; POLYAD_REQUIRE_BROWSER=1 makes that fail. */
export function describeInBrowser(title: string, suite: () => void): void {
  if (existsSync(executablePath) || required) describe(title, suite)
  else describe.skip(`${title} (skipped: no browser at ${executablePath}; POLYAD_CHROMIUM names one)`, suite)
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--font-render-hinting=none'] })
}

/** Headless browsers name themselves as such, and events of robots are kept apart. */
const PERSON =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'

/** A page in a context of its own, and all that went wrong in it: console, scripts, dialogs, requests. */
export interface WatchedPage {
  readonly page: Page
  readonly problems: readonly string[]
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ userAgent: PERSON, ...options })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('console', (message) => {
    const { url } = message.location()
    // A document opened by itself asks for an icon, which it need not have.
    if (/^(error|warning)$/.test(message.type()) && !url.endsWith('/favicon.ico')) {
      problems.push(`${message.text()} ${url}`)
    }
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText
    // A picture that was replaced before it came.
    if (reason !== 'net::ERR_ABORTED') problems.push(`${request.url()}: ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.url()} answered ${response.status()}`)
  })
  return { page, problems }
}
