import { describe, expect, it } from 'vitest'
import { textLength } from '../../../templates/text-units.ts'

const FAMILY = '👨‍👩‍👧‍👦'

describe('textLength', () => {
  it.each([
    // Text, graphemes, UTF-16 units, bytes, display width, weight on X.
    ['', 0, 0, 0, 0, 0],
    ['Café', 4, 4, 5, 4, 4],
    ['Cafe\u0301', 4, 5, 6, 5, 4],
    ['ที่นี่', 2, 6, 18, 6, 6],
    ['한국어', 3, 3, 9, 6, 6],
    ['\u1112\u1161\u11ab', 1, 3, 9, 6, 2],
    ['日本、東京', 5, 5, 15, 10, 10],
    ['ｱ', 1, 1, 3, 1, 2],
    ['Ａ！', 2, 2, 6, 4, 4],
    ['مرحبا', 5, 5, 10, 5, 5],
    ['😀', 1, 2, 4, 2, 2],
    [FAMILY, 1, 11, 25, 11, 2],
    ['👍🏽', 1, 4, 8, 4, 2],
    ['🇰🇷', 1, 4, 8, 4, 2],
    ['1️⃣', 1, 3, 7, 3, 2],
    ['“so”—yes…', 9, 9, 17, 9, 10],
  ])('%j', (text, graphemes, utf16, bytes, width, weight) => {
    expect({
      graphemes: textLength(text, 'graphemes'),
      utf16: textLength(text, 'utf16'),
      bytes: textLength(text, 'bytes'),
      width: textLength(text, 'display-width'),
      weight: textLength(text, 'x-weight'),
    }).toEqual({ graphemes, utf16, bytes, width, weight })
  })

  it('weighs a post of 140 Korean or 280 Latin letters as full', () => {
    expect(textLength('가'.repeat(140), 'x-weight')).toBe(280)
    expect(textLength('a'.repeat(280), 'x-weight')).toBe(280)
  })
})
