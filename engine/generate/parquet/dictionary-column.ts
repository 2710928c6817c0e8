import { bitsOf, createByteWriter } from './byte-writer.ts'
import { putHybrid } from './encodings.ts'
import type { ColumnNote } from './footer.ts'
import { dataPage, dictionaryPage, ENCODINGS, type Page } from './page.ts'

/** A column whose values repeat: rows hold numbers of a dictionary, which is in the order of first use. */
export interface DictionaryColumn<T extends object> {
  /**
   * From this row on the value is another one, perhaps.
   *
   * @param value undefined for none; the same object is the same value
   */
  change(row: number, value: T | undefined): void
  finish(rows: number): { readonly pages: readonly Page[]; readonly note: Omit<ColumnNote, 'pages'> }
}

/** No value: a number outside the dictionary. */
const NONE = -1

/**
 * @param spell a value as PLAIN bytes without the length of texts
 * @param isText whether values are texts, which have their length in front
 * @param isOptional whether rows may have no value
 */
export function createDictionaryColumn<T extends object>(
  spell: (value: T) => Uint8Array,
  { isText, isOptional }: { readonly isText: boolean; readonly isOptional: boolean },
): DictionaryColumn<T> {
  const numbers = new Map<T, number>()
  // Different objects may be spelt alike, and a dictionary has each value once.
  const numbersBySpelling = new Map<string, number>()
  const spellings: Uint8Array[] = []
  const values: number[] = []
  const counts: number[] = []
  let current = NONE
  let since = 0

  function numberOf(value: T): number {
    let number = numbers.get(value)
    if (number === undefined) {
      const spelt = spell(value)
      const text = Buffer.from(spelt.buffer, spelt.byteOffset, spelt.length).toString('latin1')
      number = numbersBySpelling.get(text) ?? spellings.length
      if (number === spellings.length) spellings.push(spelt)
      numbers.set(value, number)
      numbersBySpelling.set(text, number)
    }
    return number
  }

  function endRun(row: number): void {
    if (row === since) return
    values.push(current)
    counts.push(row - since)
    since = row
  }

  return {
    change(row, value) {
      const next = value === undefined ? NONE : numberOf(value)
      if (next === current) return
      endRun(row)
      current = next
    },
    finish(rows) {
      endRun(rows)
      const dictionary = createByteWriter()
      for (const spelt of spellings) {
        if (isText) dictionary.bits([spelt.length], 0, 1, 32)
        dictionary.put(spelt)
      }
      const content = createByteWriter()
      if (isOptional) {
        const levels = createByteWriter()
        putHybrid(levels, { values: values.map((value) => (value === NONE ? 0 : 1)), counts }, 1)
        content.bits([levels.length()], 0, 1, 32)
        content.put(levels.written())
      }
      const width = Math.max(1, bitsOf(spellings.length - 1))
      content.byte(width)
      const present = [...values.keys()].filter((at) => values[at] !== NONE)
      putHybrid(
        content,
        { values: present.map((at) => values[at]!), counts: present.map((at) => counts[at]!) },
        width,
      )
      const nulls = rows - present.reduce((sum, at) => sum + counts[at]!, 0)
      return {
        pages: [
          dictionaryPage(dictionary.written(), spellings.length),
          dataPage(content.written(), rows, ENCODINGS.dictionary),
        ],
        note: { nulls, ...boundsOf(spellings, isText) },
      }
    },
  }
}

/** Least and greatest text by bytes, so that readers can skip a row group; numbers go without. */
function boundsOf(spellings: readonly Uint8Array[], isText: boolean): { min?: string; max?: string } {
  if (!isText || spellings.length === 0) return {}
  let min = spellings[0]!
  let max = min
  for (const spelt of spellings) {
    if (Buffer.compare(spelt, min) < 0) min = spelt
    if (Buffer.compare(spelt, max) > 0) max = spelt
  }
  return { min: hex(min), max: hex(max) }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
