import { PolyadError } from '../../core/errors.ts'
import type { ChromaSubsampling } from '../../templates/jpeg/encode.ts'
import { qualityLadder, type Renderer } from '../../templates/raster.ts'
import type { Scene } from '../../templates/scene.ts'
import { type BandCache, type CacheCount, createBandCache } from '../../templates/splice/band-cache.ts'
import type { SplicedPicture } from '../../templates/splice/splicer.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { createSpace } from '../space/space.ts'
import type { Chosen } from './chosen.ts'
import { createPictureSheet, type PictureSheet } from './picture-sheet.ts'
import { createUnitIdEncoder } from './unit-ids.ts'

export interface SplicedOptions {
  /** 1..100, the first tried. */
  readonly quality?: number | undefined
  readonly chromaSubsampling: ChromaSubsampling
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
  /** How the cache of bands did so far. */
  count(): CacheCount
}

const CACHE_BYTES = 128 * 2 ** 20

/** @param sceneOf the scene of one ad unit of the plan */
export function createPictureSplicer(
  plan: Plan,
  renderer: Renderer,
  sceneOf: (unit: AdUnit) => Scene,
  { quality, chromaSubsampling }: SplicedOptions,
): PictureSplicer {
  const space = createSpace(plan)
  const ids = createUnitIdEncoder(plan)
  const coded: BandCache = createBandCache(CACHE_BYTES)
  const grounds: BandCache = createBandCache(CACHE_BYTES)
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
        cache: { coded: coded.section(), grounds: grounds.section() },
      })
      sheets.set(number, sheet)
    }
    return sheet
  }

  return {
    count: coded.count,
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
      const made: UnitPicture[] = []
      for (const [sheet, places] of placesOf) {
        const maxBytes = sheet.placement.maxBytes ?? Number.POSITIVE_INFINITY
        const qualities = qualityLadder(quality)
        const pictures = await sheet.take(qualities, maxBytes)
        for (const [index, at] of places.entries()) {
          const picture = pictures[index]!
          const { bytes } = picture
          if (bytes > maxBytes)
            throw new PolyadError('PICTURE_TOO_LARGE', { format: 'jpeg', bytes, maxBytes })
          made[at] = { ...picture, id: idOf[at]! }
        }
      }
      return made
    },
  }
}

/** Past so many, more pictures change no plan of bands. */
const MOST_PICTURES = 1_000_000_000n
