import { isCopyOnly } from '../../templates/placement.ts'
import type { Plan } from '../campaign/plan.ts'
import { ABSENT } from '../space/diagram.ts'
import { createCopyTable } from './copy-table.ts'
import type { RowFormat } from './row-format.ts'
import { assetValue, shown } from './unit-values.ts'

/**
 * The repeating pieces of rows as bytes, each spelt when it is first asked for: asking again for the same choice of a
 * slot gives the same object.
 */
export interface RowPieces {
  readonly begin: Uint8Array
  readonly afterId: Uint8Array
  readonly end: Uint8Array
  readonly endWithoutPicture: Uint8Array
  /** By position of the placement. */
  readonly hasPicture: readonly boolean[]
  cell(segment: number, locale: number, placement: number): Uint8Array
  /** @param asset position, or ABSENT */
  slot(slot: number, asset: number, segment: number, locale: number, placement: number): Uint8Array
  link(segment: number): { readonly before: Uint8Array; readonly after: Uint8Array }
}

/** What an asset shows in one locale: one piece a class of segments. */
interface AssetPieces {
  /** Undefined where all segments share one piece. */
  readonly classOf: Int32Array | undefined
  readonly pieces: (Uint8Array | undefined)[]
  /** Of a text that is a list, by placement. */
  readonly byPlacement: (AssetPieces | undefined)[] | undefined
}

/** Cells come one after the other and seldom again, so few are kept. */
const KEPT_CELLS = 1000

export function createRowPieces(plan: Plan, format: RowFormat): RowPieces {
  const { campaign } = plan
  const copy = createCopyTable(plan)
  const localeCount = campaign.locales.length
  const cells = new Map<string, Uint8Array>()
  const links: { readonly before: Uint8Array; readonly after: Uint8Array }[] = []
  const absent = campaign.slots.map((_, slot) => bytesOf(format.slot(slot, undefined)))
  const assets = campaign.slots.map(() => [] as (AssetPieces | undefined)[])

  function textOf(
    slot: number,
    asset: number,
    segment: number,
    locale: number,
    placement: number,
  ): string | undefined {
    const entry = copy.entry(slot, asset, locale, placement)
    if (entry) return entry.texts[entry.classOf[segment]!]
    const value = assetValue(campaign.slots[slot]!.assets[asset]!, undefined)
    return value && shown(value)
  }

  return {
    begin: bytesOf(format.begin),
    afterId: bytesOf(format.afterId),
    end: bytesOf(format.end),
    endWithoutPicture: bytesOf(format.endWithoutPicture),
    hasPicture: plan.placements.map((placement) => !isCopyOnly(placement)),
    cell(segment, locale, placement) {
      const key = `${segment},${locale},${placement}`
      let piece = cells.get(key)
      if (!piece) {
        if (cells.size > KEPT_CELLS) cells.clear()
        piece = bytesOf(format.cell(segment, locale, placement))
        cells.set(key, piece)
      }
      return piece
    },
    slot(slot, asset, segment, locale, placement) {
      if (asset === ABSENT) return absent[slot]!
      const at = asset * localeCount + locale
      let made = assets[slot]![at]
      if (!made) {
        made = {
          classOf: copy.entry(slot, asset, locale, 0)?.classOf,
          pieces: [],
          byPlacement: copy.isList(slot, asset, locale) ? [] : undefined,
        }
        assets[slot]![at] = made
      }
      if (made.byPlacement) {
        const there = made.byPlacement[placement] ?? { ...made, pieces: [], byPlacement: undefined }
        made.byPlacement[placement] = there
        made = there
      }
      const number = made.classOf ? made.classOf[segment]! : 0
      let piece = made.pieces[number]
      if (!piece) {
        piece = bytesOf(format.slot(slot, textOf(slot, asset, segment, locale, placement)))
        made.pieces[number] = piece
      }
      return piece
    },
    link(segment) {
      let piece = links[segment]
      if (!piece) {
        const { before, after } = format.link(segment)
        piece = { before: bytesOf(before), after: bytesOf(after) }
        links[segment] = piece
      }
      return piece
    },
  }
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}
