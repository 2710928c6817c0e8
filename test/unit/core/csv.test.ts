import { describe, expect, it } from 'vitest'
import { csvCell, csvText } from '../../../core/csv.ts'

describe('CSV text', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-5 degrees', "'-5 degrees"],
    ['+1,2', '"\'+1,2"'],
    ['\t=1', "'\t=1"],
    ['', ''],
  ])('%j becomes %j', (text, field) => {
    expect(csvText(text)).toBe(field)
  })
})

it('a code is kept exactly as it is', () => {
  expect(csvCell('-5')).toBe('-5')
  expect(csvCell('a,b')).toBe('"a,b"')
})
