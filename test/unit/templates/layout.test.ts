import { describe, expect, it } from 'vitest'
import { PolyadError } from '../../../core/errors.ts'
import { PLACEMENTS } from '../../../data/placements.ts'
import { parseTemplate } from '../../../templates/check-template.ts'
import { layOut } from '../../../templates/layout.ts'
import { BANNER, bannerJson, placement } from './banner.ts'

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
