import { formatMoney, MICROS_PER_UNIT } from '../core/money.ts'

/** What copy can hold and print. Undefined: not known. */
export type CopyValue = string | number | boolean | readonly string[] | undefined

interface HelperCall {
  readonly args: readonly CopyValue[]
  /** Named arguments: `{{number x decimals=2}}`. */
  readonly named: Readonly<Record<string, CopyValue>>
  /** BCP 47, e.g. de-AT. */
  readonly locale: string
}

interface Helper {
  /** Fewest and most plain arguments. */
  readonly arity: readonly [number, number]
  readonly named?: readonly string[]
  /** The first argument may be a variable that is not known. */
  readonly allowsMissing?: true
  /** @throws CopyProblem when an argument is of the wrong kind */
  readonly call: (call: HelperCall) => string | number
}

/** A copy that cannot be rendered with these values, in words for the author. */
export class CopyProblem extends Error {}

/** Every helper copy may call. Anything else is refused before a template runs. */
export const HELPERS: Readonly<Record<string, Helper>> = {
  /** {{fallback state "your state"}}: the first that is known and not empty. */
  fallback: {
    arity: [2, 2],
    allowsMissing: true,
    call: ({ args: [value, other] }) => (isEmpty(value) ? text(other) : text(value)),
  },
  upper: { arity: [1, 1], call: ({ args, locale }) => text(args[0]).toLocaleUpperCase(locale) },
  lower: { arity: [1, 1], call: ({ args, locale }) => text(args[0]).toLocaleLowerCase(locale) },
  /** First letter upper case, the rest as it is. */
  capitalise: {
    arity: [1, 1],
    call: ({ args, locale }) => {
      const [first = '', ...rest] = graphemesOf(text(args[0]))
      return first.toLocaleUpperCase(locale) + rest.join('')
    },
  },
  /** {{truncate text 20}}: at most 20 graphemes, the last an ellipsis when something was cut. */
  truncate: {
    arity: [2, 2],
    call: ({ args }) => {
      const all = graphemesOf(text(args[0]))
      const most = wholeNumber(args[1], 'truncate', 1)
      return all.length <= most
        ? all.join('')
        : `${all
            .slice(0, most - 1)
            .join('')
            .trimEnd()}…`
    },
  },
  /** {{number 1234.5 decimals=1}} */
  number: {
    arity: [1, 1],
    named: ['decimals'],
    call: ({ args, named, locale }) => {
      const decimals = named['decimals']
      const digits = decimals === undefined ? undefined : wholeNumber(decimals, 'decimals', 0, 20)
      return new Intl.NumberFormat(locale, {
        ...(digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits }),
      }).format(number(args[0], 'number'))
    },
  },
  /** {{money 49.5 "USD"}}: units of the currency. */
  money: {
    arity: [2, 2],
    call: ({ args, locale }) => {
      const currency = text(args[1])
      if (!/^[A-Z]{3}$/.test(currency)) {
        throw new CopyProblem(`money needs an ISO currency such as "USD", not "${currency}"`)
      }
      const amountMicros = Math.round(number(args[0], 'money') * MICROS_PER_UNIT)
      return formatMoney({ amountMicros, currency }, locale)
    },
  },
  /** {{date "2026-11-23" style="long"}}: a calendar day; style full, long, medium (default) or short. */
  date: {
    arity: [1, 1],
    named: ['style'],
    call: ({ args, named, locale }) => {
      const day = text(args[0])
      const atMs = Date.parse(`${day}T00:00:00Z`)
      // Date.parse takes 31 February for 3 March.
      if (Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== day) {
        throw new CopyProblem(`date needs a day such as "2026-11-23", not "${day}"`)
      }
      const style = named['style'] ?? 'medium'
      if (style !== 'full' && style !== 'long' && style !== 'medium' && style !== 'short') {
        throw new CopyProblem('the style of date is full, long, medium or short')
      }
      return new Intl.DateTimeFormat(locale, { dateStyle: style, timeZone: 'UTC' }).format(atMs)
    },
  },
  /** {{plural count one="person" other="people"}}: the word alone, by the locale's plural rules (CLDR names). */
  plural: {
    arity: [1, 1],
    named: ['zero', 'one', 'two', 'few', 'many', 'other'],
    call: ({ args, named, locale }) => {
      const category = new Intl.PluralRules(locale).select(number(args[0], 'plural'))
      const word = named[category] ?? named['other']
      if (word === undefined) throw new CopyProblem(`plural needs ${category}="..." or other="..."`)
      return text(word)
    },
  },
  /** {{list interests}}: "hiking, sailing, and chess". */
  list: {
    arity: [1, 1],
    call: ({ args: [value], locale }) =>
      new Intl.ListFormat(locale, { type: 'conjunction' }).format(
        Array.isArray(value) ? (value as readonly string[]) : [text(value as CopyValue)],
      ),
  },
  /** {{ordinal 2}}: "2nd"; a full stop or a sign where the language writes one, else the number alone. */
  ordinal: {
    arity: [1, 1],
    call: ({ args, locale }) => {
      const value = wholeNumber(args[0], 'ordinal', 0)
      const signs = ORDINAL_SIGNS[new Intl.Locale(locale).language]
      const category = new Intl.PluralRules(locale, { type: 'ordinal' }).select(value)
      return new Intl.NumberFormat(locale).format(value) + (signs?.[category] ?? signs?.['other'] ?? '')
    },
  },
}

/** What follows the number, by CLDR ordinal category. */
const ORDINAL_SIGNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  en: { one: 'st', two: 'nd', few: 'rd', other: 'th' },
  fr: { one: 'er', other: 'e' },
  es: { other: '.º' },
  it: { many: 'º', other: 'º' },
  pt: { other: 'º' },
  de: { other: '.' },
  da: { other: '.' },
  nb: { other: '.' },
  fi: { other: '.' },
  pl: { other: '.' },
  cs: { other: '.' },
}

/** A value as it is printed. */
export function text(value: CopyValue): string {
  if (value === undefined) return ''
  return Array.isArray(value) ? value.join(', ') : String(value)
}

export function isEmpty(value: CopyValue): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

function number(value: CopyValue, helper: string): number {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof parsed !== 'number' || !Number.isFinite(parsed)) {
    throw new CopyProblem(`${helper} needs a number, not "${text(value)}"`)
  }
  return parsed
}

function wholeNumber(value: CopyValue, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const parsed = number(value, name)
  if (!Number.isSafeInteger(parsed) || parsed < least || parsed > most) {
    throw new CopyProblem(`${name} needs a whole number of at least ${least}, not ${parsed}`)
  }
  return parsed
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

function graphemesOf(value: string): string[] {
  return Array.from(graphemes.segment(value), ({ segment }) => segment)
}
