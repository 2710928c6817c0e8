import { cleanText } from './clean-text.ts'
import type { FieldMapping } from './mapping.ts'

export type FieldValue = string | number | boolean | readonly string[]

const WORDS_FOR_TRUE: ReadonlySet<string> = new Set(['true', 'yes', 'y', 't', '1'])
const WORDS_FOR_FALSE: ReadonlySet<string> = new Set(['false', 'no', 'n', 'f', '0'])

/** One source cell as text; undefined when there is nothing in it. */
export function cellText(raw: unknown, decode?: 'html'): string | undefined {
  if (raw === null || raw === undefined) return undefined
  if (typeof raw === 'object') return cellText(JSON.stringify(raw), decode)
  const text = cleanText(String(raw), decode)
  return text === '' ? undefined : text
}

/**
 * Reads one field of a row, in this order: clean, lower-case, missing (`empty`), `map`, type.
 *
 * @returns the value, undefined when it is missing, or what is wrong with it
 */
export function readField(
  raw: unknown,
  mapping: FieldMapping,
): { readonly value: FieldValue | undefined } | { readonly problem: string } {
  const texts = itemsOf(raw, mapping)
    .map((item) => meaningOf(item, mapping))
    .filter((item) => item !== undefined)
  if (mapping.type === 'set') {
    const items = [...new Set(texts.map(String))].sort()
    return { value: items.length > 0 ? items : undefined }
  }
  const value = texts[0]
  if (value === undefined) return { value: undefined }
  switch (mapping.type) {
    case 'category':
      return { value: String(value) }
    case 'number': {
      const number = Number(value)
      if (typeof value !== 'boolean' && Number.isFinite(number)) return { value: number }
      return { problem: `${quoted(value)} is not a number` }
    }
    case 'boolean': {
      const word = String(value).toLowerCase()
      if (WORDS_FOR_TRUE.has(word)) return { value: true }
      if (WORDS_FOR_FALSE.has(word)) return { value: false }
      return { problem: `${quoted(value)} is neither true nor false` }
    }
  }
}

function itemsOf(raw: unknown, { type, separator }: FieldMapping): readonly unknown[] {
  if (type !== 'set') return [raw]
  if (Array.isArray(raw)) return raw
  return typeof raw === 'string' && separator ? raw.split(separator) : [raw]
}

function meaningOf(raw: unknown, { lower, empty, map }: FieldMapping): string | number | boolean | undefined {
  const cleaned = cellText(raw)
  if (cleaned === undefined) return undefined
  const text = lower ? cleaned.toLowerCase() : cleaned
  if (empty?.includes(text)) return undefined
  if (!map || !Object.hasOwn(map, text)) return text
  const mapped = map[text]
  return mapped === null || mapped === '' ? undefined : mapped
}

/** A value from outside for a message: short, and on one line. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text
}
