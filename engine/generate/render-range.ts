import type { Fonts } from '../../templates/fonts.ts'
import { createRenderer, type PictureFormat, type Renderer } from '../../templates/raster.ts'
import { createScene, type Scene } from '../../templates/scene.ts'
import { adUnitId } from '../campaign/ad-unit-id.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { createSampler } from '../space/sample.ts'
import { createSpace } from '../space/space.ts'
import { createCopyTable } from './copy-table.ts'
import { frameFiles, type RenderedFile } from './render-frames.ts'
import { ranksFrom } from './selection.ts'
import { unitValues } from './unit-values.ts'

export interface RenderOptions {
  readonly format: PictureFormat
  /** JPEG only, 1..100; a placement's byte limit may lower it. */
  readonly quality?: number
  /** Ranks are positions in the seeded sample of this seed (engine/space/sample.ts), not in the number line. */
  readonly sampleSeed?: string
  /** The range's ranks themselves (selection.ts, ranksText); from and to are then positions in a list. */
  readonly ranks?: string
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
  const space = createSpace(plan)
  const sampler =
    options.sampleSeed === undefined ? undefined : createSampler(space.count, options.sampleSeed)
  const listed = options.ranks === undefined ? undefined : ranksFrom(options.ranks)
  const rankAt = (position: bigint): bigint =>
    listed?.[Number(position - fromRank)] ?? sampler?.rankAt(position) ?? position
  const renderer = rendererOf(plan, services)
  const makeFile = async (position: bigint): Promise<RenderedFile> => {
    const unit = space.unitAt(rankAt(position))
    const { maxBytes } = placementOf(plan, unit)
    const scene = unitScene(plan, unit, services.fonts)
    const { bytes } = await renderer.picture(scene, { ...options, maxBytes })
    return { name: `${adUnitId(plan.ledger, unit)}.${EXTENSIONS[options.format]}`, bytes }
  }
  const files: RenderedFile[] = []
  for (let start = fromRank; start < toRank; start += BigInt(AT_ONCE)) {
    const positions = Array.from({ length: AT_ONCE }, (_, at) => start + BigInt(at)).filter(
      (at) => at < toRank,
    )
    files.push(...(await Promise.all(positions.map(makeFile))))
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

const renderers = new WeakMap<Plan, Renderer>()

/** One renderer a plan object, so that the layers of one range serve the next. */
function rendererOf(plan: Plan, { readBlob, fonts }: RenderServices): Renderer {
  const known = renderers.get(plan)
  if (known) return known
  const renderer = createRenderer({ fonts, readFile: async (hash) => readBlob(hash) })
  renderers.set(plan, renderer)
  return renderer
}
