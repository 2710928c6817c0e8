import type { SegmentTerms, Terms } from './segment-terms.ts'

/** One thing a conjunction asks: the narrower, the smaller the share of codes that meet it. */
interface Ask {
  readonly share: number
  /** Which attribute, as a position. */
  readonly source: number
  readonly firstCode: number
}

/**
 * The conjunctions in an order that puts together those that ask for the same value of the attribute they are narrowest
 * in, and among those the same for the next: so a record meets none of most chunks, and they are passed over unread.
 */
export function clustered({ lines, items, terms }: SegmentTerms): readonly Terms[] {
  const sources = new Map([...lines.keys(), ...items.keys()].map((name, at) => [name, at] as const))
  const asksOf = (each: Terms): Ask[] => {
    const asks: Ask[] = []
    for (const [name, intervals] of each.lines) {
      let codes = 0
      for (let i = 0; i < intervals.length; i += 2) codes += intervals[i + 1]! - intervals[i]!
      asks.push({
        share: codes / lines.get(name)!.size,
        source: sources.get(name)!,
        firstCode: intervals[0]!,
      })
    }
    for (const [name, lists] of each.some) {
      for (const codes of lists) {
        asks.push({
          share: codes.length / items.get(name)!.size,
          source: sources.get(name)!,
          firstCode: Math.min(...codes),
        })
      }
    }
    return asks.sort((a, b) => a.share - b.share || a.source - b.source || a.firstCode - b.firstCode)
  }
  return terms
    .map((each) => ({ each, asks: asksOf(each) }))
    .sort((a, b) => compareAsks(a.asks, b.asks))
    .map(({ each }) => each)
}

function compareAsks(a: readonly Ask[], b: readonly Ask[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = a[i]!.source - b[i]!.source || a[i]!.firstCode - b[i]!.firstCode
    if (order !== 0) return order
  }
  return b.length - a.length
}
