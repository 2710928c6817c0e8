import { slotsInOrder } from '../campaign/ad-unit-id.ts'
import { CELL_NUMBERS, createIdEncoder, type IdEncoder } from '../campaign/id-codec.ts'
import type { Plan } from '../campaign/plan.ts'
import { CELL_LEVELS } from '../space/compile.ts'
import { ABSENT } from '../space/diagram.ts'
import { type CopyEntry, createCopyTable } from './copy-table.ts'
import type { Decimal } from './decimal.ts'
import type { RowFormat } from './row-format.ts'
import { assetValue, shown } from './unit-values.ts'

/** Writes rows one after another into a buffer that grows. */
export interface RowEncoder {
  /**
   * Writes the row of an ad unit.
   *
   * @param values positions as a cursor of the space has them
   * @param changed first level whose value may differ from the call before; 0 in the first call
   */
  write(values: Int32Array, changed: number, rank: Decimal): void
  /** What was written, in a buffer of exactly its size. */
  finish(): Uint8Array
}

/** Pieces up to this size are copied byte by byte: a call of `set` costs more than that. */
const SHORT_BYTES = 16
/**
 * Working memory is kept for the next range of this thread up to this size: touching fresh memory costs as much as
 * filling it. One range is written at a time.
 */
const KEPT_BYTES = 32 * 2 ** 20

let workingMemory = new Uint8Array(2 ** 16)

/**
 * Encodes rows as bytes. What repeats is spelt once: every distinct value is escaped and encoded when it is first seen,
 * and the part of a row before the first slot that changed is copied from the row before.
 */
export function createRowEncoder(plan: Plan, format: RowFormat, header: string): RowEncoder {
  const pieces = createPieces(plan, format)
  const ids = createUnitIdEncoder(plan)
  const begin = bytesOf(format.begin)
  const afterId = bytesOf(format.afterId)
  const end = bytesOf(format.end)
  const slotCount = plan.campaign.slots.length

  let out = workingMemory
  let used = 0
  // Where the cell of the row before begins in `out`, and where its slots begin after that; the last entry is the end.
  let middle = 0
  const slotStarts = new Int32Array(slotCount + 1)
  let cell = pieces.cell(0, 0, 0)
  let link = pieces.link(0)
  const slots = new Array<Uint8Array>(slotCount).fill(begin)

  function put(piece: Uint8Array, size: number): void {
    if (size <= SHORT_BYTES) {
      for (let at = 0; at < size; at++) out[used + at] = piece[at]!
    } else {
      out.set(piece, used)
    }
    used += size
  }

  function makeRoom(size: number): void {
    if (used + size <= out.length) return
    const larger = new Uint8Array(Math.max(out.length * 2, used + size))
    larger.set(out.subarray(0, used))
    out = larger
  }

  const first = bytesOf(header)
  makeRoom(first.length)
  put(first, first.length)

  return {
    write(values, changed, rank) {
      const firstSlot = Math.max(0, changed - CELL_LEVELS)
      let size = slotStarts[firstSlot]!
      if (changed < CELL_LEVELS) {
        cell = pieces.cell(values[0]!, values[1]!, values[2]!)
        link = pieces.link(values[0]!)
        size = cell.length
      }
      for (let slot = firstSlot; slot < slotCount; slot++) {
        slots[slot] = pieces.slot(slot, values[CELL_LEVELS + slot]!, values[0]!, values[1]!)
        size += slots[slot]!.length
      }
      const idLength = ids.encode(values, changed)
      const { ascii } = ids
      makeRoom(
        size +
          begin.length +
          afterId.length +
          end.length +
          link.before.length +
          link.after.length +
          3 * idLength +
          // `put` writes the whole id buffer; what lies behind the id is overwritten by what follows.
          ascii.length +
          rank.bytes.length,
      )

      put(begin, begin.length)
      put(ascii, idLength)
      put(afterId, afterId.length)
      for (let at = rank.start; at < rank.bytes.length; at++) out[used++] = rank.bytes[at]!
      const before = middle
      middle = used
      if (changed < CELL_LEVELS) {
        put(cell, cell.length)
        slotStarts[0] = cell.length
      } else {
        const kept = slotStarts[firstSlot]!
        out.copyWithin(used, before, before + kept)
        used += kept
      }
      for (let slot = firstSlot; slot < slotCount; slot++) {
        const piece = slots[slot]!
        put(piece, piece.length)
        slotStarts[slot + 1] = used - middle
      }
      put(link.before, link.before.length)
      put(ascii, idLength)
      put(link.after, link.after.length)
      put(ascii, idLength)
      put(end, end.length)
    },
    finish() {
      if (out.length <= KEPT_BYTES) workingMemory = out
      return out.slice(0, used)
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

/** Ids of ad units given by position. */
function createUnitIdEncoder(plan: Plan): {
  readonly ascii: IdEncoder['ascii']
  encode(values: Int32Array, changed: number): number
} {
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
  return {
    ascii: encoder.ascii,
    encode(values, changed) {
      let first = encoder.numbers.length
      for (let level = changed; level < values.length; level++) {
        const value = values[level]!
        const at = numberOfLevel[level]!
        encoder.numbers[at] = value === ABSENT ? 0 : ordinals[level]![value]!
        if (at < first) first = at
      }
      return encoder.encode(first)
    },
  }
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}
