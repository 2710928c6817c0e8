import { describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../core/time.ts'
import { judgeConversion } from '../../../engine/tracking/conversion.ts'

const MINUTE_MS = 60_000
const path = { decidedAtMs: 0, shownAtMs: 1_000, clickedAtMs: null, windows: { clickDays: 7, viewDays: 1 } }
const clicked = { ...path, clickedAtMs: 2_000 }

describe('judgeConversion', () => {
  it.each([
    ['just after the click', 3_000, clicked, { through: 'click' }],
    ['on the last millisecond of the click window', 2_000 + 7 * DAY_MS, clicked, { through: 'click' }],
    ['after both windows', 2_001 + 7 * DAY_MS, clicked, { apart: 'outside-window' }],
    ['by the shop clock 5 minutes before the click', 2_000 - 5 * MINUTE_MS, clicked, { through: 'click' }],
    ['without a click, a day after the showing', 1_000 + DAY_MS, path, { through: 'view' }],
    ['without a click, later', 1_001 + DAY_MS, path, { apart: 'outside-window' }],
    ['before the ad was shown', 1_000 - 5 * MINUTE_MS - 1, path, { apart: 'before-showing' }],
    ['without an impression, from the decision', DAY_MS, { ...path, shownAtMs: null }, { through: 'view' }],
    ['and not longer', DAY_MS + 1, { ...path, shownAtMs: null }, { apart: 'outside-window' }],
    [
      'a click that came only after it, so by the showing',
      1_000,
      { ...path, clickedAtMs: 20 * MINUTE_MS },
      { through: 'view' },
    ],
    [
      'by showing alone where that never counts',
      1_000,
      { ...path, windows: { clickDays: 7, viewDays: 0 } },
      { apart: 'outside-window' },
    ],
    [
      '29 days after a click where the campaign names no window',
      29 * DAY_MS,
      { ...clicked, windows: undefined },
      { through: 'click' },
    ],
  ])('%s', (_, atMs, given, expected) => {
    expect(judgeConversion(atMs, given)).toEqual(expected)
  })
})
