import type { Intervals } from './code-line.ts'
import type { SegmentTerms, Terms } from './segment-terms.ts'

/** Values of the narrowest thing asked for that are worth a conjunction each. */
const MOST_SPLIT = 4

/** One thing a conjunction asks: the narrower, the smaller the share of codes that meet it. */
interface Ask {
  readonly share: number
  /** Which attribute, as a position. */
  readonly source: number
  /** Ascending. */
  readonly firstCode: number
  readonly codeCount: number
  /** The same conjunction, asking for one of the codes alone. */
  only(code: number): Terms
  codes(): readonly number[]
}

/**
 * The conjunctions in an order that puts together those that ask for the same value of the attribute they are narrowest
 * in, and among those the same for the next: so a record meets none of most chunks, and they are passed over unread.
 * One that asks for a few values there becomes as many, each with its own.
 */
export function clustered(parts: SegmentTerms): readonly Terms[] {
  const sources = new Map(
    [...parts.lines.keys(), ...parts.items.keys()].map((name, at) => [name, at] as const),
  )
  const asksOf = (terms: Terms): Ask[] =>
    [...lineAsks(terms, parts, sources), ...itemAsks(terms, parts, sources)].sort(
      (a, b) => a.share - b.share || a.source - b.source || a.firstCode - b.firstCode,
    )
  return parts.terms
    .flatMap((terms) => {
      const [narrowest] = asksOf(terms)
      if (!narrowest || narrowest.codeCount < 2 || narrowest.codeCount > MOST_SPLIT) return [terms]
      return narrowest.codes().map((code) => narrowest.only(code))
    })
    .map((terms) => ({ terms, asks: asksOf(terms) }))
    .sort((a, b) => compareAsks(a.asks, b.asks))
    .map(({ terms }) => terms)
}

type Sources = ReadonlyMap<string, number>

function lineAsks(terms: Terms, { lines }: SegmentTerms, sources: Sources): Ask[] {
  return [...terms.lines].map(([name, intervals]) => {
    const codeCount = lengthOf(intervals)
    return {
      share: codeCount / lines.get(name)!.size,
      source: sources.get(name)!,
      firstCode: intervals[0]!,
      codeCount,
      codes: () => codesIn(intervals),
      only: (code) => ({ ...terms, lines: new Map([...terms.lines, [name, [code, code + 1]]]) }),
    }
  })
}

function itemAsks(terms: Terms, { items }: SegmentTerms, sources: Sources): Ask[] {
  return [...terms.some].flatMap(([name, lists]) =>
    lists.map((codes, layer) => ({
      share: codes.length / items.get(name)!.size,
      source: sources.get(name)!,
      firstCode: Math.min(...codes),
      codeCount: codes.length,
      codes: () => codes,
      only: (code: number) => ({
        ...terms,
        some: new Map([...terms.some, [name, lists.with(layer, [code])]]),
      }),
    })),
  )
}

function compareAsks(a: readonly Ask[], b: readonly Ask[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = a[i]!.source - b[i]!.source || a[i]!.firstCode - b[i]!.firstCode
    if (order !== 0) return order
  }
  return b.length - a.length
}

function lengthOf(intervals: Intervals): number {
  let codes = 0
  for (let i = 0; i < intervals.length; i += 2) codes += intervals[i + 1]! - intervals[i]!
  return codes
}

function codesIn(intervals: Intervals): number[] {
  const codes: number[] = []
  for (let i = 0; i < intervals.length; i += 2)
    for (let code = intervals[i]!; code < intervals[i + 1]!; code++) codes.push(code)
  return codes
}
