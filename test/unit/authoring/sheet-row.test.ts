import { describe, expect, it } from 'vitest'
import { readSheetRow } from '../../../engine/authoring/sheet-row.ts'
import type { Template } from '../../../templates/template.ts'

const template: Template = {
  name: 'card',
  slots: [
    { name: 'product', kind: 'image' },
    { name: 'price', kind: 'price' },
    { name: 'rating', kind: 'number' },
  ],
  layers: [{ id: 'a', kind: 'shape', box: { left: 0, top: 0, right: 0, bottom: 0 }, fill: '#ffffff' }],
}

function read(cells: Record<string, unknown>): unknown {
  const problems: string[] = []
  const vocabulary = { person: new Map(), mention: new Map() }
  const terms = { template, locales: ['en-US'], attributes: new Map(), vocabulary }
  const row = readSheetRow(2, cells, terms, (column, problem) => problems.push(`${column} ${problem}`))
  return row?.content ?? problems
}

describe('typed cells of a sheet', () => {
  it('are read as an asset has them', () => {
    expect(read({ slot: 'price', price: '49.90 EUR' })).toEqual({
      price: { amountMicros: 49_900_000, currency: 'EUR' },
    })
    expect(read({ slot: 'rating', number: 4.5 })).toEqual({ number: 4.5 })
    expect(read({ slot: 'product', file: 'assets/a.jpg', focus: '0.7 .2' })).toEqual({
      file: 'assets/a.jpg',
      focus: { x: 0.7, y: 0.2 },
    })
  })

  it.each([
    [{ slot: 'price', price: '49,90' }, 'price is not a price such as 49.90 EUR'],
    [{ slot: 'rating', number: 'four' }, 'number is not a number such as 4.5'],
    [{ slot: 'rating', price: '4 EUR' }, 'price is given, but the slot is of kind number'],
    [{ slot: 'product', file: 'a.jpg', focus: 'left' }, 'focus is not a point such as 0.7 0.2'],
  ])('are refused: %j', (cells, problem) => {
    expect(read(cells)).toContain(problem)
  })
})
