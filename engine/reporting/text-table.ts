/** A column of a table for people. */
export interface TextColumn {
  readonly heading: string
  /** Numbers are set to the right. */
  readonly numeric?: boolean
  /** What people copy, an id or an address, is never cut. */
  readonly whole?: boolean
}

/** Most characters of one other cell; longer ones are cut with an ellipsis. */
const WIDEST = 60

/** Rows as lines of equal columns, two spaces apart, heading first. Control characters become spaces. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map(({ heading }) => heading), ...rows].map((row) =>
    row.map((cell, at) => printable(cell, columns[at]?.whole ? cell.length : WIDEST)),
  )
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

function printable(cell: string, widest: number): string {
  const characters = [...cell.replace(/\p{Cc}+/gu, ' ')]
  return characters.length > widest ? `${characters.slice(0, widest - 1).join('')}…` : characters.join('')
}

/** 12,345 */
export function wholeNumber(count: number | bigint | string): string {
  return (typeof count === 'string' ? BigInt(count) : count).toLocaleString('en-US', {
    maximumFractionDigits: 0,
  })
}

/** 1 leaf, 12,345 leaves. */
export function counted(count: number | bigint, one: string, many = `${one}s`): string {
  return `${wholeNumber(count)} ${Number(count) === 1 ? one : many}`
}

/** 12.3 %, with two digits that count below 10 %. */
export function percent(fraction: number): string {
  const value = fraction * 100
  const digits = Math.abs(value) >= 10 || value === 0 ? 1 : Math.abs(value) >= 0.1 ? 2 : 4
  return `${value.toFixed(digits)} %`
}

/** A p- or q-value in two digits that count; below 0.0001 it says no more than that. */
export function probability(p: number): string {
  if (p < 0.0001) return '<0.0001'
  return p >= 0.9995 ? '1' : p.toPrecision(2)
}
