import { PolyadError } from '../../../core/errors.ts'
import type { Table } from './table.ts'

/** Bad rows that are told; reading stops at the last of them. */
const MOST_TOLD = 5
const LONGEST_CELL = 40

/** The first bad rows of a table. */
export interface BadRows {
  add(place: number, problem: string): void
  /** Takes over those of a list that was kept until it was known whether they are bad. */
  addAll(suspects: readonly BadRow[]): void
  /** @throws PolyadError INPUT_INVALID when there are so many that no more are told */
  refuseIfMany(): void
  /** @throws PolyadError INPUT_INVALID when there is any */
  refuseIfAny(): void
}

export interface BadRow {
  readonly place: number
  readonly problem: string
}

/**
 * Collects the bad rows of an experiment's table. One is enough to refuse it: rows that cannot be read are seldom spread
 * over the arms by chance, so an answer from the others would be biased without showing it.
 */
export function createBadRows({ path, places }: Pick<Table, 'path' | 'places'>): BadRows {
  const found: BadRow[] = []

  const refuse = (): never => {
    const told = [...found].sort((a, b) => a.place - b.place).slice(0, MOST_TOLD)
    throw new PolyadError('INPUT_INVALID', {
      what: 'table',
      where: path,
      problem: told.map(({ place, problem }) => `${places} ${place}, ${problem}`).join('; '),
      mend: 'mend such rows in the file: without them the answer could be biased, so none is left out',
    })
  }

  return {
    add: (place, problem) => found.push({ place, problem }),
    addAll: (suspects) => found.push(...suspects),
    refuseIfMany() {
      if (found.length >= MOST_TOLD) refuse()
    },
    refuseIfAny() {
      if (found.length > 0) refuse()
    },
  }
}

/** The first few rows that are bad if something turns out to be so. */
export interface Suspects {
  readonly rows: readonly BadRow[]
  add(place: number, problem: () => string): void
}

export function createSuspects(): Suspects {
  const rows: BadRow[] = []
  return {
    rows,
    add(place, problem) {
      if (rows.length < MOST_TOLD) rows.push({ place, problem: problem() })
    },
  }
}

/** A cell as a message shows it. */
export function shownCell(column: string, cell: unknown): string {
  const text = String(cell ?? '')
  return `"${column}": ${text.trim() === '' ? 'an empty cell' : `"${text.slice(0, LONGEST_CELL)}"`}`
}
