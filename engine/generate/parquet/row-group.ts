import type { Plan } from '../../campaign/plan.ts'
import { CELL_LEVELS } from '../../space/compile.ts'
import { ABSENT } from '../../space/diagram.ts'
import { createSpace } from '../../space/space.ts'
import { clickThrough } from '../click-through.ts'
import type { Decimal } from '../decimal.ts'
import type { TakeBytes } from '../row-encoder.ts'
import type { RowFormat } from '../row-format.ts'
import { bytesOf, createRowPieces } from '../row-pieces.ts'
import { createUnitIdEncoder } from '../unit-ids.ts'
import { createDictionaryColumn } from './dictionary-column.ts'
import { type ColumnNote, MAGIC, type RowGroupNote } from './footer.ts'
import { createFrontCoded } from './front-coded.ts'
import { dataPage, ENCODINGS, type Page } from './page.ts'
import { createRankColumn } from './rank-column.ts'

/** A finished column: its pages and what the footer tells of them. */
export interface FinishedColumn {
  readonly pages: readonly Page[]
  readonly note: Omit<ColumnNote, 'pages'>
}

/**
 * Texts of the row group in the making, one at a time in a thread: fresh memory for millions of them would cost more
 * than the spelling.
 */
const kept = { id: createFrontCoded(), url: createFrontCoded(), image: createFrontCoded() }

/** Length of the note in front of a row group, in bytes. */
const LENGTH_BYTES = 4

/**
 * Encodes one row group: rows in rank order cost the levels that changed, since a column whose value stays is a run.
 * `take` gets it once, with its note in front: `rowGroupOf` takes them apart.
 *
 * @param isFirst begin with what a file begins with
 */
export function createRowGroupEncoder(plan: Plan, isFirst: boolean, take: TakeBytes) {
  const { campaign, placements, segments } = plan
  const slotCount = campaign.slots.length
  const pieces = createRowPieces(plan, spelling(plan))
  const ids = createUnitIdEncoder(plan)
  const { ascii } = ids
  const { end } = pieces
  const { count } = createSpace(plan)

  const texts = { isText: true, isOptional: false }
  const numbers = { isText: false, isOptional: false }
  const text = <T extends object>(of: (value: T) => string) =>
    createDictionaryColumn<T>((value) => bytesOf(of(value)), texts)
  const number = <T extends object>(of: (value: T) => number) =>
    createDictionaryColumn<T>((value) => int32(of(value)), numbers)

  const { id, url, image } = kept
  for (const column of [id, url, image]) column.clear()
  const rankColumn = createRankColumn(count)
  const ofPlan = [text<Plan>((value) => value.campaign.name), number<Plan>((value) => value.revision)]
  const ofSegment = [
    text<Plan['segments'][number]>((segment) => segment.id),
    text<Plan['segments'][number]>((segment) => segment.title),
  ]
  const locales = campaign.locales.map((name) => ({ name }))
  const ofLocale = text<{ readonly name: string }>(({ name }) => name)
  const ofPlacement = [
    text<Plan['placements'][number]>((placement) => placement.id),
    number<Plan['placements'][number]>(({ widthPx }) => widthPx),
    number<Plan['placements'][number]>(({ heightPx }) => heightPx),
  ]
  const slots = campaign.slots.map(() =>
    createDictionaryColumn<Uint8Array>((piece) => piece, { isText: true, isOptional: true }),
  )
  let link = { before: end, after: end }
  let hasPicture = true
  let hadPicture = true
  let rows = 0

  function changeCell(values: Int32Array, changed: number): void {
    if (rows === 0) for (const column of ofPlan) column.change(0, plan)
    if (changed === 0) {
      const segment = segments[values[0]!]!
      for (const column of ofSegment) column.change(rows, segment)
      link = pieces.link(values[0]!)
    }
    if (changed <= 1) ofLocale.change(rows, locales[values[1]!]!)
    hasPicture = pieces.hasPicture[values[2]!]!
    const placement = placements[values[2]!]!
    for (const column of ofPlacement) column.change(rows, placement)
  }

  return {
    /** As RowEncoder. */
    write(values: Int32Array, changed: number, rank: Decimal): void {
      if (changed < CELL_LEVELS) changeCell(values, changed)
      for (let slot = Math.max(0, changed - CELL_LEVELS); slot < slotCount; slot++) {
        const asset = values[CELL_LEVELS + slot]!
        const piece =
          asset === ABSENT ? undefined : pieces.slot(slot, asset, values[0]!, values[1]!, values[2]!)
        slots[slot]!.change(rows, piece)
      }
      const length = ids.encode(values, changed)
      const same = rows === 0 ? 0 : ids.kept()
      id.next(same)
      id.put(ascii, same, length)
      rankColumn.next(rank)
      if (changed === 0) {
        url.next(0)
        url.put(link.before, 0, link.before.length)
        url.put(ascii, 0, length)
      } else {
        url.next(link.before.length + same)
        url.put(ascii, same, length)
      }
      url.put(link.after, 0, link.after.length)
      const sameImage = hasPicture && hadPicture ? same : 0
      image.next(sameImage)
      if (hasPicture) {
        image.put(ascii, sameImage, length)
        image.put(end, 0, end.length)
      }
      hadPicture = hasPicture
      rows++
    },
    finish(): void {
      take(framed(rows, rows === 0 ? [] : finishedColumns(), isFirst))
    },
  }

  function finishedColumns(): FinishedColumn[] {
    const frontCoded = (page: Uint8Array): FinishedColumn => ({
      pages: [dataPage(page, rows, ENCODINGS.frontCoded)],
      note: { nulls: 0 },
    })
    return [
      frontCoded(id.page()),
      rankColumn.finish(rows),
      ...ofPlan.map((column) => column.finish(rows)),
      ...ofSegment.map((column) => column.finish(rows)),
      ofLocale.finish(rows),
      ...ofPlacement.map((column) => column.finish(rows)),
      ...slots.map((column) => column.finish(rows)),
      frontCoded(url.page()),
      frontCoded(image.page()),
    ]
  }
}

/** A row group as a part of a run: its note, and its bytes as they stand in the file. */
export function rowGroupOf(part: Uint8Array): { readonly note: string; readonly bytes: Uint8Array } {
  const length = new DataView(part.buffer, part.byteOffset).getUint32(0, true)
  const from = LENGTH_BYTES + length
  return {
    note: Buffer.from(part.buffer, part.byteOffset + LENGTH_BYTES, length).toString('utf8'),
    bytes: part.subarray(from),
  }
}

function framed(rows: number, columns: readonly FinishedColumn[], isFirst: boolean): Uint8Array {
  const note: RowGroupNote = {
    rows,
    columns: columns.map(({ pages, note }) => ({
      pages: pages.map(({ bytes, rawBytes }) => ({ bytes, rawBytes })),
      ...note,
    })),
  }
  const noteBytes = bytesOf(JSON.stringify(note))
  const pages = columns.flatMap((column) => column.pages)
  const magic = isFirst ? MAGIC : new Uint8Array()
  const parts = [noteBytes, magic, ...pages.flatMap((page) => page.parts)]
  const whole = new Uint8Array(LENGTH_BYTES + parts.reduce((sum, { length }) => sum + length, 0))
  new DataView(whole.buffer).setUint32(0, noteBytes.length, true)
  let at = LENGTH_BYTES
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Values as they are, without quotes. */
function spelling(plan: Plan): RowFormat {
  return {
    header: '',
    begin: '',
    afterId: '',
    cell: () => '',
    slot: (_slot, value) => value ?? '',
    link(segment) {
      const { beforeId, afterId } = clickThrough(plan, plan.segments[segment]!.id)
      return { before: beforeId, after: afterId }
    },
    end: '.jpg',
    endWithoutPicture: '',
  }
}

function int32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer)
}
