import { zipBytes } from '../../core/zip-format.ts'
import type { Fonts } from '../../templates/fonts.ts'
import { requireCanvas } from '../../templates/placement.ts'
import {
  createRenderer,
  isSpliced,
  type PictureFormat,
  type PictureSettings,
  type Renderer,
} from '../../templates/raster.ts'
import { createBandCache } from '../../templates/splice/band-cache.ts'
import { adUnitId } from '../campaign/ad-unit-id.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { createSpace } from '../space/space.ts'
import { chosenUnits } from './chosen.ts'
import { createCopyTable } from './copy-table.ts'
import { unitHtmlCreative } from './html-creative.ts'
import { nativeJson } from './native-json.ts'
import { frameFiles, type PiecedFile } from './render-frames.ts'
import { createPictureSplicer, type PictureSplicer } from './spliced-pictures.ts'
import { placementOf, unitScene } from './unit-scene.ts'
import { unitValues } from './unit-values.ts'

/** A picture; an HTML5 creative in one file, or as the zip that ad servers take; a native ad as JSON. */
export type RenderFormat = PictureFormat | 'html' | 'html-zip' | 'native'

export interface RenderSettings extends Omit<PictureSettings, 'format'> {
  readonly format: RenderFormat
}

export interface RenderOptions extends RenderSettings {
  /** Ranks are places among the ad units that this chooses (engine/generate/chosen.ts), not on the number line. */
  readonly choice?: string
}

export interface RenderServices {
  readonly readBlob: (hash: string) => Promise<Uint8Array | undefined> | Uint8Array | undefined
  readonly fonts: Fonts
}

const EXTENSIONS: Readonly<Record<RenderFormat, string>> = {
  html: 'html',
  'html-zip': 'zip',
  native: 'json',
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  avif: 'avif',
}

/** Of coded bands, and as many of grounds, in each thread. */
const CACHE_BYTES = 128 * 2 ** 20

/** While one picture is encoded, the next is put together. */
const AT_ONCE = 4

/**
 * The pictures of ranks [fromRank, toRank), framed (render-frames.ts) in rank order. Same plan, ranks and options:
 * same bytes, whoever makes them.
 *
 * @throws PolyadError NOT_FOUND or PICTURE_INVALID for an asset's picture, PICTURE_TOO_LARGE, RANK_OUT_OF_RANGE
 */
export async function renderRange(
  plan: Plan,
  fromRank: bigint,
  toRank: bigint,
  options: RenderOptions,
  services: RenderServices,
): Promise<Uint8Array> {
  const chosen = chosenUnits(plan, options.choice)
  const makers = makersOf(plan, options, services)
  const extension = EXTENSIONS[options.format]
  if (isSpliced(options)) {
    const pictures = await makers.splicer.pictures(chosen, fromRank, toRank)
    return frameFiles(
      pictures.map(({ id, head, bands, quality }) => ({
        name: `${id}.${extension}`,
        pieces: [head, ...bands],
        quality,
      })),
    )
  }
  const space = createSpace(plan)
  const makeFile = async (place: bigint): Promise<PiecedFile> => {
    const unit = space.unitAt(chosen.rankAt(place))
    if (options.format !== 'native') requireCanvas(placementOf(plan, unit))
    const id = adUnitId(plan.ledger, unit)
    const { bytes, quality } = await creative(plan, unit, id, options, {
      ...services,
      renderer: makers.renderer,
    })
    return { name: `${id}.${extension}`, pieces: [bytes], quality }
  }
  const files: PiecedFile[] = []
  for (let start = fromRank; start < toRank; start += BigInt(AT_ONCE)) {
    const places = Array.from({ length: AT_ONCE }, (_, at) => start + BigInt(at)).filter((at) => at < toRank)
    files.push(...(await Promise.all(places.map(makeFile))))
  }
  return frameFiles(files)
}

/** One ad unit in a format that is not spliced. */
async function creative(
  plan: Plan,
  unit: AdUnit,
  id: string,
  options: RenderOptions,
  { renderer, fonts }: { readonly renderer: Renderer; readonly fonts: Fonts },
): Promise<{ readonly bytes: Uint8Array; readonly quality: number | undefined }> {
  const { format, ...settings } = options
  if (format === 'native') {
    const values = unitValues(plan, createCopyTable(plan), unit)
    return { bytes: Buffer.from(nativeJson(plan, unit, id, values)), quality: undefined }
  }
  const { maxBytes } = placementOf(plan, unit)
  const scene = unitScene(plan, unit, fonts)
  if (format !== 'html' && format !== 'html-zip')
    return renderer.picture(scene, { ...settings, format, maxBytes })
  const made = await unitHtmlCreative(plan, unit, id, scene, renderer, {
    selfContained: format === 'html',
    quality: options.quality,
  })
  const bytes = format === 'html' ? made.files[0]!.bytes : zipBytes(made.files)
  return { bytes, quality: made.quality }
}

interface Makers {
  readonly settings: string
  readonly renderer: Renderer
  readonly splicer: PictureSplicer
}

const kept = new WeakMap<Plan, Makers>()

/** One renderer and splicer a plan object, so that the layers and bands of one range serve the next. */
function makersOf(plan: Plan, options: RenderOptions, { readBlob, fonts }: RenderServices): Makers {
  const { quality, chromaSubsampling, choice } = options
  // How many pictures are chosen decides how they are cut into bands.
  const settings = `${quality} ${chromaSubsampling} ${choice}`
  const known = kept.get(plan)
  if (known?.settings === settings) return known
  const renderer = known?.renderer ?? createRenderer({ fonts, readFile: async (hash) => readBlob(hash) })
  const splicer = createPictureSplicer(plan, renderer, {
    quality,
    chromaSubsampling,
    sceneOf: (unit) => unitScene(plan, unit, fonts),
    cache: { coded: createBandCache(CACHE_BYTES), grounds: createBandCache(CACHE_BYTES) },
  })
  const makers = { settings, renderer, splicer }
  kept.set(plan, makers)
  return makers
}
