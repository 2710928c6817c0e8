import { describe, expect, it } from 'vitest'
import { loadPlan } from '../../../engine/campaign/load-plan.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { createCopyTable } from '../../../engine/generate/copy-table.ts'
import { brandReasons, brandWarnings, checkBrand } from '../../../engine/guard/brand-check.ts'
import { checkBasis } from '../../../engine/guard/require-checked.ts'
import { usedTexts } from '../../../engine/guard/used-texts.ts'
import { createAvailability } from '../../../engine/space/availability.ts'
import { type Brand, forbiddenIn, parseBrand } from '../../../templates/brand.ts'
import { OPTIONS, workspace } from '../campaign/memory-workspace.ts'
import { COPY, smallPlan, WIDE } from '../space/small-plan.ts'
import { testFonts } from '../templates/banner.ts'

const fonts = await testFonts()
const LINE = 'Terms apply.'

const plan: Plan = (() => {
  const made = smallPlan({
    locales: ['en-US', 'de-DE'],
    placements: [WIDE, COPY],
    slots: [
      {
        slot: 'headline',
        default: 'a',
        assets: [
          { id: 'a', text: { en: 'The cheapest walks', de: 'Wandern' } },
          { id: 'b', text: { en: 'Walks', de: 'Billigflüge' } },
        ],
      },
      { slot: 'legal', default: 'a', assets: [{ id: 'a', text: { en: `Offer. ${LINE}`, de: 'Angebot.' } }] },
      {
        slot: 'accent',
        default: 'a',
        assets: [
          { id: 'a', colour: '#112233' },
          { id: 'old', colour: '#ff00ff', retired: true },
        ],
      },
      { slot: 'logo', default: 'a', assets: [{ id: 'a', file: 'assets/logo.png' }] },
    ],
  })
  const text = (slot: string, left: number) =>
    ({
      id: slot,
      kind: 'text',
      slot,
      box: { left, width: 200, top: 10, height: 40 },
      colour: slot === 'legal' ? '#ABCDEF80' : 'slot:accent',
      maxFontPx: 20,
      minFontPx: 8,
    }) as const
  const layers = [
    text('headline', 60),
    text('legal', 300),
    { id: 'logo', kind: 'image', slot: 'logo', box: { left: 10, width: 40, top: 10, height: 40 } } as const,
  ]
  return { ...made, template: { ...made.template, layers } }
})()

function found(brand: Brand) {
  const copy = createCopyTable(plan)
  return checkBrand(plan, brand, usedTexts(plan, copy, createAvailability(plan, copy)), fonts)
}

describe('brand file', () => {
  it('finds colours of layers and of assets in use that are not allowed, each once', () => {
    expect(found({ colours: ['#abcdef', '#112233'] })).toEqual([])
    expect(found({ colours: ['#000000'] })).toMatchObject([
      { rule: 'colours', count: 2, found: ['layer legal has the colour #ABCDEF80', 'accent/a is #112233'] },
    ])
  })

  it('finds font families that are not allowed', () => {
    expect(found({ fonts: ['Inter'] })).toEqual([])
    expect(found({ fonts: ['Comic Neue'] })[0]!.found[0]).toContain('is drawn with Inter')
  })

  it('finds forbidden words by language, as whole words', () => {
    expect(found({ forbiddenWords: { en: ['CHEAPEST', 'walk'], de: ['billig'] } })).toMatchObject([
      {
        rule: 'forbiddenWords',
        count: 1,
        found: [expect.stringContaining('headline/a (en-US) says "CHEAPEST"')],
      },
    ])
    expect(found({ forbiddenWords: { '*': ['wandern', 'Billigflüge'] } })[0]!.count).toBe(2)
  })

  it.each([
    ['the BEST  deal', 'best deal', 'en-US', true],
    ['bestdeals', 'best', 'en-US', false],
    ['ｂｅｓｔ!', 'best', 'en-US', true],
    ['cafés', 'café', 'fr-FR', false],
    ['무료로 드려요', '무료', 'ko-KR', true],
    ['ราคาถูกที่สุด', 'ถูกที่สุด', 'th-TH', true],
    ['ISTANBUL', 'ıstanbul', 'tr-TR', true],
    ['100 %', '10', 'en-US', false],
    ['𝐅𝐫𝐞𝐞', 'free', 'en-US', true],
    ['free𐐀', 'free', 'en-US', false],
  ])('%j holds %j in %s: %s', (text, word, locale, holds) => {
    expect(forbiddenIn({ forbiddenWords: { '*': [word] } }, text, locale)).toEqual(holds ? [word] : [])
  })

  it('asks for the line in all texts of one slot, in each placement and locale', () => {
    expect(found({ requiredLine: { en: LINE } })).toEqual([])
    expect(found({ requiredLine: { '*': LINE } })).toMatchObject([
      {
        rule: 'requiredLine',
        count: 2,
        found: [expect.stringContaining('of wide (de-DE)'), expect.stringContaining('of copy (de-DE)')],
      },
    ])
  })

  it('keeps texts from the logo', () => {
    expect(found({ logo: { slot: 'logo', clearShare: 0.25 } })).toEqual([])
    expect(found({ logo: { slot: 'logo', clearShare: 0.26 } })).toMatchObject([
      { rule: 'logo', count: 1, found: [expect.stringContaining('layer headline comes nearer')] },
    ])
  })

  it('refuses what the file says it refuses, and warns of the rest', () => {
    const findings = found({
      colours: ['#000000'],
      forbiddenWords: { en: ['cheapest'] },
      refuse: ['forbiddenWords'],
    })
    expect(brandReasons(findings)).toMatchObject([
      { code: 'BRAND', text: expect.stringContaining('cheapest') },
    ])
    expect(brandWarnings(findings)).toEqual([
      'brand.json, colours: layer legal has the colour #ABCDEF80 (and 1 more)',
    ])
  })

  it('is part of the plan, and its change makes a check stale', async () => {
    const ports = await workspace()
    const { plan: without } = await loadPlan(ports, 'spring', OPTIONS)
    expect(without).not.toHaveProperty('brand')
    const files = {
      read: async (path: string) =>
        path === 'brand.json' ? Buffer.from('{"fonts": ["Inter"]}') : ports.files.read(path),
    }
    const { plan: branded } = await loadPlan({ ...ports, files }, 'spring', OPTIONS)
    expect(branded.brand).toEqual({ fonts: ['Inter'] })
    expect(checkBasis(branded)).not.toBe(checkBasis(without))
  })

  it.each([
    ['{', 'it is no JSON'],
    ['{"colors": []}', 'colors'],
    ['{"colours": ["red"]}', 'a colour such as'],
    ['{"refuse": ["everything"]}', '/refuse/0'],
  ])('refuses %s', (text, message) => {
    expect(() => parseBrand(Buffer.from(text))).toThrow(message)
  })
})
