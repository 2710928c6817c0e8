/** A column of a table for people: its heading, and whether it holds numbers (set to the right). */
export interface TextColumn {
  readonly heading: string
  readonly numeric?: boolean
}

/** Most characters of one cell; longer ones are cut with an ellipsis. */
const WIDEST = 60

/** Rows as lines of equal columns, two spaces apart, heading first. Control characters become spaces. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map(({ heading }) => heading), ...rows].map((row) => row.map(shorten))
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => [...(row[at] ?? '')].length)))
  return cells.map((row) =>
    columns
      .map(({ numeric }, at) => {
        const cell = row[at] ?? ''
        const space = ' '.repeat(widths[at]! - [...cell].length)
        return numeric ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd(),
  )
}

function shorten(cell: string): string {
  const characters = [...cell.replace(/\p{Cc}+/gu, ' ')]
  return characters.length > WIDEST ? `${characters.slice(0, WIDEST - 1).join('')}…` : characters.join('')
}

/** 12,345 */
export function wholeNumber(count: number | bigint | string): string {
  return (typeof count === 'string' ? BigInt(count) : count).toLocaleString('en-US', {
    maximumFractionDigits: 0,
  })
}

/** 12.3 %, with two digits that count below 10 %. */
export function percent(fraction: number): string {
  const value = fraction * 100
  const digits = Math.abs(value) >= 10 || value === 0 ? 1 : Math.abs(value) >= 0.1 ? 2 : 4
  return `${value.toFixed(digits)} %`
}
