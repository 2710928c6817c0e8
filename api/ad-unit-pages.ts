import { canonicalJson } from '../core/canonical-json.ts'
import { PolyadError } from '../core/errors.ts'
import { contentHash } from '../core/hash.ts'
import { zipBytes } from '../core/zip-format.ts'
import { campaignKeyOf, unitFromId } from '../engine/campaign/ad-unit-id.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { chosenUnits } from '../engine/generate/chosen.ts'
import { createCopyTable } from '../engine/generate/copy-table.ts'
import { unitHtmlCreative } from '../engine/generate/html-creative.ts'
import { createPictureSplicer, type PictureSplicer } from '../engine/generate/spliced-pictures.ts'
import { placementOf, unitScene } from '../engine/generate/unit-scene.ts'
import { unitValues } from '../engine/generate/unit-values.ts'
import type { AdUnit } from '../engine/space/ad-unit.ts'
import { createSpace } from '../engine/space/space.ts'
import type { Fonts } from '../templates/fonts.ts'
import { htmlDocument } from '../templates/html.ts'
import { joinBands } from '../templates/jpeg/assemble.ts'
import type { Placement } from '../templates/placement.ts'
import { isSpliced, type PictureFormat, type Renderer } from '../templates/raster.ts'
import type { Scene, SceneImage } from '../templates/scene.ts'
import type { SlotValues } from '../templates/slot-values.ts'
import { createBandCache } from '../templates/splice/band-cache.ts'
import { sceneSvg } from '../templates/svg.ts'
import { createBoundedWork } from './bounded-work.ts'
import type { Serving } from './serving.ts'

/** Pictures made at once: libvips has a thread each, and the event loop must keep one core. */
const RENDERS_AT_ONCE = 2
const RENDERS_WAITING = 64
/** Of coded bands of all campaigns, and as many of grounds. */
const CACHE_BYTES = 64 * 2 ** 20
/** Revisions looked through for an ad unit that the newest no longer makes, newest first. */
const OLDER_REVISIONS = 10

/** An ad unit that some revision of its campaign makes. */
export interface FoundAdUnit {
  readonly id: string
  readonly plan: Plan
  readonly unit: AdUnit
  readonly values: SlotValues
  readonly placement: Placement
  readonly scene: Scene
  /** Hash of all a picture depends on: its scene, the renderer and the placement's size limit. */
  readonly contentHash: string
}

/** Any ad unit as data, document or picture, made when it is asked for. */
export interface AdUnitPages {
  /**
   * The ad unit of an id, from the revision that serves, or else the newest that makes it.
   *
   * @throws PolyadError AD_UNIT_ID_INVALID, NOT_FOUND when no revision makes it
   */
  find(id: string): Promise<FoundAdUnit>
  /** @throws PolyadError OVERLOADED, and the renderer's own */
  picture(found: FoundAdUnit, format: PictureFormat): Promise<Uint8Array>
  /**
   * The picture of one slot in a size of its own, as JPEG: for native ads, which the page lays out.
   *
   * @throws PolyadError NOT_FOUND when the ad unit has no such picture; OVERLOADED
   */
  slotPicture(
    found: FoundAdUnit,
    slot: string,
    size: { widthPx: number; heightPx: number },
  ): Promise<Uint8Array>
  /**
   * The picture a campaign names as its house ad, cropped to a placement; undefined when it names none.
   *
   * @throws PolyadError OVERLOADED
   */
  houseAd(plan: Plan, placement: Placement): Promise<Uint8Array | undefined>
  svg(found: FoundAdUnit): Promise<string>
  /** An HTML5 creative as ad servers take it; @throws PolyadError OVERLOADED, PICTURE_TOO_LARGE */
  zip(found: FoundAdUnit): Promise<Uint8Array>
  html(found: FoundAdUnit, links: { clickUrl: string; impressionUrl?: string }): Promise<string>
}

export function createAdUnitPages(parts: {
  readonly serving: Serving
  readonly renderer: Renderer
  readonly fonts: Fonts
}): AdUnitPages {
  const { serving, renderer, fonts } = parts
  // Compiling an older revision is far dearer than asking for it, and anybody may ask.
  const history = createBoundedWork('searching of older revisions', { atOnce: 1, waiting: 8 })
  const renders = createBoundedWork('rendering', { atOnce: RENDERS_AT_ONCE, waiting: RENDERS_WAITING })

  const planThatMakes = async (id: string): Promise<{ plan: Plan; unit: AdUnit }> => {
    const campaign = serving.campaignOf(campaignKeyOf(id))
    if (campaign === undefined) throw noSuchUnit(id)
    // What is served was checked; an edit that waits for its check is shown only where nothing served makes the unit.
    const served = serving.served(campaign)
    const made = served && unitIn(served, id)
    if (made) return made
    const { plan } = await serving.plan(campaign)
    const unit = unitFromId(plan.ledger, id)
    if (createSpace(plan).rankOf(unit) !== undefined) return { plan, unit }
    return history.run(async () => {
      const oldest = Math.max(1, plan.revision - OLDER_REVISIONS)
      for (let revision = plan.revision - 1; revision >= oldest; revision--) {
        const { plan: older } = await serving.plan(campaign, revision)
        if (createSpace(older).rankOf(unit) !== undefined) return { plan: older, unit }
      }
      throw noSuchUnit(id)
    })
  }

  const cache = { coded: createBandCache(CACHE_BYTES), grounds: createBandCache(CACHE_BYTES) }
  const splicers = new WeakMap<Plan, PictureSplicer>()
  const splicerOf = (plan: Plan): PictureSplicer => {
    let splicer = splicers.get(plan)
    if (!splicer) {
      splicer = createPictureSplicer(plan, renderer, {
        cache,
        sceneOf: (unit) => unitScene(plan, unit, fonts),
      })
      splicers.set(plan, splicer)
    }
    return splicer
  }

  const splicedPicture = async ({ plan, unit }: FoundAdUnit): Promise<Uint8Array> => {
    const rank = createSpace(plan).rankOf(unit)!
    const [picture] = await splicerOf(plan).pictures(chosenUnits(plan, undefined), rank, rank + 1n)
    return joinBands(picture!.head, picture!.bands)
  }

  /** Documents hold their pictures, cropped to the boxes: they ask no other address, and no file is told. */
  const inlined = async (scene: Scene): Promise<(image: SceneImage) => string> => {
    const uris = new Map<SceneImage, string>()
    for (const layer of scene.layers) {
      if (layer.kind !== 'image') continue
      const png = await renderer.croppedImage(layer)
      uris.set(layer, `data:image/png;base64,${Buffer.from(png).toString('base64')}`)
    }
    return (image) => uris.get(image)!
  }

  return {
    async find(id) {
      const { plan, unit } = await planThatMakes(id)
      const values = unitValues(plan, createCopyTable(plan), unit)
      const placement = placementOf(plan, unit)
      const scene = unitScene(plan, unit, fonts)
      const content = canonicalJson({ scene, fingerprint: plan.fingerprint, maxBytes: placement.maxBytes })
      return { id, plan, unit, values, placement, scene, contentHash: contentHash(content).slice(0, 32) }
    },
    picture: (found, format) =>
      renders.run(async () => {
        const { maxBytes } = found.placement
        if (isSpliced({ format })) return splicedPicture(found)
        return (await renderer.picture(found.scene, { format, maxBytes })).bytes
      }),
    async slotPicture(found, slot, { widthPx, heightPx }) {
      const { plan, values, id } = found
      const value = Object.hasOwn(values, slot) ? values[slot] : undefined
      if (value?.kind !== 'image') {
        throw new PolyadError('NOT_FOUND', { what: `picture of ad unit ${id}`, name: slot })
      }
      const layer = plan.template.layers.find((each) => each.kind === 'image' && each.slot === slot)
      const image: SceneImage = {
        id: slot,
        kind: 'image',
        box: { left: 0, top: 0, width: widthPx, height: heightPx },
        opacity: 1,
        path: value.file,
        file: plan.files[value.file] ?? value.file,
        fit: 'cover',
        focus: value.focus ?? ((layer?.kind === 'image' && layer.focus) || { x: 0.5, y: 0.5 }),
      }
      return renders.run(() => renderer.croppedImage(image, 'jpeg'))
    },
    async houseAd({ campaign, files }, { widthPx, heightPx }) {
      if (!campaign.houseAd) return undefined
      const { file } = campaign.houseAd
      const image: SceneImage = {
        id: 'house-ad',
        kind: 'image',
        box: { left: 0, top: 0, width: widthPx, height: heightPx },
        opacity: 1,
        path: file,
        file: files[file] ?? file,
        fit: 'cover',
        focus: { x: 0.5, y: 0.5 },
      }
      return renders.run(() => renderer.croppedImage(image, 'jpeg'))
    },
    svg: ({ scene }) => renders.run(async () => sceneSvg(scene, { href: await inlined(scene) })),
    zip: ({ plan, unit, id, scene }) =>
      renders.run(async () => {
        const { files } = await unitHtmlCreative(plan, unit, id, scene, renderer, { selfContained: false })
        return zipBytes(files)
      }),
    html: (found, links) =>
      renders.run(async () => {
        const { campaign } = found.plan
        return htmlDocument(found.scene, {
          href: await inlined(found.scene),
          ...links,
          locale: found.unit.locale,
          title: campaign.title ?? campaign.name,
        })
      }),
  }
}

/** Undefined where the plan does not make it, or is older than the id. */
function unitIn(plan: Plan, id: string): { plan: Plan; unit: AdUnit } | undefined {
  try {
    const unit = unitFromId(plan.ledger, id)
    return createSpace(plan).rankOf(unit) === undefined ? undefined : { plan, unit }
  } catch (error) {
    if (error instanceof PolyadError && error.code === 'AD_UNIT_ID_INVALID') return undefined
    throw error
  }
}

function noSuchUnit(id: string): PolyadError {
  return new PolyadError('NOT_FOUND', { what: 'ad unit', name: id })
}
