import { decodeXML } from 'entities'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { escapeAttribute, escapeText, safeUrl } from '../../../templates/escape.ts'
import type { Fonts } from '../../../templates/fonts.ts'
import { htmlDocument } from '../../../templates/html.ts'
import type { Scene } from '../../../templates/scene.ts'
import { sceneSvg } from '../../../templates/svg.ts'
import { BANNER, bannerScene, testFonts, VALUES } from './banner.ts'
import { readMarkup } from './markup.ts'

let fonts: Fonts
beforeAll(async () => {
  fonts = await testFonts()
})

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='x",
  '&lt;b&gt; &amp; &#0;',
  ']]> <!-- -->',
  '</text></svg><svg onload=alert(1)>',
  'javascript:alert(1)',
  '${MACRO} {{state}} {{{raw}}}',
  '\u0000\u0008\ud800\uffff',
  '\u202egnp.exe',
  '=HYPERLINK("http://evil.example")',
]
const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string()), { maxLength: 3 })
    .map((parts) => parts.join(' ')),
)

const htmlOf = (scene: Scene, clickUrl = 'https://shop.example/') =>
  htmlDocument(scene, {
    href: (image) => `https://cdn.example/${image.file}`,
    clickUrl,
    impressionUrl: 'https://t.example/i/abc?x=1&y=2',
    locale: 'en-US',
    title: 'Spring',
  })

/** What a picture file may be called and every text slot hold, all at once. */
const hostileValues = fc.tuple(anyText, anyText, anyText, anyText).map(([headline, offer, cta, file]) => ({
  ...VALUES,
  photo: { kind: 'image' as const, file },
  headline: { kind: 'text' as const, text: headline },
  offer: { kind: 'text' as const, text: offer },
  cta: { kind: 'text' as const, text: cta },
}))

describe('escaping', () => {
  it('any text in any slot adds no element and no attribute to the SVG, and reads back as it was', () => {
    const usual = new Set(readMarkup(sceneSvg(bannerScene(fonts, 'iab-300x250'))).tags)
    fc.assert(
      fc.property(hostileValues, (values) => {
        const scene = bannerScene(fonts, 'iab-300x250', values)
        const markup = readMarkup(sceneSvg(scene))
        expect(markup.tags.filter((tag) => !usual.has(tag))).toEqual([])
        const runs = scene.layers.flatMap((layer) =>
          layer.kind === 'text' ? layer.lines.flatMap((line) => line.runs.map((run) => run.text)) : [],
        )
        // Runs from right to left stand between marks of their direction.
        expect(markup.textOf('tspan').map((text) => text.replaceAll('\u200f', ''))).toEqual(runs)
      }),
      { numRuns: 200 },
    )
  })

  it('any text in any slot adds no element and no attribute to the HTML, and reads back as it was', () => {
    const usual = new Set(readMarkup(htmlOf(bannerScene(fonts, 'iab-300x250'))).tags)
    fc.assert(
      fc.property(hostileValues, (values) => {
        const scene = bannerScene(fonts, 'iab-300x250', values)
        const markup = readMarkup(htmlOf(scene))
        expect(markup.tags.filter((tag) => !usual.has(tag))).toEqual([])
        expect(markup.textOf('script')).toEqual([])
        const lines = scene.layers.flatMap((layer) =>
          layer.kind === 'text' ? layer.lines.map((line) => line.runs.map((run) => run.text).join('')) : [],
        )
        expect(markup.textOf('span')).toEqual(lines.filter((line) => line !== ''))
      }),
      { numRuns: 200 },
    )
  })

  it('a layer id and a colour cannot carry markup: the door refuses them', () => {
    expect(BANNER.layers.every(({ id }) => /^[a-z][A-Za-z0-9-]*$/.test(id))).toBe(true)
    const accent = { kind: 'colour' as const, colour: 'red" onload="x' }
    expect(() => bannerScene(fonts, 'iab-300x250', { ...VALUES, accent })).toThrow('is no colour')
  })

  it('text and attributes read back as they were, less what no document can hold', () => {
    const holds = (text: string) =>
      text.replace(
        /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udfff]/gu,
        '\ufffd',
      )
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decodeXML(escapeText(text))).toBe(holds(text))
        expect(escapeText(text)).not.toMatch(/[<>]/)
        expect(decodeXML(escapeAttribute(text))).toBe(holds(text))
        expect(escapeAttribute(text)).not.toMatch(/[<>"'\n\r\t]/)
      }),
    )
  })
})

describe('addresses', () => {
  it.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '//evil.example',
    '/path',
    'file:///etc/passwd',
    '',
  ])('%s becomes no link', (address) => {
    expect(safeUrl(address)).toBeUndefined()
    expect(readMarkup(htmlOf(bannerScene(fonts, 'iab-320x50'), address)).attribute('href')).toEqual([])
  })

  it('any text is an http(s) address or nothing, and carries no quote', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), anyText), (address) => {
        const url = safeUrl(address)
        if (url !== undefined) expect(url).toMatch(/^https?:\/\/[^\s"<>]+$/)
      }),
    )
  })

  it('keeps query parameters whole', () => {
    const address = 'https://shop.example/a?b=1&c=%22x%22'
    expect(readMarkup(htmlOf(bannerScene(fonts, 'iab-320x50'), address)).attribute('href')).toEqual([address])
  })
})
