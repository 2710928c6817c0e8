import { PolyadError } from '../../../core/errors.ts'
import { nearestName } from '../../../rules/nearest-name.ts'
import type { Table, TableRoles } from './table.ts'

/** Columns shown in a message. */
const SHOWN_COLUMNS = 20

/** Each column of a table that is used, with the option that names it. */
function namedColumns(roles: TableRoles): { readonly option: string; readonly column: string }[] {
  const { treatment, outcome, propensity, count, squares, person, segments } = roles
  const given = { treatment, outcome, propensity, count, squares, person }
  return [
    ...Object.entries(given).flatMap(([name, column]) =>
      column === undefined ? [] : [{ option: `--${name}`, column }],
    ),
    ...segments.map(({ column }) => ({ option: '--segments', column })),
  ]
}

/**
 * The columns to read, each of them there and used for one thing.
 *
 * @throws PolyadError INPUT_INVALID naming the option
 */
export function columnsOf(roles: TableRoles, { path, columns }: Pick<Table, 'path' | 'columns'>): string[] {
  const named = namedColumns(roles)
  const usedBy = new Map<string, string>()
  for (const { option, column } of named) {
    if (!columns.includes(column)) throw noSuchColumn(option, column, path, columns)
    const other = usedBy.get(column)
    if (other !== undefined) {
      throw optionProblem(
        option,
        other === option
          ? `names the column "${column}" twice`
          : `the column "${column}" is named by ${other} too`,
        'use a column for one thing',
      )
    }
    usedBy.set(column, option)
  }
  if (roles.squares !== undefined && roles.count === undefined) {
    throw optionProblem(
      '--squares',
      'sums of squares are of rows that hold several people',
      'name the column of their number with --count, or leave --squares out',
    )
  }
  if (roles.person !== undefined && roles.count !== undefined) {
    throw optionProblem(
      '--person',
      'with --count a row holds several people, so it has no one person',
      'leave one of them out',
    )
  }
  return named.map(({ column }) => column)
}

function noSuchColumn(option: string, column: string, path: string, columns: readonly string[]): PolyadError {
  const near = nearestName(column, columns)
  const has = columns.slice(0, SHOWN_COLUMNS).join(', ') + (columns.length > SHOWN_COLUMNS ? ', ...' : '')
  return optionProblem(
    option,
    `"${column}" is no column of ${path}`,
    near === undefined ? `it has: ${has}` : `did you mean "${near}"?`,
  )
}

/** A problem of an option of `polyad guard`. */
export function optionProblem(option: string, problem: string, mend?: string): PolyadError {
  return new PolyadError('INPUT_INVALID', {
    what: 'option',
    where: option,
    problem,
    ...(mend !== undefined && { mend }),
  })
}
