import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { type Canvas, layOver, type Raster } from '../../../templates/compose.ts'
import { bandOf, joinBands, pictureHead } from '../../../templates/jpeg/assemble.ts'
import { type ChromaSubsampling, encodeRows, mcuHeightPx } from '../../../templates/jpeg/encode.ts'
import type { SceneLayer } from '../../../templates/scene.ts'
import { createBandCache } from '../../../templates/splice/band-cache.ts'
import { createSplicer } from '../../../templates/splice/splicer.ts'

/** A layer, and pixels that need not be what a renderer would make of it. */
interface Painted {
  readonly layer: SceneLayer
  readonly raster: Raster
}

function painted(id: number, kind: 'shape' | 'text', raster: Raster, opacity: number): Painted {
  const box = { left: raster.left, top: raster.top, width: raster.width, height: raster.height }
  // The colour tells the look of one from another.
  const colour = `#${id.toString(16).padStart(6, '0')}`
  const base = { id: `layer-${id}`, box, opacity }
  return {
    raster,
    layer:
      kind === 'shape'
        ? { ...base, kind, radiusPx: 0, fill: colour }
        : { ...base, kind, colour, weight: 400, fontPx: 10, lines: [] },
  }
}

const rasters = fc
  .record({
    left: fc.integer({ min: -20, max: 60 }),
    top: fc.integer({ min: -20, max: 90 }),
    width: fc.integer({ min: 0, max: 50 }),
    height: fc.integer({ min: 0, max: 60 }),
    seed: fc.integer(),
  })
  .map(({ left, top, width, height, seed }): Raster => {
    const stream = createStream(String(seed))
    const rgba = Uint8Array.from({ length: width * height * 4 }, () => stream.integer(256))
    return { left, top, width, height, rgba }
  })

const cases = fc.record({
  widthPx: fc.integer({ min: 1, max: 60 }),
  heightPx: fc.integer({ min: 1, max: 90 }),
  chromaSubsampling: fc.constantFrom<ChromaSubsampling>('4:2:0', '4:4:4'),
  quality: fc.integer({ min: 20, max: 95 }),
  looks: fc.array(
    fc.record({
      raster: rasters,
      kind: fc.constantFrom('shape' as const, 'text' as const),
      opacity: fc.constantFrom(1, 0.5),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  pictures: fc.array(fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 8 }),
  cuts: fc.array(fc.nat(), { maxLength: 4 }),
  cacheBytes: fc.constantFrom(0, 3_000, 10_000_000),
})

async function wholePicture(
  canvas: { widthPx: number; heightPx: number },
  layers: readonly Painted[],
  settings: { quality: number; chromaSubsampling: ChromaSubsampling },
): Promise<Uint8Array> {
  const rgb = new Uint8Array(canvas.widthPx * canvas.heightPx * 3).fill(255)
  const drawn: Canvas = { ...canvas, rgb }
  for (const { layer, raster } of layers) layOver(drawn, raster, layer.opacity)
  const { frame, rows } = await encodeRows(rgb, canvas, settings)
  return joinBands(pictureHead(frame, canvas.heightPx), [bandOf(rows, 0, rows.length)])
}

describe('a spliced picture', () => {
  it('has the bytes of the picture encoded whole: any layers, sizes, cuts, qualities and cache', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ looks, pictures, cuts, cacheBytes, quality, ...canvas }) => {
        const all = looks.map(({ raster, kind, opacity }, at) => painted(at + 1, kind, raster, opacity))
        const rowCount = Math.ceil(canvas.heightPx / mcuHeightPx(canvas))
        const bands = [...new Set([0, ...cuts.map((cut) => cut % rowCount)])].sort((a, b) => a - b)
        const cache = () => createBandCache(cacheBytes).section()
        const splicer = createSplicer({
          ...canvas,
          bands,
          cache: { coded: cache(), grounds: cache() },
          rasterOf: async (layer) => all.find((each) => each.layer === layer)!.raster,
        })
        const numbers = all.map(({ layer }) => splicer.lookOf(layer))
        const chosen = pictures.map((picks) => picks.map((pick) => pick % (all.length + 1)))
        const used = Int32Array.from(chosen.flat(), (pick) => (pick === 0 ? 0 : numbers[pick - 1]!))
        for (let pass = 0; pass < 2; pass++) {
          const made = await splicer.pictures(used, 3, [quality], Number.POSITIVE_INFINITY)
          for (const [at, picks] of chosen.entries()) {
            const layers = picks.flatMap((pick) => (pick === 0 ? [] : [all[pick - 1]!]))
            const whole = await wholePicture(canvas, layers, { ...canvas, quality })
            expect(Buffer.compare(joinBands(made[at]!.head, made[at]!.bands), whole)).toBe(0)
            expect(made[at]!.bytes).toBe(whole.length)
          }
        }
      }),
      { numRuns: 120 },
    )
  })

  it('goes down in quality until it is light enough, each by itself', async () => {
    const noise = (seed: string, height: number): Raster => {
      const stream = createStream(seed)
      const rgba = Uint8Array.from({ length: 64 * height * 4 }, (_, at) =>
        at % 4 === 3 ? 255 : stream.integer(256),
      )
      return { left: 0, top: 0, width: 64, height, rgba }
    }
    const [light, heavy] = [painted(1, 'shape', noise('a', 8), 1), painted(2, 'shape', noise('b', 64), 1)]
    const cache = () => createBandCache(1e6).section()
    const splicer = createSplicer({
      widthPx: 64,
      heightPx: 64,
      chromaSubsampling: '4:2:0',
      bands: [0, 2],
      cache: { coded: cache(), grounds: cache() },
      rasterOf: async (layer) => (layer === light.layer ? light : heavy).raster,
    })
    const used = Int32Array.of(splicer.lookOf(light.layer), splicer.lookOf(heavy.layer))
    const at = async (quality: number) => (await splicer.pictures(used, 1, [quality], 1e9))[1]!.bytes
    const limit = await at(60)
    const made = await splicer.pictures(used, 1, [90, 60, 30], limit)
    expect(made.map(({ quality }) => quality)).toEqual([90, 60])
    const tooHeavy = await splicer.pictures(used, 1, [90, 60], limit - 1)
    expect(tooHeavy.map(({ quality, bytes }) => [quality, bytes <= limit - 1])).toEqual([
      [90, true],
      [60, false],
    ])
  })
})
