import type { Outcome } from '../experiment/experiment.ts'
import { type BadRows, createSuspects, shownCell } from './bad-rows.ts'
import { createGrowingArray } from './growing-array.ts'
import { numberFrom } from './read-number.ts'
import { isEmpty } from './read-values.ts'
import type { Cell, OutcomeKind, TableRoles } from './table.ts'

export interface OutcomeReader {
  /** @param people of the row */
  add(place: number, cell: Cell, people: number, squares: Cell | undefined): void
  /** The outcome; without squares where the table cannot tell them. Bad rows are added to those there are. */
  finish(): { readonly kind: OutcomeKind; readonly outcome: Outcome | undefined }
}

const WORDS: Readonly<Record<string, number>> = { true: 1, yes: 1, false: 0, no: 0 }

/**
 * Reads what people did, and finds which kind of outcome it is unless told: binary where every person has 0 or 1 (or
 * true, false, yes, no), count where all are whole numbers, else money. Of several people in a row: binary where all
 * sums are whole and no larger than their number.
 */
export function createOutcomeReader(roles: TableRoles, bad: BadRows): OutcomeReader {
  const { outcome: column, count, squares: squaresColumn } = roles
  const several = count !== undefined
  const sums = createGrowingArray((length) => new Float64Array(length))
  const squares = createGrowingArray((length) => new Float64Array(length))
  const notBinary = createSuspects()
  const words = createSuspects()
  const fractions = createSuspects()
  const negatives = createSuspects()

  const wordOf = (cell: Cell): number | undefined => {
    if (typeof cell === 'boolean') return Number(cell)
    return typeof cell === 'string' && !several ? WORDS[cell.trim().toLowerCase()] : undefined
  }

  const squaresOf = (place: number, sum: number, people: number, cell: Cell): number => {
    const value = numberFrom(cell)
    // Rounded sums may miss the bound by a little.
    if (value !== undefined && value >= 0 && value >= (0.99 * sum * sum) / people - 0.01) return value
    bad.add(
      place,
      value === undefined || value < 0
        ? `${shownCell(squaresColumn!, cell)} is not a sum of squares`
        : `${shownCell(squaresColumn!, cell)} is too small: ${people} people with a sum of ${sum} have ` +
            `${(sum * sum) / people} or more`,
    )
    return 0
  }

  const finishKind = (): OutcomeKind => {
    const { kind } = roles
    if (kind === 'binary' || (kind === undefined && notBinary.rows.length === 0)) {
      bad.addAll(notBinary.rows)
      return 'binary'
    }
    bad.addAll(words.rows)
    if (kind === 'count' || (kind === undefined && fractions.rows.length === 0)) {
      bad.addAll(fractions.rows)
      bad.addAll(negatives.rows)
      return 'count'
    }
    return 'money'
  }

  return {
    add(place, cell, people, squaresCell) {
      const word = wordOf(cell)
      const sum = word ?? numberFrom(cell)
      if (sum === undefined) {
        const mend = isEmpty(cell)
          ? 'where a number is wanted; write 0 for those who did nothing'
          : 'is not a plain number'
        bad.add(place, `${shownCell(column, cell)} ${mend}`)
        return
      }
      if (word !== undefined) words.add(place, () => `${shownCell(column, cell)} is not a number`)
      const isWhole = Number.isInteger(sum)
      if (!isWhole) fractions.add(place, () => `${shownCell(column, cell)} is not a whole number`)
      if (sum < 0) {
        negatives.add(
          place,
          () => `${shownCell(column, cell)} is a negative count; --kind money if these are amounts`,
        )
      }
      let square = several ? 0 : sum * sum
      if (squaresColumn !== undefined) square = squaresOf(place, sum, people, squaresCell ?? null)
      const isBinary = isWhole && sum >= 0 && sum <= people && (squaresColumn === undefined || square === sum)
      if (!isBinary) notBinary.add(place, () => notBinaryProblem(column, cell, people, several))
      sums.push(sum)
      squares.push(square)
    },
    finish() {
      const kind = finishKind()
      const total = sums.finish()
      if (kind === 'binary') return { kind, outcome: { kind, sums: total, squares: total } }
      const isKnown = !several || squaresColumn !== undefined
      return { kind, outcome: isKnown ? { kind, sums: total, squares: squares.finish() } : undefined }
    },
  }
}

function notBinaryProblem(column: string, cell: Cell, people: number, several: boolean): string {
  const shown = shownCell(column, cell)
  return several
    ? `${shown} is no number of responders among ${people} people`
    : `${shown} is neither 0 nor 1`
}
