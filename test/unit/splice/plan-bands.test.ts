import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planBands } from '../../../templates/splice/plan-bands.ts'

const canvas = { widthPx: 300, heightPx: 256, rowPx: 16, pictures: 100_000 }
const layer = (topPx: number, bottomPx: number, ...slots: string[]) => ({ topPx, bottomPx, slots })

describe('planning bands', () => {
  it('cuts where what varies begins and ends', () => {
    const layers = [layer(0, 256, 'photo'), layer(48, 128, 'headline'), layer(192, 240, 'cta')]
    const values = { photo: 20, headline: 250, cta: 20 }
    expect(planBands({ ...canvas, layers, values })).toEqual([0, 3, 8, 12, 15])
  })

  it('keeps together what varies together, whatever it is called', () => {
    const layers = [layer(0, 128, 'accent'), layer(64, 256, 'accent')]
    expect(planBands({ ...canvas, layers, values: { accent: 9 } })).toEqual([0])
  })

  it('makes pictures whole where all of each is its own', () => {
    const layers = [layer(0, 256, 'photo'), layer(48, 128, 'headline'), layer(192, 240, 'cta')]
    const values = { photo: 20, headline: 250, cta: 20 }
    expect(planBands({ ...canvas, layers, values, pictures: 1 })).toEqual([0])
    expect(
      planBands({ ...canvas, layers: [layer(0, 256, 'photo')], values: { photo: 5000 }, pictures: 5000 }),
    ).toEqual([0])
  })

  it('does not let what varies most reach into a row that the canvas cuts off', () => {
    const layers = [layer(0, 250, 'photo'), layer(100, 200, 'headline')]
    const begins = planBands({ ...canvas, heightPx: 250, layers, values: { photo: 2, headline: 500 } })
    expect(begins.at(-1)).toBeGreaterThanOrEqual(13)
  })

  it('always cuts into bands that follow each other, whatever the layers', () => {
    const side = fc.integer({ min: -50, max: 400 })
    const layers = fc.array(
      fc
        .tuple(side, side, fc.constantFrom('a', 'b', 'c'))
        .map(([top, height, slot]) => layer(top, top + height, slot)),
    )
    fc.assert(
      fc.property(
        layers,
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom(8, 16),
        (some, heightPx, rowPx) => {
          const begins = planBands({
            ...canvas,
            heightPx,
            rowPx,
            layers: some,
            values: { a: 9, b: 30, c: 400 },
          })
          expect(begins[0]).toBe(0)
          for (const [at, begin] of begins.entries()) {
            expect(begin).toBeLessThan(begins[at + 1] ?? Math.ceil(heightPx / rowPx))
          }
        },
      ),
    )
  })
})
