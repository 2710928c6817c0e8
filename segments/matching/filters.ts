import type { ChunkedRowsBuilder } from './chunked-rows.ts'
import { type CodeLine, complement, type Intervals, intervalsOf } from './code-line.ts'
import { entryOf, type SegmentTerms, type Terms } from './segment-terms.ts'

/** By code of one attribute, the row of the conjunctions that it lets through. */
export type RowsByCode = Uint32Array

/** An attribute of one value. */
export interface LineFilter {
  readonly attribute: string
  readonly line: CodeLine
  readonly rows: RowsByCode
}

/** A set, or the mention clauses met. */
export interface ItemFilter {
  readonly name: string
  readonly codes: ReadonlyMap<string, number>
  /**
   * Conjunctions that ask for items, in the first of these; those that ask twice, in the second too. A record passes by
   * any of its items, by none in the row `without`.
   */
  readonly layers: readonly { readonly rows: RowsByCode; readonly without: number }[]
  /** Conjunctions that let an item pass: every item must be. Undefined: all let all. */
  readonly refusals: RowsByCode | undefined
}

/** Makes the rows of every filter. */
export function buildFilters(
  builder: ChunkedRowsBuilder,
  { lines, items }: SegmentTerms,
  ordered: readonly Terms[],
): { readonly lineFilters: readonly LineFilter[]; readonly itemFilters: readonly ItemFilter[] } {
  const lineFilters = [...lines].map(([attribute, line]) => {
    const asked = askedOf(ordered, (terms) => terms.lines.get(attribute))
    return { attribute, line, rows: sweep(builder, line.size, ordered.length, asked) }
  })
  const itemFilters = [...items].map(([name, codes]) => {
    const layers: ItemFilter['layers'][number][] = []
    for (let layer = 0; ordered.some((terms) => (terms.some.get(name)?.length ?? 0) > layer); layer++) {
      const asked = askedOf(ordered, (terms) => {
        const list = terms.some.get(name)?.[layer]
        return list && intervalsOf(list)
      })
      const rows = sweep(builder, codes.size + 1, ordered.length, asked)
      layers.push({ rows, without: rows[codes.size]! })
    }
    const refused = askedOf(ordered, (terms) => {
      const list = terms.none.get(name)
      return list && complement(intervalsOf(list), codes.size)
    })
    const refusals = refused.size === 0 ? undefined : sweep(builder, codes.size, ordered.length, refused)
    return { name, codes, layers, refusals }
  })
  return { lineFilters, itemFilters }
}

function askedOf(
  ordered: readonly Terms[],
  asked: (terms: Terms) => Intervals | undefined,
): Map<number, Intervals> {
  const found = new Map<number, Intervals>()
  for (const [at, terms] of ordered.entries()) {
    const intervals = asked(terms)
    if (intervals) found.set(at, intervals)
  }
  return found
}

/**
 * The row of every code: from one code to the next only the conjunctions change whose intervals begin or end there.
 * Who asks nothing is in every row.
 */
function sweep(
  builder: ChunkedRowsBuilder,
  codes: number,
  conjunctions: number,
  asked: ReadonlyMap<number, Intervals>,
): RowsByCode {
  const flips = new Map<number, number[]>()
  builder.clear()
  for (let at = 0; at < conjunctions; at++) {
    const intervals = asked.get(at)
    if (!intervals) builder.flip(at)
    else for (const edge of intervals) entryOf(flips, edge, () => []).push(at)
  }
  const rows = new Uint32Array(codes)
  for (let code = 0; code < codes; code++) {
    for (const at of flips.get(code) ?? []) builder.flip(at)
    rows[code] = builder.addRow()
  }
  return rows
}
