import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { bandOf, joinBands, pictureHead } from '../../../templates/jpeg/assemble.ts'
import { codeRowsApart } from '../../../templates/jpeg/coded-rows.ts'
import type { ChromaSubsampling } from '../../../templates/jpeg/encode.ts'

interface Pixels {
  readonly rgb: Uint8Array
  readonly width: number
  readonly height: number
}

function encoded({ rgb, width, height }: Pixels, quality: number, chromaSubsampling: ChromaSubsampling) {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling, optimiseCoding: false })
    .toBuffer()
}

function joined(jpeg: Uint8Array, height: number): Uint8Array {
  const { frame, rows } = codeRowsApart(jpeg)
  return joinBands(pictureHead(frame, height), [bandOf(rows, 0, rows.length)])
}

/** Noise on a slope, from flat (0) to wild (255): DC values of both signs and long AC codes. */
function pixels(width: number, height: number, noise: number, seed: string): Pixels {
  const stream = createStream(seed)
  const rgb = new Uint8Array(width * height * 3)
  for (let at = 0; at < rgb.length; at++) {
    const slope = ((at % (width * 3)) / (width * 3)) * 255
    rgb[at] = Math.min(255, Math.max(0, slope + (stream.integer(256) - 128) * (noise / 128)))
  }
  return { rgb, width, height }
}

const subsamplings = fc.constantFrom<ChromaSubsampling>('4:2:0', '4:4:4')

describe('a picture whose rows are coded apart', () => {
  it('decodes to the pixels of the picture it was made of', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 0, max: 255 }),
        subsamplings,
        fc.string({ maxLength: 8 }),
        async (width, height, quality, noise, subsampling, seed) => {
          const whole = await encoded(pixels(width, height, noise, seed), quality, subsampling)
          const apart = joined(whole, height)
          const [before, after] = await Promise.all([
            sharp(whole).raw().toBuffer(),
            sharp(apart).raw().toBuffer(),
          ])
          expect(after.equals(before)).toBe(true)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('takes at most 3 % more bytes for the photographs of the example', async () => {
    for (const [photo, width, height] of [
      ['coast', 300, 250],
      ['city-dusk', 728, 90],
      ['forest-road', 160, 600],
    ] as const) {
      const rgb = await sharp(`examples/demo/assets/${photo}.jpg`).resize(width, height).raw().toBuffer()
      const whole = await encoded({ rgb, width, height }, 82, '4:2:0')
      expect(joined(whole, height).length / whole.length).toBeLessThan(1.03)
    }
  })

  it('keeps rows that can stand in another picture of the same width', async () => {
    const [top, bottom] = [pixels(50, 32, 40, 'top'), pixels(50, 32, 90, 'bottom')]
    const both = { rgb: Buffer.concat([top.rgb, bottom.rgb]), width: 50, height: 64 }
    const rowsOf = async (picture: Pixels) => codeRowsApart(await encoded(picture, 70, '4:2:0'))
    const [above, below] = [await rowsOf(top), await rowsOf(bottom)]
    const put = joinBands(pictureHead(above.frame, 64), [bandOf(above.rows, 0, 4), bandOf(below.rows, 2, 4)])
    expect(Buffer.compare(put, joined(await encoded(both, 70, '4:2:0'), 64))).toBe(0)
  })

  it('refuses what it does not understand instead of making a broken picture', async () => {
    const { rgb, width, height } = pixels(40, 40, 60, 'a')
    const source = sharp(rgb, { raw: { width, height, channels: 3 } })
    expect(() => codeRowsApart(new Uint8Array([0xff, 0xd8, 1, 2, 3, 4]))).toThrow('marker')
    const progressive = await source.clone().jpeg({ progressive: true }).toBuffer()
    expect(() => codeRowsApart(progressive)).toThrow('baseline')
    const apart = joined(await source.clone().jpeg({ optimiseCoding: false }).toBuffer(), height)
    expect(() => codeRowsApart(apart)).toThrow('baseline')
    const whole = await source.clone().jpeg({ optimiseCoding: false }).toBuffer()
    const cut = Buffer.concat([whole.subarray(0, whole.length - 200), whole.subarray(-2)])
    expect(() => codeRowsApart(cut)).toThrow('JPEG scan')
  })
})
