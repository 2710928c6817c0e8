/** Moments outside these years are taken for a wrong format. */
const EARLIEST_MS = Date.UTC(1970, 0, 1)
const QUARTER_MS = 15 * 60_000
const MAX_KNOWN_QUARTERS = 50_000
const LATEST_MS = Date.UTC(2200, 0, 1)

const ISO =
  /^(?<YYYY>\d{4})-(?<MM>\d\d)-(?<DD>\d\d)(?:[T ](?<HH>\d\d):(?<mm>\d\d)(?::(?<ss>\d\d)(?:[.,](?<SSS>\d{1,9}))?)?(?<Z>Z|[+-]\d\d(?::?\d\d)?)?)?$/i

/** What a format may be made of, longest first; everything else stands for itself. */
const TOKENS: readonly (readonly [token: string, pattern: string])[] = [
  ['YYYY', '(?<YYYY>\\d{4})'],
  ['SSS', '(?<SSS>\\d{1,9})'],
  ['MM', '(?<MM>\\d\\d)'],
  ['DD', '(?<DD>\\d\\d)'],
  ['HH', '(?<HH>\\d\\d)'],
  ['hh', '(?<hh>\\d\\d)'],
  ['mm', '(?<mm>\\d\\d)'],
  ['ss', '(?<ss>\\d\\d)'],
  ['M', '(?<MM>\\d{1,2})'],
  ['D', '(?<DD>\\d{1,2})'],
  ['H', '(?<HH>\\d{1,2})'],
  ['h', '(?<hh>\\d{1,2})'],
  ['m', '(?<mm>\\d{1,2})'],
  ['s', '(?<ss>\\d{1,2})'],
  ['A', '(?<A>[AaPp]\\.?[Mm]\\.?)'],
  ['Z', '(?<Z>Z|[+-]\\d\\d:?\\d\\d)'],
]

/** Gives Unix milliseconds, undefined for text that is not a moment in this format. */
export type DateReader = (text: string) => number | undefined

/**
 * A reader of dates.
 *
 * @param format `iso`, `unix` (seconds), `unix-ms`, or tokens: YYYY M MM D DD H HH h hh m mm s ss SSS A Z
 * @param timeZone IANA name, for dates that tell no offset. A moment that a clock change skips is taken as if the clock
 *   had not changed yet; one that comes twice is the first.
 */
export function createDateReader(format: string, timeZone: string): DateReader {
  if (format === 'unix' || format === 'unix-ms') {
    const unitMs = format === 'unix' ? 1000 : 1
    return (text) => (/^\d+(\.\d+)?$/.test(text) ? plausible(Math.round(Number(text) * unitMs)) : undefined)
  }
  const pattern = format === 'iso' ? ISO : patternOf(format)
  const offsetMsAt = createOffset(timeZone)
  return (text) => {
    const parts = pattern.exec(text)?.groups
    if (!parts) return undefined
    const wallMs = wallClockMs(parts)
    if (wallMs === undefined) return undefined
    const zone = parts['Z']
    return plausible(zone === undefined ? fromWallClock(wallMs, offsetMsAt) : wallMs - zoneOffsetMs(zone))
  }
}

function patternOf(format: string): RegExp {
  let pattern = ''
  for (let rest = format; rest !== ''; ) {
    const token = TOKENS.find(([name]) => rest.startsWith(name))
    pattern += token ? token[1] : rest[0]!.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
    rest = rest.slice(token ? token[0].length : 1)
  }
  return new RegExp(`^${pattern}$`)
}

/** Whether `format` names a year, month and day, each once, so that it can be read. */
export function isDateFormat(format: string): boolean {
  if (['iso', 'unix', 'unix-ms'].includes(format)) return true
  try {
    const names = patternOf(format).source
    return ['YYYY', 'MM', 'DD'].every((name) => names.includes(`<${name}>`))
  } catch {
    return false // a token twice
  }
}

/** The parts as if they were UTC; undefined for a day or an hour that does not exist. */
function wallClockMs(parts: Readonly<Record<string, string | undefined>>): number | undefined {
  const number = (name: string) => Number(parts[name] ?? 0)
  const [year, month, day] = [number('YYYY'), number('MM'), number('DD')]
  const half = parts['A']?.toLowerCase()[0]
  const twelve = number('hh')
  if (parts['hh'] !== undefined && (twelve < 1 || twelve > 12 || half === undefined)) return undefined
  const hour = parts['hh'] === undefined ? number('HH') : (twelve % 12) + (half === 'p' ? 12 : 0)
  const [minute, second] = [number('mm'), number('ss')]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const atMs = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(atMs)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return atMs + Math.floor(Number(`0.${parts['SSS'] ?? 0}`) * 1000)
}

function zoneOffsetMs(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const digits = zone.replace(/\D/g, '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

function fromWallClock(wallMs: number, offsetMsAt: (atMs: number) => number): number {
  const before = offsetMsAt(wallMs - 86_400_000)
  const guess = wallMs - before
  const offset = offsetMsAt(guess)
  if (offset === before) return guess
  const after = wallMs - offset
  return offsetMsAt(after) === offset ? after : guess
}

/** The zone's distance from UTC at a moment. */
function createOffset(timeZone: string): (atMs: number) => number {
  if (timeZone === 'UTC') return () => 0
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const readOffset = (atMs: number): number => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name)!
    const [year, month, day] = [part('year'), part('month') - 1, part('day')]
    return Date.UTC(year, month, day, part('hour'), part('minute'), part('second')) - atMs
  }
  // Zones change at whole quarters of an hour, and the rows of one file lie close together.
  const known = new Map<number, number>()
  return (atMs) => {
    const quarter = Math.floor(atMs / QUARTER_MS)
    let offset = known.get(quarter)
    if (offset === undefined) {
      offset = readOffset(quarter * QUARTER_MS)
      if (known.size >= MAX_KNOWN_QUARTERS) known.clear()
      known.set(quarter, offset)
    }
    return offset
  }
}

function plausible(atMs: number): number | undefined {
  return atMs >= EARLIEST_MS && atMs < LATEST_MS ? atMs : undefined
}
