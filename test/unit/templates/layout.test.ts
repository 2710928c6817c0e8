import { beforeAll, describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { PLACEMENTS } from '../../../data/placements.ts'
import { parseTemplate } from '../../../templates/check-template.ts'
import type { Fonts } from '../../../templates/fonts.ts'
import { layOut, safeBox } from '../../../templates/layout.ts'
import { createScene } from '../../../templates/scene.ts'
import type { SlotValues } from '../../../templates/slot-values.ts'
import { BANNER, bannerJson, placement, testFonts } from './banner.ts'

type Json = { [key: string]: Json & Json[] } & Record<string, unknown>

function refusal(change: (template: Json) => void): string {
  const template = bannerJson() as Json
  change(template)
  try {
    parseTemplate(template, 'templates/x/template.json')
  } catch (error) {
    if (error instanceof PolyadError && error.code === 'INPUT_INVALID') return error.message
    throw error
  }
  return 'accepted'
}

const boxesOf = (placementId: string) =>
  Object.fromEntries(layOut(BANNER, placement(placementId)).map(({ layer, box }) => [layer.id, box]))

describe('layout', () => {
  it('gives whole pixels from edges, sizes and shares', () => {
    const boxes = boxesOf('iab-300x250')
    expect(boxes['photo']).toEqual({ left: 0, top: 0, width: 300, height: 250 })
    expect(boxes['accent-bar']).toEqual({ left: 0, top: 246, width: 300, height: 4 })
    expect(boxes['headline']).toEqual({ left: 16, top: 52, width: 268, height: 90 })
    expect(boxes['veil-top']).toEqual({ left: 0, top: 0, width: 300, height: 85 })
  })

  it('applies what a placement changes, and leaves out hidden layers and slots it does not have', () => {
    expect(boxesOf('iab-728x90')['cta']).toEqual({ left: 576, top: 25, width: 132, height: 40 })
    expect(Object.keys(boxesOf('iab-728x90'))).not.toContain('veil-top')
    expect(Object.keys(boxesOf('iab-320x50'))).not.toContain('offer')
    expect(Object.keys(boxesOf('iab-300x250'))).toContain('offer')
  })

  it('the built-in template keeps every text inside every placement, apart from one another', () => {
    for (const each of PLACEMENTS.values()) {
      const boxes = boxesOf(each.id)
      const texts = ['logo', 'headline', 'offer', 'cta'].flatMap((id) => boxes[id] ?? [])
      for (const [index, box] of texts.entries()) {
        expect(box.left >= 0 && box.top >= 0, each.id).toBe(true)
        expect(box.left + box.width <= each.widthPx && box.top + box.height <= each.heightPx, each.id).toBe(
          true,
        )
        for (const other of texts.slice(index + 1)) {
          const apart =
            box.left + box.width <= other.left ||
            other.left + other.width <= box.left ||
            box.top + box.height <= other.top ||
            other.top + other.height <= box.top
          expect(apart, each.id).toBe(true)
        }
      }
    }
  })
})

describe('a layout in a right-to-left locale', () => {
  const json = {
    name: 'mirrored',
    slots: [{ name: 'logo', kind: 'image' }],
    safeAreas: { 'meta-story-1080x1920': { left: 10, top: 250, bottom: '10%' }, default: { left: 5 } },
    layers: [
      { id: 'bar', kind: 'shape', fill: '#000000', box: { left: 0, top: 0, width: 40, height: '100%' } },
      {
        id: 'fixed',
        kind: 'shape',
        fill: '#000000',
        mirror: false,
        box: { left: 0, top: 0, width: 40, bottom: 0 },
      },
      {
        id: 'shade',
        kind: 'shape',
        gradient: { from: '#000000', to: '#ffffff', angleDegrees: 0 },
        box: { left: 0, top: 0, right: 0, bottom: 0 },
      },
      {
        id: 'logo',
        kind: 'image',
        slot: 'logo',
        fit: 'contain',
        focus: { x: 0, y: 0.5 },
        box: { within: 'safe', left: 0, top: 0, width: '50%', height: 40 },
      },
    ],
  }
  const template = parseTemplate(json, 'test')
  const sceneOf = (locale: string, place = 'iab-300x250', file = 'a.png') =>
    createScene({
      template,
      placement: placement(place),
      values: { logo: { kind: 'image', file, focus: { x: 0.9, y: 0.1 } } },
      locale,
      fonts: undefined as never,
    })

  it('changes the sides of boxes, gradients and what lies in a box, but for layers that keep theirs', () => {
    const [bar, fixed, shade, logo] = sceneOf('ar-EG').layers
    expect(bar!.box).toEqual({ left: 260, top: 0, width: 40, height: 250 })
    expect(fixed!.box).toEqual({ left: 0, top: 0, width: 40, height: 250 })
    expect(shade).toMatchObject({ fill: { angleDegrees: 180 } })
    expect(logo).toMatchObject({ box: { left: 147 }, focus: { x: 1, y: 0.5 } })
    const [before, , plain, ltrLogo] = sceneOf('en-US').layers
    expect(before!.box.left).toBe(0)
    expect(plain).toMatchObject({ fill: { angleDegrees: 0 } })
    expect(ltrLogo).toMatchObject({ box: { left: 5, width: 148 }, focus: { x: 0, y: 0.5 } })
  })

  it('crops a picture at its own focal point, else at that of the layer', () => {
    const cover = parseTemplate(
      { ...json, layers: [{ ...json.layers[3], fit: 'cover', focus: { x: 0.2, y: 0.2 } }] },
      'test',
    )
    const focusOf = (value: object, locale: string) =>
      createScene({
        template: cover,
        placement: placement('iab-300x250'),
        values: { logo: { kind: 'image', file: 'a.png', ...value } },
        locale,
        fonts: undefined as never,
      }).layers[0]
    expect(focusOf({ focus: { x: 0.9, y: 0.1 } }, 'en-US')).toMatchObject({ focus: { x: 0.9, y: 0.1 } })
    expect(focusOf({ focus: { x: 0.9, y: 0.1 } }, 'ar-EG')).toMatchObject({ focus: { x: 0.9, y: 0.1 } })
    expect(focusOf({}, 'en-US')).toMatchObject({ focus: { x: 0.2, y: 0.2 } })
  })

  it('keeps boxes within the safe area of the placement, or of the default', () => {
    const box = (place: string) => sceneOf('en-US', place).layers.at(-1)!.box
    expect(box('meta-story-1080x1920')).toEqual({ left: 10, top: 250, width: 535, height: 40 })
    expect(box('iab-300x250')).toEqual({ left: 5, top: 0, width: 148, height: 40 })
    expect(safeBox(template, placement('meta-story-1080x1920'))).toEqual({
      left: 10,
      top: 250,
      width: 1070,
      height: 1478,
    })
    const covered = {
      ...placement('iab-300x250'),
      safeArea: { leftPx: 20, topPx: 30, rightPx: 20, bottomPx: 0 },
    }
    expect(safeBox(template, covered)).toEqual({ left: 20, top: 30, width: 260, height: 220 })
  })
})

describe('a condition of a layer', () => {
  const shown = (when: unknown, values: SlotValues = {}, place = 'iab-300x250', locale = 'en-US') => {
    const template = parseTemplate(
      {
        name: 'conditional',
        slots: [
          { name: 'badge', kind: 'text' },
          { name: 'rating', kind: 'number', min: 0, max: 5, default: 4.5 },
        ],
        layers: [
          { id: 'box', kind: 'shape', fill: '#000000', box: { left: 0, top: 0, right: 0, bottom: 0 }, when },
        ],
      },
      'templates/x/template.json',
    )
    const scene = createScene({
      template,
      placement: placement(place),
      values,
      locale,
      fonts: undefined as never,
    })
    return scene.layers.length === 1
  }
  const badge = (text: string): SlotValues => ({ badge: { kind: 'text', text } })

  it('holds over slots, the placement and the locale', () => {
    expect(shown({ 'slot.badge': { known: true } })).toBe(false)
    expect(shown({ 'slot.badge': { known: true } }, badge('New'))).toBe(true)
    expect(shown({ 'slot.badge': { known: true } }, badge(' '))).toBe(false)
    expect(shown({ 'slot.badge': { in: ['New', 'Sale'] } }, badge('Sale'))).toBe(true)
    expect(shown({ 'slot.rating': { known: true } })).toBe(true)
    expect(shown({ 'placement.shape': 'landscape' })).toBe(true)
    expect(shown({ 'placement.shape': 'landscape' }, {}, 'iab-160x600')).toBe(false)
    expect(shown({ 'placement.width': { range: { gte: 700 } } }, {}, 'iab-728x90')).toBe(true)
    expect(shown({ direction: 'rtl' }, {}, 'iab-300x250', 'ar-EG')).toBe(true)
    expect(shown({ any: [{ language: 'de' }, { locale: 'fr-CA' }] }, {}, 'iab-300x250', 'de-AT')).toBe(true)
  })

  it.each([
    [{ 'slot.bagde': { known: true } }, 'layer box: /when: /slot.bagde'],
    [{ 'slot.bagde': { known: true } }, 'slot.badge'],
    [{ 'placement.shape': { range: { gt: 3 } } }, '"placement.shape" is a category'],
    [{ 'placement.size': 3 }, 'placement.size'],
    [{ placement: 'a', locale: 'b' }, 'must have at most 1 field'],
  ])('refuses %j', (when, message) => {
    expect(() => shown(when)).toThrow(message)
  })
})

describe('kinds of slots', () => {
  const textOf = (slot: object, locale: string, values: SlotValues = {}) => {
    const template = parseTemplate(
      {
        name: 'kinds',
        slots: [{ name: 'value', ...slot }],
        layers: [
          {
            id: 'value',
            kind: 'text',
            slot: 'value',
            colour: '#000000',
            maxFontPx: 12,
            minFontPx: 8,
            box: { left: 0, top: 0, right: 0, bottom: 0 },
          },
        ],
      },
      'templates/x/template.json',
    )
    const [layer] = createScene({
      template,
      placement: placement('iab-300x250'),
      values,
      locale,
      fonts,
    }).layers
    return layer?.kind === 'text' ? layer.lines.map(({ text }) => text).join(' ') : undefined
  }
  let fonts: Fonts
  beforeAll(async () => {
    fonts = await testFonts()
  })

  it('write their default as the locale does', () => {
    const price = (amountMicros: number) => ({ kind: 'price', default: { amountMicros, currency: 'EUR' } })
    expect(textOf({ kind: 'number', default: 1234.5 }, 'de-DE')).toBe('1.234,5')
    expect(textOf(price(49_000_000), 'en-US')).toBe('€49')
    expect(textOf(price(49_900_000), 'de-DE')).toBe('49,90\u00a0€')
    expect(textOf({ kind: 'date', default: '2026-11-30' }, 'ko-KR')).toBe('2026년 11월 30일')
    expect(textOf({ kind: 'url', default: 'https://shop.example/a' }, 'en-US')).toBe('https://shop.example/a')
    expect(textOf({ kind: 'text', default: 'Sale' }, 'en-US')).toBe('Sale')
    expect(textOf({ kind: 'text', default: 'Sale' }, 'en-US', { value: { kind: 'text', text: 'Own' } })).toBe(
      'Own',
    )
    expect(textOf({ kind: 'text', default: 'Sale', absentIn: ['iab-300x250'] }, 'en-US')).toBeUndefined()
  })

  it.each([
    [
      { kind: 'number', max: 5, default: 6 },
      'slot value: its default is outside its limits: 6 is more than 5',
    ],
    [{ kind: 'price', default: 6 }, 'must be object'],
    [
      { kind: 'price', currencies: ['EUR'], default: { amountMicros: 1, currency: 'USD' } },
      'USD is not one of EUR',
    ],
    [{ kind: 'date', from: '2026-01-01', default: '2025-12-31' }, '2025-12-31 is before 2026-01-01'],
    [{ kind: 'url', default: 'javascript:alert(1)' }, 'it is no http or https address'],
    [
      { kind: 'url', hosts: ['a.example'], default: 'https://b.example' },
      'b.example is not one of a.example',
    ],
    [{ kind: 'text', min: 3 }, '"min" is no limit of the kind text; it is one of number, price'],
  ])('refuse %j', (slot, message) => {
    expect(() => textOf(slot, 'en-US')).toThrow(message)
  })
})

describe('template check', () => {
  it.each<[string, (template: Json) => void, string]>([
    ['an unknown field', (t) => (t['colour'] = 1 as never), '/ has an unknown field "colour"'],
    ['a layer of no kind', (t) => (t['layers']![0]!['kind'] = 'video' as never), '/layers/0/kind must be'],
    [
      'a misspelt layer field',
      (t) => (t['layers']![5]!['maxFont'] = 9 as never),
      '/layers/5: / has an unknown field "maxFont"',
    ],
    [
      'a slot that is not there',
      (t) => (t['layers']![5]!['slot'] = 'title' as never),
      'layer headline: there is no slot "title"; use headline, offer, cta',
    ],
    [
      'a slot of another kind',
      (t) => (t['layers']![5]!['slot'] = 'photo' as never),
      'the slot "photo" is of kind image, not text',
    ],
    [
      'a colour slot that is not there',
      (t) => (t['layers']![3]!['fill'] = 'slot:brand' as never),
      'there is no slot "brand"; use accent',
    ],
    [
      'two layers with one id',
      (t) => (t['layers']![1]!['id'] = 'photo' as never),
      'layer photo: the id is used twice',
    ],
    [
      'two slots with one name',
      (t) => (t['slots']![1]!['name'] = 'photo' as never),
      'slot photo: the name is used twice',
    ],
    [
      'a box of one side',
      (t) => delete (t['layers']![0]!['box'] as Json)['left'],
      'layer photo: its box needs two of left, width and right, and has 1',
    ],
    ['a box of three sides', (t) => ((t['layers']![0]!['box'] as Json)['right'] = 0 as never), 'and has 3'],
    [
      'fonts upside down',
      (t) => (t['layers']![5]!['minFontPx'] = 99 as never),
      '"minFontPx" is larger than "maxFontPx"',
    ],
    ['a shape without paint', (t) => delete t['layers']![3]!['fill'], 'needs either "fill" or "gradient"'],
    ['an image of nothing', (t) => delete t['layers']![0]!['slot'], 'needs either "slot" or "file"'],
    [
      'an unknown placement',
      (t) => (t['placements']!['iab-1x1'] = {} as never),
      '/placements/iab-1x1: there is no such placement; use one of iab-300x250',
    ],
    [
      'an unknown placement of a slot',
      (t) => (t['slots']![4]!['absentIn'] = ['iab-1x1'] as never),
      'names the placement "iab-1x1"',
    ],
    [
      'an override of no layer',
      (t) => (t['placements']!['iab-728x90'] = { title: {} } as never),
      '/placements/iab-728x90/title: there is no such layer; use one of photo',
    ],
    [
      'an override of a kind',
      (t) => (t['placements']!['iab-728x90'] = { cta: { kind: 'shape' } } as never),
      'a placement cannot change "kind"',
    ],
    [
      'an override of the wrong type',
      (t) => (t['placements']!['iab-728x90'] = { cta: { maxFontPx: 'big' } } as never),
      '/placements/iab-728x90/cta: /maxFontPx must be number',
    ],
    [
      'a box that is empty in a placement',
      (t) =>
        (t['placements']!['iab-728x90'] = {
          cta: { box: { left: 400, right: 400, top: 0, bottom: 0 } },
        } as never),
      'layer cta in iab-728x90: its box is empty (-72 x 90 pixels)',
    ],
    [
      'a box that would take all memory',
      (t) =>
        (t['placements']!['iab-728x90'] = {
          photo: { box: { left: 0, width: 60_000, top: 0, height: '40000%' } },
        } as never),
      'layer photo in iab-728x90: its box is 60000 x 36000 pixels, more than 4 times the sides of the placement',
    ],
    [
      'a box without end',
      (t) =>
        (t['placements']!['iab-728x90'] = {
          photo: { box: { left: 0, width: `1${'0'.repeat(400)}%`, top: 0, bottom: 0 } },
        } as never),
      'its box is Infinity x 90 pixels',
    ],
  ])('refuses %s', (_name, change, message) => {
    expect(refusal(change)).toContain(message)
  })
})
