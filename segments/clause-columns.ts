import { hasBit } from '../core/bitmap.ts'
import { clauseKey, mentionClausesOf } from '../rules/rule-json.ts'
import type { Population } from './population.ts'
import type { Segment } from './segment.ts'

/**
 * One boolean column over people for each distinct mention clause of these segments: what a person meets is looked up
 * when matching (`RuleRecord.clauses`), however many mentions the person has.
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
  const columns = [...clauses].map(([key, rule]) => ({ key, people: population.evaluate(rule) }))
  return (row) => new Set(columns.filter(({ people }) => hasBit(people, row)).map(({ key }) => key))
}
