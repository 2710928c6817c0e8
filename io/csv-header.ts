import { PolyadError } from '../core/errors.ts'
import { nearestName } from '../rules/nearest-name.ts'

const LIKELY_DELIMITERS: readonly { readonly delimiter: string; readonly name: string }[] = [
  { delimiter: ',', name: 'a comma' },
  { delimiter: ';', name: 'a semicolon' },
  { delimiter: '\t', name: 'a tab' },
  { delimiter: '|', name: 'a vertical bar' },
]

/** Columns shown in a message; a header may be as long as a row. */
const SHOWN_COLUMNS = 20

/** A whole-file problem of a CSV file's header. */
export function headerProblem(path: string, problem: string, mend?: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'file', where: path, problem, ...(mend ? { mend } : {}) })
}

/**
 * The column names of a header, in order; a nameless one becomes `column N`.
 *
 * @param needed columns that must be there
 * @throws PolyadError INPUT_INVALID: a wrong delimiter, one name twice, a needed column that is missing
 */
export function checkHeader(
  path: string,
  fields: readonly string[],
  delimiter: string,
  needed: readonly string[],
): readonly string[] {
  if (fields.some((field) => field.includes('\r'))) {
    throw headerProblem(path, 'its lines end in CR alone', 'save it with LF or CRLF line ends')
  }
  const only = fields.length === 1 ? fields[0]! : undefined
  const other = LIKELY_DELIMITERS.find(
    (likely) => likely.delimiter !== delimiter && only?.includes(likely.delimiter),
  )
  if (other) {
    throw headerProblem(
      path,
      `with ${nameOf(delimiter)} between columns its header is one column that contains ${other.name}`,
      `set "delimiter": ${JSON.stringify(other.delimiter)} in the mapping`,
    )
  }
  const columns = fields.map((field, index) => field.trim() || `column ${index + 1}`)
  const known = new Set<string>()
  for (const column of columns) {
    if (known.has(column))
      throw headerProblem(path, `its header names the column "${column}" twice`, 'rename one')
    known.add(column)
  }
  for (const column of needed) {
    if (!known.has(column)) throw columnMissing(path, column, 'is not in its header', columns)
  }
  return columns
}

/** A column that a mapping uses and a file does not have; `columns` are those it has. */
export function columnMissing(
  path: string,
  column: string,
  where: string,
  columns: readonly string[],
): PolyadError {
  const near = nearestName(column, columns)
  const has = columns.slice(0, SHOWN_COLUMNS).join(', ') + (columns.length > SHOWN_COLUMNS ? ', ...' : '')
  const problem = `the mapping uses the column "${column}", which ${where}`
  return headerProblem(path, problem, near ? `did you mean "${near}"?` : `it has: ${has}`)
}

function nameOf(delimiter: string): string {
  return LIKELY_DELIMITERS.find((likely) => likely.delimiter === delimiter)?.name ?? `"${delimiter}"`
}
