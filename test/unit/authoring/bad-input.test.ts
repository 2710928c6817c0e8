import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { parseTemplate } from '../../../templates/check-template.ts'
import type { Fonts } from '../../../templates/fonts.ts'
import { htmlDocument } from '../../../templates/html.ts'
import { createScene } from '../../../templates/scene.ts'
import { sceneSvg } from '../../../templates/svg.ts'
import { BANNER, bannerJson, placement, testFonts, VALUES } from '../templates/banner.ts'

let fonts: Fonts
beforeAll(async () => {
  fonts = await testFonts()
})

const sceneOf = (text: string) =>
  createScene({
    template: BANNER,
    placement: placement('iab-300x250'),
    values: { ...VALUES, headline: { kind: 'text', text } },
    locale: 'en-US',
    fonts,
  })

/** A document with one value somewhere in it replaced. */
const spoilt = fc
  .tuple(fc.infiniteStream(fc.nat()), fc.anything({ withNullPrototype: true, maxDepth: 2 }))
  .map(([choices, value]) => {
    const document = bannerJson()
    let at: Record<string, unknown> = document
    for (let depth = 0; depth < 6; depth++) {
      const keys = Object.keys(at)
      const key = keys[choices.next().value % Math.max(1, keys.length)] ?? 'x'
      const next = at[key]
      const isLast = next === null || typeof next !== 'object' || choices.next().value % 3 === 0
      if (isLast) {
        at[key] = value
        break
      }
      at = next as Record<string, unknown>
    }
    return document
  })

describe('templates from outside', () => {
  it('any spoilt one is refused in words, or is laid out', () => {
    let refused = 0
    fc.assert(
      fc.property(spoilt, (document) => {
        try {
          const template = parseTemplate(document, 'x')
          createScene({
            template,
            placement: placement('iab-300x250'),
            values: VALUES,
            locale: 'en-US',
            fonts,
          })
        } catch (error) {
          expect(error).toBeInstanceOf(PolyadError)
          refused++
        }
      }),
      { numRuns: 300 },
    )
    expect(refused).toBeGreaterThan(100)
  })

  it('a colour that names itself, a layer that names a layer: there is nothing that could go round', () => {
    const loop = (changes: object) => ({ ...bannerJson(), ...changes })
    const box = { left: 0, top: 0, width: 1, height: 1 }
    const layers = [{ id: 'a', kind: 'shape', box, fill: 'slot:slot:accent' }]
    expect(() => parseTemplate(loop({ layers }), 'x')).toThrow('/fill')
    expect(() => parseTemplate(loop({ layers: [{ ...layers[0], fill: 'slot:headline' }] }), 'x')).toThrow(
      'of kind text',
    )
    expect(() =>
      parseTemplate(loop({ layers: [{ ...layers[0], box: { ...box, left: 'a.right' } }] }), 'x'),
    ).toThrow()
  })
})

describe('copy from outside', () => {
  it('a text of 100,000 characters is cut, with words, without, and of what no font has', () => {
    for (const text of [
      'word '.repeat(20_000),
      'W'.repeat(100_000),
      'ᚠ'.repeat(100_000),
      '\u0301'.repeat(100_000),
    ]) {
      const scene = sceneOf(text)
      const report = scene.texts.find(({ slot }) => slot === 'headline')
      if (report) expect(report.outcome, text.slice(0, 9)).toBe('truncated')
      expect(sceneSvg(scene).length).toBeLessThan(20_000)
    }
  })

  it('whatever a text holds, documents have the elements they have without it', () => {
    const elements = (html: string) => html.match(/<[a-z!/]/gi)?.length
    const html = (text: string) =>
      htmlDocument(sceneOf(text), {
        href: () => 'x.png',
        clickUrl: '',
        locale: 'en-US',
        title: text,
        clickTag: true,
      })
    const piece = fc.constantFrom(
      '<script>',
      '</script>',
      '</a>',
      '"',
      "'",
      '<!--',
      ']]>',
      '&lt;',
      '{{x}}',
      '${x}',
      'javascript:',
      '\u2028',
      '\u202e',
      '\u0000',
    )
    const plain = elements(html('plain'))
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 2 }), (pieces) => {
        const scene = sceneOf(`a${pieces.join('')}`)
        const lines = scene.layers.flatMap((layer) =>
          layer.kind === 'text' && layer.id === 'headline' ? layer.lines : [],
        )
        // Each further line is one span.
        expect(elements(html(`a${pieces.join('')}`))).toBe(plain! + 2 * (lines.length - 1))
        expect(sceneSvg(scene)).not.toMatch(/<script|<!--/)
      }),
    )
  })
})
