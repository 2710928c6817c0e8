import { base32FromDigits } from '../../core/base32.ts'
import { slotsInOrder } from '../campaign/ad-unit-id.ts'
import { CELL_NUMBERS, createIdEncoder } from '../campaign/id-codec.ts'
import type { Plan } from '../campaign/plan.ts'
import { CELL_LEVELS } from '../space/compile.ts'
import { ABSENT } from '../space/diagram.ts'
import type { ByteWriter } from './byte-writer.ts'
import { type CopyEntry, createCopyTable } from './copy-table.ts'
import { shown } from './row.ts'
import type { RowFormat } from './row-format.ts'
import { assetValue } from './unit-values.ts'

export interface RowEncoder {
  /**
   * Writes the row of an ad unit.
   *
   * @param values positions as a cursor of the space has them
   * @param changed first level whose value may differ from the call before; 0 in the first call
   */
  write(out: ByteWriter, values: Int32Array, changed: number, rank: bigint): void
}

const DIGITS = bytesOf(base32FromDigits([...Array(32).keys()]))

/**
 * Writes rows as bytes. What repeats is spelt once: every distinct value is escaped and encoded when it is first seen,
 * and the part of a row before the first slot that changed is kept from the row before.
 */
export function createRowEncoder(plan: Plan, format: RowFormat): RowEncoder {
  const pieces = createPieces(plan, format)
  const ids = createUnitIdEncoder(plan)
  const begin = bytesOf(format.begin)
  const afterId = bytesOf(format.afterId)
  const end = bytesOf(format.end)
  const slotCount = plan.campaign.slots.length

  // The row from its cell to its last slot; `ends[i]` is where slot i begins, the last one where the link does.
  let middle = new Uint8Array(4096)
  const ends = new Int32Array(slotCount + 1)
  let link = pieces.link(0)

  function put(piece: Uint8Array, at: number): number {
    const after = at + piece.length
    if (after > middle.length) {
      const larger = new Uint8Array(after * 2)
      larger.set(middle)
      middle = larger
    }
    middle.set(piece, at)
    return after
  }

  return {
    write(out, values, changed, rank) {
      if (changed < CELL_LEVELS) {
        ends[0] = put(pieces.cell(values[0]!, values[1]!, values[2]!), 0)
        link = pieces.link(values[0]!)
      }
      for (let slot = Math.max(0, changed - CELL_LEVELS); slot < slotCount; slot++) {
        ends[slot + 1] = put(
          pieces.slot(slot, values[CELL_LEVELS + slot]!, values[0]!, values[1]!),
          ends[slot]!,
        )
      }
      const id = ids(values, changed)
      out.append(begin)
      out.append(id)
      out.append(afterId)
      out.append(bytesOf(String(rank)))
      out.append(middle.subarray(0, ends[slotCount]))
      out.append(link.before)
      out.append(id)
      out.append(link.after)
      out.append(id)
      out.append(end)
    },
  }
}

/** The repeating pieces of rows as bytes, each made when first asked for. */
function createPieces(plan: Plan, format: RowFormat) {
  const { campaign } = plan
  const copy = createCopyTable(plan)
  const cells = new Map<string, Uint8Array>()
  const links = new Map<number, { readonly before: Uint8Array; readonly after: Uint8Array }>()
  const absent = campaign.slots.map((_, slot) => bytesOf(format.slot(slot, undefined)))
  const fixed = campaign.slots.map(({ assets }) => new Array<Uint8Array | undefined>(assets.length))
  const texts = new Map<CopyEntry, (Uint8Array | undefined)[]>()

  function textPiece(slot: number, entry: CopyEntry, segment: number): Uint8Array {
    let made = texts.get(entry)
    if (!made) {
      made = new Array(entry.texts.length)
      texts.set(entry, made)
    }
    const number = entry.classOf[segment]!
    made[number] ??= bytesOf(format.slot(slot, entry.texts[number]))
    return made[number]
  }

  return {
    cell(segment: number, locale: number, placement: number): Uint8Array {
      const key = `${segment},${locale},${placement}`
      let piece = cells.get(key)
      if (!piece) {
        // Cells come one after the other and seldom again, so few are kept.
        if (cells.size > 1000) cells.clear()
        piece = bytesOf(format.cell(segment, locale, placement))
        cells.set(key, piece)
      }
      return piece
    },
    slot(slot: number, asset: number, segment: number, locale: number): Uint8Array {
      if (asset === ABSENT) return absent[slot]!
      const entry = copy.entry(slot, asset, locale)
      if (entry) return textPiece(slot, entry, segment)
      const made = fixed[slot]!
      made[asset] ??= bytesOf(format.slot(slot, shownAsset(plan, slot, asset)))
      return made[asset]
    },
    link(segment: number) {
      let piece = links.get(segment)
      if (!piece) {
        const { before, after } = format.link(segment)
        piece = { before: bytesOf(before), after: bytesOf(after) }
        links.set(segment, piece)
      }
      return piece
    },
  }
}

/** What a picture or colour asset shows. */
function shownAsset(plan: Plan, slot: number, asset: number): string | undefined {
  const value = assetValue(plan.campaign.slots[slot]!.assets[asset]!, undefined)
  return value && shown(value)
}

/** Ids of ad units given by position, as ASCII; the bytes are overwritten by the next call. */
function createUnitIdEncoder(plan: Plan): (values: Int32Array, changed: number) => Uint8Array {
  const { campaign, ledger, placements, segments } = plan
  const slots = slotsInOrder(ledger)
  const ordinals = [
    segments.map(({ id }) => ledger.segments[id]!),
    campaign.locales.map((locale) => ledger.locales[locale]!),
    placements.map(({ id }) => ledger.placements[id]!),
    ...campaign.slots.map(({ slot, assets }) => assets.map(({ id }) => ledger.assets[slot]![id]!)),
  ]
  // An id has slots in the ledger's order, which may differ from the campaign's.
  const numberOfLevel = [1, 2, 3, ...campaign.slots.map(({ slot }) => CELL_NUMBERS + slots.indexOf(slot))]
  const encoder = createIdEncoder(CELL_NUMBERS + slots.length)
  encoder.numbers[0] = ledger.campaignKey
  let isFirst = true
  let bytes = new Uint8Array(64)

  return (values, changed) => {
    let first = isFirst ? 0 : encoder.numbers.length
    isFirst = false
    for (let level = changed; level < values.length; level++) {
      const value = values[level]!
      const at = numberOfLevel[level]!
      encoder.numbers[at] = value === ABSENT ? 0 : ordinals[level]![value]!
      if (at < first) first = at
    }
    const digits = encoder.digits(first)
    if (bytes.length !== digits.length) bytes = new Uint8Array(digits.length)
    for (let at = 0; at < digits.length; at++) bytes[at] = DIGITS[digits[at]!]!
    return bytes
  }
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}
