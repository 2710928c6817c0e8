import { PolyadError } from '../../core/errors.ts'
import type { ChromaSubsampling } from '../../templates/jpeg/encode.ts'
import { qualityLadder, type Renderer } from '../../templates/raster.ts'
import type { Scene } from '../../templates/scene.ts'
import type { BandCache } from '../../templates/splice/band-cache.ts'
import type { SplicedPicture } from '../../templates/splice/splicer.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { createSpace } from '../space/space.ts'
import type { Chosen } from './chosen.ts'
import { createPictureSheet, type PictureSheet } from './picture-sheet.ts'
import { createUnitIdEncoder } from './unit-ids.ts'

export interface SplicerSettings {
  /** 1..100, the first tried. */
  readonly quality?: number | undefined
  readonly chromaSubsampling?: ChromaSubsampling | undefined
  /** The scene of one ad unit of the plan. */
  readonly sceneOf: (unit: AdUnit) => Scene
  readonly cache: { readonly coded: BandCache; readonly grounds: BandCache }
}

/** One ad unit as a JPEG. */
interface UnitPicture extends SplicedPicture {
  /** The ad unit's id. */
  readonly id: string
}

/** Makes JPEGs of a plan's ad units from bands it keeps: the same bytes as the renderer makes of their scenes. */
export interface PictureSplicer {
  /**
   * Pictures at places [from, to) of what is chosen, in order. All are held, so ask for some thousand at a time.
   *
   * @throws PolyadError PICTURE_TOO_LARGE, and what LayerRasters throws
   */
  pictures(chosen: Chosen, from: bigint, to: bigint): Promise<UnitPicture[]>
}

export function createPictureSplicer(
  plan: Plan,
  renderer: Renderer,
  { quality, chromaSubsampling = '4:2:0', sceneOf, cache }: SplicerSettings,
): PictureSplicer {
  const space = createSpace(plan)
  const ids = createUnitIdEncoder(plan)
  const sheets = new Map<number, PictureSheet>()
  const localeCount = plan.campaign.locales.length

  function sheetOf(locale: number, placement: number, chosen: Chosen): PictureSheet {
    const number = placement * localeCount + locale
    let sheet = sheets.get(number)
    if (!sheet) {
      const share = chosen.count / BigInt(localeCount * plan.placements.length) + 1n
      sheet = createPictureSheet(plan, {
        locale,
        placement,
        chromaSubsampling,
        pictures: share < MOST_PICTURES ? Number(share) : Number(MOST_PICTURES),
        renderer,
        cache: { coded: cache.coded.section(), grounds: cache.grounds.section() },
      })
      sheets.set(number, sheet)
    }
    return sheet
  }

  return {
    async pictures(chosen, from, to) {
      for (const [number, sheet] of sheets) if (sheet.isFull()) sheets.delete(number)
      const placesOf = new Map<PictureSheet, number[]>()
      const idOf: string[] = []
      let last: PictureSheet | undefined
      let place = from
      chosen.visit(from, to, (values, changed) => {
        const sheet = sheetOf(values[1]!, values[2]!, chosen)
        const now = place++
        sheet.add(values, sheet === last ? changed : 0, () => sceneOf(space.unitAt(chosen.rankAt(now))))
        last = sheet
        const places = placesOf.get(sheet)
        if (places) places.push(idOf.length)
        else placesOf.set(sheet, [idOf.length])
        const length = ids.encode(values, changed)
        idOf.push(Buffer.from(ids.ascii.buffer, ids.ascii.byteOffset, length).toString('latin1'))
      })
      const qualities = qualityLadder(quality)
      // All are taken before any is waited for: another call may add to the same sheets meanwhile.
      const taken = Array.from(placesOf, ([sheet, places]) => {
        const maxBytes = sheet.placement.maxBytes ?? Number.POSITIVE_INFINITY
        return { places, maxBytes, pictures: sheet.take(qualities, maxBytes) }
      })
      const made: UnitPicture[] = []
      for (const { places, maxBytes, pictures } of taken) {
        for (const [index, picture] of (await pictures).entries()) {
          const { bytes } = picture
          if (bytes > maxBytes)
            throw new PolyadError('PICTURE_TOO_LARGE', { format: 'jpeg', bytes, maxBytes })
          const at = places[index]!
          made[at] = { ...picture, id: idOf[at]! }
        }
      }
      return made
    },
  }
}

/** Past so many, more pictures change no plan of bands. */
const MOST_PICTURES = 1_000_000_000n
