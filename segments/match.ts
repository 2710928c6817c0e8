import { compileRule, type RuleRecord } from '../rules/compile.ts'
import { clauseKey, mentionClausesOf } from '../rules/rule-json.ts'
import { createChunkedRowsBuilder } from './matching/chunked-rows.ts'
import { clustered } from './matching/cluster.ts'
import { buildFilters, type ItemFilter } from './matching/filters.ts'
import { createIntersect, createRowQuery, type RowQuery } from './matching/intersect.ts'
import { MENTIONS, segmentTerms } from './matching/segment-terms.ts'
import type { Segment } from './segment.ts'

export interface Matcher {
  /** The segments a record is in, narrowest first (`byNarrowness`). */
  match(record: RuleRecord): readonly Segment[]
  /** Memory of the index. */
  readonly bytes: number
}

/** The order in which segments win: fewest people first, then by id in text order. */
export function byNarrowness(a: Segment, b: Segment): number {
  return a.people - b.people || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/**
 * An index over segments. Rules are taken apart into conjunctions, and each attribute's values into codes that the rules
 * tell apart (numbers where ranges cut them); for each code there is a bitmap of the conjunctions that it lets through.
 * A record is matched by the intersection of the bitmaps of its values, read only where none of them is empty. A rule
 * that would take too many conjunctions is asked as a whole, of those who have what everybody who meets it has.
 *
 * Memory grows with the rules: four bytes for each value and 128 conjunctions, and 16 for each part of a bitmap that is
 * like no other.
 */
export function createMatcher(segments: readonly Segment[]): Matcher {
  const narrowestFirst = [...segments].sort(byNarrowness)
  const rules = narrowestFirst.map(({ rule }) => rule)
  const parts = segmentTerms(rules)
  const ordered = clustered(parts)
  const builder = createChunkedRowsBuilder(ordered.length)
  for (let at = 0; at < ordered.length; at++) builder.flip(at)
  const everything = builder.addRow()
  const { lineFilters, itemFilters } = buildFilters(builder, parts, ordered)
  const index = builder.finish()
  const intersect = createIntersect(index)
  const segmentOf = Uint32Array.from(ordered, ({ segment }) => segment)
  const { residues } = parts
  const mentionClauses = [
    ...new Map(rules.flatMap(mentionClausesOf).map((rule) => [clauseKey(rule), compileRule(rule)] as const)),
  ]

  // One record at a time: these are written anew for each.
  const query = createRowQuery()
  const met = new Uint32Array((segments.length + 31) >>> 5)
  let firstWord = 0
  let lastWord = 0
  const found = (conjunction: number): void => {
    const segment = segmentOf[conjunction]!
    const word = segment >>> 5
    met[word]! |= 1 << (segment & 31)
    if (word < firstWord) firstWord = word
    if (word > lastWord) lastWord = word
  }

  const itemsOf = (name: string, record: RuleRecord): Iterable<string> => {
    if (name !== MENTIONS) {
      const value = record.values[name]
      return typeof value === 'object' ? value : []
    }
    const { clauses, mentions } = record
    if (!mentions) return clauses ?? []
    return mentionClauses.filter(([, meets]) => meets(record)).map(([key]) => key)
  }

  return {
    bytes: index.bytes + segmentOf.byteLength,
    match(record) {
      query.rows[0] = everything
      query.count = 1
      query.groups = 0
      for (const { attribute, line, rows } of lineFilters) {
        query.rows[query.count++] = rows[line.codeOf(record.values[attribute])]!
      }
      for (const filter of itemFilters) addItems(query, filter, itemsOf(filter.name, record))
      firstWord = met.length
      lastWord = -1
      intersect(query, found)

      const matched: Segment[] = []
      for (let at = firstWord; at <= lastWord; at++) {
        let word = met[at]!
        met[at] = 0
        while (word !== 0) {
          const segment = at * 32 + 31 - Math.clz32(word & -word)
          word &= word - 1
          if (residues[segment]?.(record) ?? true) matched.push(narrowestFirst[segment]!)
        }
      }
      return matched
    },
  }
}

/** The items of one set, or of the mention clauses: each layer is passed by any of them, the refusals by all. */
function addItems(query: RowQuery, { codes, layers, refusals }: ItemFilter, items: Iterable<string>): void {
  const known: number[] = []
  for (const item of items) {
    const code = codes.get(item)
    if (code !== undefined) known.push(code)
  }
  for (const { rows, without } of layers) {
    if (known.length === 0) query.rows[query.count++] = without
    else if (known.length === 1) query.rows[query.count++] = rows[known[0]!]!
    else {
      let end = query.groups === 0 ? 0 : query.groupEnds[query.groups - 1]!
      for (const code of known) query.groupRows[end++] = rows[code]!
      query.groupEnds[query.groups++] = end
    }
  }
  if (refusals) for (const code of known) query.rows[query.count++] = refusals[code]!
}
