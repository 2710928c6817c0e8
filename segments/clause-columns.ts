import { rowsOf } from '../core/bitmap.ts'
import { clauseKey, mentionClausesOf } from '../rules/rule-json.ts'
import type { Population } from './population.ts'
import type { Segment } from './segment.ts'

/**
 * For each person of a population one bit for each distinct mention clause of these segments: what a person meets is
 * looked up when matching (`RuleRecord.clauses`), however many mentions the person has. Costs four bytes a person and 32
 * clauses; a look-up reads those and the clauses met, not every clause.
 *
 * @returns the keys of the clauses met by the person in a row
 */
export function createClauseColumns(
  population: Population,
  segments: readonly Segment[],
): (row: number) => ReadonlySet<string> {
  const clauses = new Map(
    segments.flatMap(({ rule }) => mentionClausesOf(rule)).map((rule) => [clauseKey(rule), rule] as const),
  )
  const keys = [...clauses.keys()]
  const wordsPerRow = (keys.length + 31) >>> 5
  const words = new Uint32Array(population.people * wordsPerRow)
  for (const [at, rule] of [...clauses.values()].entries()) {
    for (const row of rowsOf(population.evaluate(rule)))
      words[row * wordsPerRow + (at >>> 5)]! |= 1 << (at & 31)
  }
  return (row) => {
    const met = new Set<string>()
    for (let i = 0; i < wordsPerRow; i++) {
      for (let word = words[row * wordsPerRow + i]!; word !== 0; word &= word - 1)
        met.add(keys[i * 32 + 31 - Math.clz32(word & -word)]!)
    }
    return met
  }
}
