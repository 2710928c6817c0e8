import { describe, expect, it } from 'vitest'
import { DOUBLE_CLICK_MS, filterReason, judgeClicks, TOO_SOON_MS } from '../../../engine/tracking/filter.ts'

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

describe('filterReason', () => {
  it.each([
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
    ['Mozilla/5.0 (Linux; Android 6.0.1) Chrome/41 Mobile Safari/537.36 (compatible; bingbot/2.0)'],
    ['AdsBot-Google (+http://www.google.com/adsbot.html)'],
    ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)'],
    ['facebookexternalhit/1.1'],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36'],
    ['python-requests/2.31.0'],
    ['curl/8.5.0'],
    ['  '],
    [undefined],
  ])('knows the robot: %s', (userAgent) => {
    expect(filterReason({ userAgent, purposes: [] })).toBe('bot')
  })

  it.each([
    [IPHONE],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    ],
    ['Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36'],
    ['Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A)'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0'],
  ])('takes no person for one: %s', (userAgent) => {
    expect(filterReason({ userAgent, purposes: [] })).toBeNull()
  })

  it.each([['prefetch'], ['prefetch;prerender'], ['preview'], ['Prefetch;anonymous-client-ip']])(
    'knows what is fetched ahead: %s',
    (purpose) => {
      expect(filterReason({ userAgent: IPHONE, purposes: [purpose] })).toBe('prefetch')
    },
  )
})

describe('judgeClicks', () => {
  const click = (atMs: number, via: 'page' | 'server' = 'page') => ({ atMs, via })
  const judged = (impressionAtMs: number | null, ...clicks: ReturnType<typeof click>[]) => {
    const { counted, apart } = judgeClicks(impressionAtMs, clicks)
    return [counted?.atMs ?? null, ...apart.map(({ click: { atMs }, reason }) => `${atMs} ${reason}`)]
  }

  it('takes the first click that a person could make, and tells the others apart', () => {
    const shown = 1_000
    expect(judged(shown, click(9_000), click(1_000), click(1_000 + TOO_SOON_MS), click(2_000))).toEqual([
      1_000 + TOO_SOON_MS,
      '1000 too-soon',
      '2000 double-click',
      '9000 repeat',
    ])
  })

  it('calls a click again a double click only within its time', () => {
    expect(judged(null, click(0), click(DOUBLE_CLICK_MS - 1), click(DOUBLE_CLICK_MS))).toEqual([
      0,
      `${DOUBLE_CLICK_MS - 1} double-click`,
      `${DOUBLE_CLICK_MS} repeat`,
    ])
  })

  it('judges no click by time that a server sent, that came before the impression, or that has none', () => {
    expect(judged(1_000, click(1_000, 'server'))).toEqual([1_000])
    expect(judged(1_000, click(999))).toEqual([999])
    expect(judged(null, click(5))).toEqual([5])
    expect(judged(1_000)).toEqual([null])
  })
})
