/** The way a script is read; of a line, the side it begins on. */
export type Direction = 'ltr' | 'rtl'

/** Scripts written from right to left that have a locale in CLDR. */
const RIGHT_TO_LEFT = new Set(['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg', 'Mand'])

const known = new Map<string, Direction>()

/** The way a locale is read, e.g. rtl for ar-EG and he. */
export function localeDirection(locale: string): Direction {
  let direction = known.get(locale)
  if (!direction) {
    direction = RIGHT_TO_LEFT.has(new Intl.Locale(locale).maximize().script ?? '') ? 'rtl' : 'ltr'
    known.set(locale, direction)
  }
  return direction
}
