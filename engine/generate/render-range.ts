import type { Fonts } from '../../templates/fonts.ts'
import { createRenderer, type PictureFormat, type Renderer } from '../../templates/raster.ts'
import { createScene, type Scene } from '../../templates/scene.ts'
import { adUnitId } from '../campaign/ad-unit-id.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { createSpace } from '../space/space.ts'
import { chosenUnits } from './chosen.ts'
import { createCopyTable } from './copy-table.ts'
import { frameFiles, type PiecedFile } from './render-frames.ts'
import { createPictureSplicer, type PictureSplicer } from './spliced-pictures.ts'
import { unitValues } from './unit-values.ts'

export interface RenderOptions {
  readonly format: PictureFormat
  /** JPEG only, 1..100; a placement's byte limit may lower it. */
  readonly quality?: number
  /** Ranks are places among the ad units that this chooses (engine/generate/chosen.ts), not on the number line. */
  readonly choice?: string
}

export interface RenderServices {
  readonly readBlob: (hash: string) => Promise<Uint8Array | undefined> | Uint8Array | undefined
  readonly fonts: Fonts
}

const EXTENSIONS: Readonly<Record<PictureFormat, string>> = { jpeg: 'jpg', png: 'png' }

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
  if (options.format === 'jpeg') {
    const pictures = await makers.splicer.pictures(chosen, fromRank, toRank)
    return frameFiles(
      pictures.map(({ id, head, bands }) => ({ name: `${id}.${extension}`, pieces: [head, ...bands] })),
    )
  }
  const space = createSpace(plan)
  const makeFile = async (place: bigint): Promise<PiecedFile> => {
    const unit = space.unitAt(chosen.rankAt(place))
    const { maxBytes } = placementOf(plan, unit)
    const { bytes } = await makers.renderer.picture(unitScene(plan, unit, services.fonts), {
      ...options,
      maxBytes,
    })
    return { name: `${adUnitId(plan.ledger, unit)}.${extension}`, pieces: [bytes] }
  }
  const files: PiecedFile[] = []
  for (let start = fromRank; start < toRank; start += BigInt(AT_ONCE)) {
    const places = Array.from({ length: AT_ONCE }, (_, at) => start + BigInt(at)).filter((at) => at < toRank)
    files.push(...(await Promise.all(places.map(makeFile))))
  }
  return frameFiles(files)
}

/** The scene of one ad unit of a plan; pictures are named by their content hash. */
function unitScene(plan: Plan, unit: AdUnit, fonts: Fonts): Scene {
  return createScene({
    template: plan.template,
    placement: placementOf(plan, unit),
    values: unitValues(plan, createCopyTable(plan), unit),
    locale: unit.locale,
    fonts,
    files: plan.files,
  })
}

function placementOf(plan: Plan, unit: AdUnit) {
  return plan.placements.find(({ id }) => id === unit.placement)!
}

interface Makers {
  readonly settings: string
  readonly renderer: Renderer
  readonly splicer: PictureSplicer
}

const kept = new WeakMap<Plan, Makers>()

/** One renderer and splicer a plan object, so that the layers and bands of one range serve the next. */
function makersOf(plan: Plan, options: RenderOptions, { readBlob, fonts }: RenderServices): Makers {
  const { quality, choice } = options
  // How many pictures are chosen decides how they are cut into bands.
  const settings = `${quality} ${choice}`
  const known = kept.get(plan)
  if (known?.settings === settings) return known
  const renderer = known?.renderer ?? createRenderer({ fonts, readFile: async (hash) => readBlob(hash) })
  const splicer = createPictureSplicer(plan, renderer, (unit) => unitScene(plan, unit, fonts), {
    quality,
    chromaSubsampling: '4:2:0',
  })
  const makers = { settings, renderer, splicer }
  kept.set(plan, makers)
  return makers
}
