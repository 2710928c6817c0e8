import { describe, expect, it } from 'vitest'
import { checkContrast } from '../../../engine/guard/check-contrast.ts'
import type { Blobs } from '../../../engine/ports/blobs.ts'
import { PNG } from '../campaign/memory-workspace.ts'
import { COPY, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'
import { testFonts } from '../templates/banner.ts'

const fonts = await testFonts()
const blobs = { get: async (hash: string) => (hash === 'red' ? PNG : undefined) } as unknown as Blobs

const plan = (() => {
  const made = smallPlan({
    placements: [WIDE, TALL, COPY],
    slots: [
      { slot: 'headline', default: 'a', assets: [textAsset('a'), textAsset('longer')] },
      {
        slot: 'accent',
        default: 'dark',
        assets: [
          { id: 'dark', colour: '#101010' },
          { id: 'pale', colour: '#e0e0e0' },
          { id: 'dark-again', colour: '#101010' },
          { id: 'old', colour: '#ffffff', retired: true },
        ],
      },
      {
        slot: 'photo',
        default: 'red',
        assets: [
          { id: 'red', file: 'red.png' },
          { id: 'tall', file: 'red2.png', when: { placement: 'tall' } },
        ],
      },
    ],
  })
  const layers = [
    { id: 'photo', kind: 'image', slot: 'photo', box: { left: 0, right: 0, top: 0, height: 20 } },
    { id: 'plate', kind: 'shape', fill: 'slot:accent', box: { left: 0, right: 0, top: 20, bottom: 0 } },
    {
      id: 'head',
      kind: 'text',
      slot: 'headline',
      colour: '#ffffff',
      box: { left: 5, right: 5, top: 30, height: 40 },
      maxFontPx: 20,
      minFontPx: 8,
    },
  ] as const
  return {
    ...made,
    files: { 'red.png': 'red', 'red2.png': 'red' },
    template: { ...made.template, layers: [...layers] },
  }
})()

describe('advice on contrast', () => {
  it('looks at each ground that lies under a text once, and lists those that are too like it', async () => {
    const found = await checkContrast(plan, { blobs }, fonts)
    // Two colours in two placements: neither the photo, which lies beside the text, nor equal or retired colours count.
    expect(found).toMatchObject({ checked: 4, skipped: 0, poorCount: 2 })
    expect(found.poor).toEqual([
      { placement: 'wide', layer: 'head', on: ['accent/pale'], ratio: 1.3, needed: 4.5 },
      { placement: 'tall', layer: 'head', on: ['accent/pale'], ratio: 1.3, needed: 4.5 },
    ])
  })

  it('takes the pictures that a placement may show, and is bounded', async () => {
    const [photo, plate, head] = plan.template.layers
    const layers = [{ ...photo!, box: { left: 0, right: 0, top: 0, bottom: 0 } }, head!]
    const over = { ...plan, template: { ...plan.template, layers } } as typeof plan
    // Both pictures are one to look at, but two assets: the red one alone in the wide placement.
    expect(await checkContrast(over, { blobs }, fonts)).toMatchObject({ checked: 3, poorCount: 0 })
    expect(await checkContrast(over, { blobs }, fonts, 2)).toMatchObject({ checked: 2, skipped: 1 })
    expect(plate!.id).toBe('plate')
  })
})
