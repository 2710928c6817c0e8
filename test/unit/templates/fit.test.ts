import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type FitRequest, fitText } from '../../../templates/fit.ts'
import type { Fonts } from '../../../templates/fonts.ts'
import { lineBreaks } from '../../../templates/line-breaks.ts'
import { plainText } from '../../../templates/plain-text.ts'
import { testFonts } from './banner.ts'

let fonts: Fonts
beforeAll(async () => {
  fonts = await testFonts()
})

const BOX = {
  widthPx: 200,
  heightPx: 60,
  weight: 700,
  maxFontPx: 24,
  minFontPx: 10,
  maxLines: 3,
  lineHeight: 1.2,
  locale: 'en-US',
} as const

const word = fc.string({
  unit: fc.constantFrom(...'aeiourstlnWMil-,.’é', 'Ł', 'ไ', '京', '👍'),
  minLength: 1,
  maxLength: 14,
})
const texts = fc
  .array(word, { minLength: 1, maxLength: 14 })
  .map((words) => plainText(words.join(' ')))
  .filter((text) => text !== '')
const requests = fc.record({
  text: texts,
  widthPx: fc.integer({ min: 20, max: 600 }),
  heightPx: fc.integer({ min: 8, max: 300 }),
  weight: fc.constantFrom(400 as const, 700 as const),
  maxFontPx: fc.integer({ min: 12, max: 60 }),
  minFontPx: fc.integer({ min: 6, max: 12 }),
  maxLines: fc.integer({ min: 1, max: 6 }),
  lineHeight: fc.constantFrom(1, 1.2, 1.5),
  locale: fc.constant('en-US'),
})

const words = (text: string) => text.replace(/\s/g, '')

function insideBox(request: FitRequest): void {
  const { lines, fontPx } = fitText(request, fonts)
  expect(lines.length).toBeLessThanOrEqual(request.maxLines)
  expect(lines.length * fontPx * request.lineHeight).toBeLessThanOrEqual(request.heightPx + 0.01)
  for (const line of lines) expect(line.widthEm * fontPx).toBeLessThanOrEqual(request.widthPx + 0.01)
}

describe('fit', () => {
  it('is quick for a long text that no font has', () => {
    let measured = 0
    const counting = {
      ...fonts,
      measure(text: string, weight: 400 | 700) {
        measured += text.length
        return fonts.measure(text, weight)
      },
    }
    const text = '京'.repeat(2_000)
    const box = { ...BOX, widthPx: 900, heightPx: 300, maxFontPx: 400, minFontPx: 4, maxLines: 20 }
    expect(fitText({ ...box, text }, counting).missing).toEqual(['京'])
    // Word by word it would be some ten million.
    expect(measured / text.length).toBeLessThan(500)
  })

  it('keeps every text inside its box', () => {
    fc.assert(fc.property(requests, insideBox), { numRuns: 300 })
  })

  it('keeps every character unless it says truncated, and then begins with them and ends with an ellipsis', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { outcome, lines, fontPx } = fitText(request, fonts)
        const shown = words(lines.map(({ text }) => text).join(''))
        if (outcome === 'truncated') {
          expect(fontPx).toBe(request.minFontPx)
          if (shown !== '') expect(words(request.text).startsWith(shown.slice(0, -1))).toBe(true)
          if (shown !== '') expect(shown.endsWith('…')).toBe(true)
        } else {
          expect(shown).toBe(words(request.text))
          expect(outcome).toBe(fontPx === request.maxFontPx ? 'fits' : 'shrunk')
        }
      }),
      { numRuns: 300 },
    )
  })

  it('never gives longer text or a smaller box a larger size', () => {
    const sizeOf = (request: FitRequest) => {
      const { outcome, fontPx } = fitText(request, fonts)
      return outcome === 'truncated' ? 0 : fontPx
    }
    fc.assert(
      fc.property(requests, word, fc.double({ min: 0.3, max: 1, noNaN: true }), (request, more, share) => {
        const size = sizeOf(request)
        expect(sizeOf({ ...request, text: plainText(`${request.text} ${more}`) })).toBeLessThanOrEqual(size)
        expect(sizeOf({ ...request, widthPx: request.widthPx * share })).toBeLessThanOrEqual(size)
        expect(sizeOf({ ...request, heightPx: request.heightPx * share })).toBeLessThanOrEqual(size)
      }),
      { numRuns: 200 },
    )
  })

  it('uses the largest size that fits', () => {
    const fitted = fitText({ ...BOX, text: 'Weekends made for hiking in California' }, fonts)
    expect(fitted.outcome).toBe('shrunk')
    const larger = { ...BOX, text: 'Weekends made for hiking in California', minFontPx: fitted.fontPx + 0.5 }
    expect(fitText(larger, fonts).outcome).toBe('truncated')
  })

  it('leaves no line with one short word', () => {
    const { lines } = fitText(
      { ...BOX, text: 'Save a lot on every boot we have in stock', widthPx: 380 },
      fonts,
    )
    expect(lines.map(({ text }) => text)).toEqual(['Save a lot on every', 'boot we have in stock'])
  })

  it('leaves no word alone on the last line where that is asked, at the cost of a smaller size', () => {
    const text = 'Boots and tents for Bergbahnwanderer'
    const box = { ...BOX, text, widthPx: 290 }
    const shown = (avoidOrphans: boolean) => {
      const { lines, fontPx } = fitText({ ...box, avoidOrphans }, fonts)
      return [fontPx, ...lines.map((line) => line.text)]
    }
    expect(shown(false)).toEqual([24, 'Boots and tents for', 'Bergbahnwanderer'])
    expect(shown(true)).toEqual([24, 'Boots and tents', 'for Bergbahnwanderer'])
    fc.assert(
      fc.property(requests, (request) => {
        const { outcome, lines } = fitText({ ...request, avoidOrphans: true }, fonts)
        const plain = fitText(request, fonts)
        expect(outcome === 'truncated').toBe(plain.outcome === 'truncated')
        const last = lines.at(-1)?.text ?? ''
        const words = lineBreaks(request.text, 'en-US')
        if (outcome === 'truncated' || lines.length < 2 || words.length < 4) return
        // Alone only where two words go in no line of the box.
        if (lineBreaks(last, 'en-US').length === 1)
          expect(fitText({ ...request, text: last, minFontPx: request.minFontPx }, fonts).outcome).not.toBe(
            'truncated',
          )
      }),
      { numRuns: 200 },
    )
  })

  it('ends a line where the text does', () => {
    const { lines } = fitText({ ...BOX, text: 'One\nTwo three' }, fonts)
    expect(lines.map(({ text }) => text)).toEqual(['One', 'Two three'])
  })

  it('shows nothing in a box that no line fits in, and says truncated', () => {
    expect(fitText({ ...BOX, text: 'Hello', heightPx: 5 }, fonts)).toMatchObject({
      outcome: 'truncated',
      lines: [],
    })
  })
})

describe('line breaks', () => {
  const parts = (text: string, locale: string) => {
    const ends = lineBreaks(text, locale).map(({ position }) => position)
    return ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end))
  }

  it.each([
    ['en-US', 'up-to-date value $5.00', ['up-', 'to-', 'date ', 'value ', '$5.00']],
    ['th-TH', 'สวัสดีชาวโลก', ['สวัสดี', 'ชาว', 'โลก']],
    ['ja-JP', '東京都に住んでいます。', ['東京', '都', 'に', '住', 'んで', 'い', 'ます。']],
    ['zh-CN', '我们喜欢北京', ['我们', '喜欢', '北京']],
    ['ko-KR', '주말 여행', ['주말 ', '여행']],
    ['fr-FR', 'Vraiment\u00a0? Oui', ['Vraiment\u00a0? ', 'Oui']],
  ])('%s: %s', (locale, text, expected) => {
    expect(parts(text, locale)).toEqual(expected)
  })
})

describe('plain text', () => {
  it.each([
    ['spaces and tabs become one space', ' a \t b ', 'a b'],
    ['line feeds stay, once', 'a\r\n \n b', 'a\nb'],
    ['control characters go', 'a\u0000\u001bb', 'a b'],
    ['lone surrogates go', 'a\ud800b', 'a b'],
    ['reordering marks go', 'evil\u202egnp.exe', 'evilgnp.exe'],
    ['composed form', 'e\u0301', 'é'],
    ['no-break spaces stay', '25\u00a0%', '25\u00a0%'],
  ])('%s', (_name, text, expected) => {
    expect(plainText(text)).toBe(expected)
  })
})
