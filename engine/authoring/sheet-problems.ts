/** What is wrong with a sheet, summed up: equal mistakes are one line, whatever their number. */
export interface SheetProblem {
  readonly column: string
  /** In words that rows share. */
  readonly problem: string
  readonly rows: number
  /** The first rows that have it. */
  readonly firstRows: readonly number[]
  /** What the first of them holds. */
  readonly example: string
}

export interface SheetProblems {
  add(row: number, column: string, problem: string, value: unknown): void
  /** All rows' problems, those of the most rows first. */
  list(): readonly SheetProblem[]
  /** Problems of kinds beyond those that are listed. */
  readonly unlisted: number
}

const MAX_KINDS = 100
const FIRST_ROWS = 5
const EXAMPLE_CHARACTERS = 60

/** Collects problems in memory that does not grow with their number. */
export function createSheetProblems(): SheetProblems {
  const kinds = new Map<
    string,
    { column: string; problem: string; rows: number; firstRows: number[]; example: string }
  >()
  let unlisted = 0
  return {
    add(row, column, problem, value) {
      const key = JSON.stringify([column, problem])
      const known = kinds.get(key)
      if (known) {
        known.rows++
        if (known.firstRows.length < FIRST_ROWS) known.firstRows.push(row)
      } else if (kinds.size >= MAX_KINDS) unlisted++
      else kinds.set(key, { column, problem, rows: 1, firstRows: [row], example: shortened(value) })
    },
    list: () => [...kinds.values()].sort((a, b) => b.rows - a.rows || a.firstRows[0]! - b.firstRows[0]!),
    get unlisted() {
      return unlisted
    },
  }
}

function shortened(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > EXAMPLE_CHARACTERS ? `${text.slice(0, EXAMPLE_CHARACTERS)}…` : text
}

/** A problem in a line: `column "when": not valid JSON (3 rows: 2, 5, 9), e.g. "{state"`. */
export function problemLine({ column, problem, rows, firstRows, example }: SheetProblem): string {
  const shown = firstRows.join(', ') + (rows > firstRows.length ? ', ...' : '')
  const where = rows === 1 ? `row ${shown}` : `${rows.toLocaleString('en-US')} rows: ${shown}`
  return `column "${column}": ${problem} (${where})${example ? `, e.g. ${JSON.stringify(example)}` : ''}`
}
