import type { Cell } from './table.ts'

/** Larger amounts would lose digits when they are squared and summed. */
export const LARGEST_NUMBER = 1e15

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** A plain decimal number, as text or as one; undefined for anything else, an empty cell and amounts over 1e15. */
export function numberFrom(cell: Cell): number | undefined {
  let value: number
  if (typeof cell === 'number') value = cell
  else if (typeof cell === 'string') {
    const text = cell.trim()
    if (!DECIMAL.test(text)) return undefined
    value = Number(text)
  } else return undefined
  return Math.abs(value) <= LARGEST_NUMBER ? value : undefined
}
