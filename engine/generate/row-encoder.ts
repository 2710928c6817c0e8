import type { Plan } from '../campaign/plan.ts'
import { CELL_LEVELS } from '../space/compile.ts'
import type { Decimal } from './decimal.ts'
import type { RowFormat } from './row-format.ts'
import { bytesOf, createRowPieces } from './row-pieces.ts'
import { createUnitIdEncoder } from './unit-ids.ts'

/** Writes rows one after another and hands them on. */
export interface RowEncoder {
  /**
   * Writes the row of an ad unit.
   *
   * @param values positions as a cursor of the space has them
   * @param changed first level whose value may differ from the call before; 0 in the first call
   */
  write(values: Int32Array, changed: number, rank: Decimal): void
  /** Hands on what is left. */
  finish(): void
}

/** Takes the next bytes; they are overwritten once it returns. */
export type TakeBytes = (bytes: Uint8Array) => void

/** Pieces up to this size are copied byte by byte: a call of `set` costs more than that. */
const SHORT_BYTES = 8
/** Bytes handed on at once: few enough to stay in the processor's cache until they are taken. */
const BUFFER_BYTES = 256 * 1024

/** One range is written at a time in a thread, and touching fresh memory costs as much as filling it. */
let workingMemory = new Uint8Array(BUFFER_BYTES)

/**
 * Encodes rows as bytes. What repeats is spelt once: every distinct value is escaped and encoded when it is first seen,
 * and of a row like the one before only what differs is written over a copy of that one.
 */
export function createRowEncoder(plan: Plan, format: RowFormat, header: string, take: TakeBytes): RowEncoder {
  const pieces = createRowPieces(plan, format)
  const { begin, afterId } = pieces
  const ids = createUnitIdEncoder(plan)
  const { ascii } = ids
  const slotCount = plan.campaign.slots.length

  let out = workingMemory
  let used = 0
  let cell = begin
  let hasPicture = true
  let end = pieces.end
  let link = { before: begin, after: begin }
  const slots = new Array<Uint8Array>(slotCount).fill(begin)
  // The row before: where it begins in `out`, its length, and where its slots begin in it (the last entry is their end).
  let before = 0
  let length = 0
  let idLength = 0
  let rankLength = 0
  const slotStarts = new Int32Array(slotCount + 1)

  function put(piece: Uint8Array, size: number): void {
    if (size <= SHORT_BYTES) {
      for (let at = 0; at < size; at++) out[used + at] = piece[at]!
    } else {
      out.set(piece, used)
    }
    used += size
  }

  function putId(at: number, kept: number): void {
    for (let index = kept; index < idLength; index++) out[at + index] = ascii[index]!
  }

  function putRank(rank: Decimal, at: number): void {
    const { bytes } = rank
    for (let index = rank.start; index < bytes.length; index++) out[at++] = bytes[index]!
  }

  /** Makes room for a row, handing on what is there; the row before stays readable where it is. */
  function makeRoom(size: number): void {
    if (used + size <= out.length) return
    if (used > 0) take(out.subarray(0, used))
    used = 0
    if (size <= out.length) return
    const larger = new Uint8Array(2 * size)
    larger.set(out)
    out = larger
    workingMemory = larger
  }

  function writeWhole(rank: Decimal): void {
    before = used
    put(begin, begin.length)
    putId(used, 0)
    used += idLength
    put(afterId, afterId.length)
    putRank(rank, used)
    used += rankLength
    put(cell, cell.length)
    for (let slot = 0; slot < slotCount; slot++) {
      slotStarts[slot] = used - before
      put(slots[slot]!, slots[slot]!.length)
    }
    slotStarts[slotCount] = used - before
    put(link.before, link.before.length)
    putId(used, 0)
    used += idLength
    put(link.after, link.after.length)
    if (hasPicture) {
      putId(used, 0)
      used += idLength
    }
    put(end, end.length)
    length = used - before
  }

  /** A row of the same cell, id and rank of the same lengths: other slots from `first` to `last`, other id and rank. */
  function writeOver(first: number, last: number, rank: Decimal): void {
    const start = used
    const tail = slotStarts[last + 1]!
    const tailLength = length - tail
    out.copyWithin(start, before, before + slotStarts[first]!)
    used += slotStarts[first]!
    for (let slot = first; slot <= last; slot++) {
      slotStarts[slot] = used - start
      put(slots[slot]!, slots[slot]!.length)
    }
    const shift = used - start - tail
    for (let slot = last + 1; slot <= slotCount; slot++) slotStarts[slot]! += shift
    out.copyWithin(used, before + tail, before + tail + tailLength)
    used += tailLength
    before = start
    length = used - start
    const kept = ids.kept()
    const imageAt = used - end.length - (hasPicture ? idLength : 0)
    putId(start + begin.length, kept)
    putId(imageAt - link.after.length - idLength, kept)
    if (hasPicture) putId(imageAt, kept)
    putRank(rank, start + begin.length + idLength + afterId.length)
  }

  const first = bytesOf(header)
  makeRoom(first.length)
  put(first, first.length)

  return {
    write(values, changed, rank) {
      const sameCell = changed >= CELL_LEVELS
      if (!sameCell) {
        cell = pieces.cell(values[0]!, values[1]!, values[2]!)
        link = pieces.link(values[0]!)
        hasPicture = pieces.hasPicture[values[2]!]!
        end = hasPicture ? pieces.end : pieces.endWithoutPicture
      }
      let firstSlot = slotCount
      let lastSlot = slotCount - 1
      let more = 0
      for (let slot = sameCell ? changed - CELL_LEVELS : 0; slot < slotCount; slot++) {
        const piece = pieces.slot(slot, values[CELL_LEVELS + slot]!, values[0]!, values[1]!, values[2]!)
        if (piece === slots[slot]) continue
        if (firstSlot === slotCount) firstSlot = slot
        lastSlot = slot
        more += piece.length - slots[slot]!.length
        slots[slot] = piece
      }
      const idBefore = idLength
      idLength = ids.encode(values, changed)
      const rankBefore = rankLength
      rankLength = rank.bytes.length - rank.start
      if (sameCell && idLength === idBefore && rankLength === rankBefore) {
        makeRoom(length + more)
        // A long row may come to lie over the one before it.
        if (used > before || length + more <= before) return writeOver(firstSlot, lastSlot, rank)
      }
      let size = begin.length + afterId.length + end.length + (hasPicture ? 3 : 2) * idLength + rankLength
      size += cell.length + link.before.length + link.after.length
      for (let slot = 0; slot < slotCount; slot++) size += slots[slot]!.length
      makeRoom(size)
      writeWhole(rank)
    },
    finish() {
      if (used > 0) take(out.subarray(0, used))
      used = 0
    },
  }
}
