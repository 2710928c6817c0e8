import { createStream, type Stream } from '../core/stream.ts'
import { US_STATES } from '../data/us-states.ts'
import {
  BRAND,
  CATEGORY_WORDS,
  COMPETITORS,
  HOSTILE_TEXTS,
  PLACES,
  SENTENCES,
  type Sentiment,
  TOPICS,
} from './mention-texts.ts'

/** One row as a listening tool exports it. A field that is not known is missing. */
export type MentionRow = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface GenerateOptions {
  readonly seed: string
  /** Distinct good rows; exact duplicates and broken rows come on top. At least `authors`. */
  readonly mentions?: number
  /** Distinct authors of the good rows. */
  readonly authors?: number
  /** The newest moment, ISO 8601; rows reach 180 days back from it. */
  readonly until?: string
}

export const GENERATE_DEFAULTS = {
  mentions: 240_000,
  authors: 60_000,
  until: '2026-11-01T00:00:00Z',
} as const

const DAY_MS = 86_400_000
const WINDOW_DAYS = 180
/** Shares of good rows that are followed, some rows later, by an exact copy, or by a broken row. */
const DUPLICATE_SHARE = 0.002
const BROKEN_SHARE = 0.0005
const HOSTILE_SHARE = 0.001
/** Author number r has a weight of (r + OFFSET)^-EXPONENT: about 7 in 10 authors are heard once, a few thousands of times. */
const ACTIVITY_EXPONENT = 1.3
const ACTIVITY_OFFSET = 20

/** Residents in thousands, 2020 census (https://www.census.gov/data/tables/2020/dec/2020-apportionment-data.html). */
const RESIDENTS: Readonly<Record<string, number>> = {
  AK: 733,
  AL: 5024,
  AR: 3012,
  AZ: 7152,
  CA: 39538,
  CO: 5774,
  CT: 3606,
  DC: 690,
  DE: 990,
  FL: 21538,
  GA: 10712,
  HI: 1455,
  IA: 3190,
  ID: 1839,
  IL: 12813,
  IN: 6786,
  KS: 2938,
  KY: 4506,
  LA: 4658,
  MA: 7030,
  MD: 6177,
  ME: 1362,
  MI: 10077,
  MN: 5706,
  MO: 6155,
  MS: 2961,
  MT: 1084,
  NC: 10439,
  ND: 779,
  NE: 1962,
  NH: 1378,
  NJ: 9289,
  NM: 2118,
  NV: 3105,
  NY: 20201,
  OH: 11799,
  OK: 3959,
  OR: 4237,
  PA: 13003,
  RI: 1097,
  SC: 5118,
  SD: 887,
  TN: 6911,
  TX: 29146,
  UT: 3272,
  VA: 8631,
  VT: 643,
  WA: 7705,
  WI: 5894,
  WV: 1794,
  WY: 577,
}

/** States where Spanish is spoken more than elsewhere. */
const SPANISH_STATES = new Set(['AZ', 'CA', 'FL', 'NJ', 'NM', 'NV', 'NY', 'TX'])

const AGES = weighted({ '18-24': 17, '25-34': 27, '35-44': 21, '45-54': 15, '55-64': 12, '65+': 8 })
/** Rows of the IAB Audience Taxonomy 1.1 (data/iab-audience.ts). */
const INTERESTS = weighted({
  725: 17,
  731: 15,
  720: 12,
  728: 11,
  724: 10,
  544: 8,
  661: 6,
  625: 6,
  643: 5,
  370: 4,
  364: 3,
  435: 3,
})
const STATES = weighted(RESIDENTS)
/** What people of a state like more than others do, and the share of them that does. */
const TASTE_OF_STATE: Readonly<Record<string, string>> = {
  ...tasteOf('724', ['CA', 'FL', 'HI', 'SC', 'NC', 'DE', 'RI']), // beach travel
  ...tasteOf('661', ['CO', 'UT', 'VT', 'NH', 'ID']), // skiing
  ...tasteOf('643', ['AK', 'LA', 'MI', 'MN', 'WI']), // fishing
  ...tasteOf('370', ['KS', 'MO', 'TN', 'TX']), // barbecues
  ...tasteOf('720', ['AZ', 'MT', 'NM', 'NV', 'OR', 'WA', 'WY']), // adventure travel
  ...tasteOf('728', ['IL', 'NJ', 'NY', 'OH', 'PA']), // family travel
}
const TASTE_SHARE = 0.45
const LANGUAGES = weighted({
  en: 80,
  es: 9,
  fr: 2.5,
  de: 2.5,
  pt: 1.5,
  ja: 1,
  ko: 1,
  zh: 1,
  th: 0.75,
  ar: 0.75,
})
const LANGUAGES_SPANISH = weighted({
  en: 66,
  es: 25,
  fr: 1.5,
  de: 1.5,
  pt: 1.5,
  ja: 1,
  ko: 1,
  zh: 1,
  th: 0.75,
  ar: 0.75,
})
const CHANNELS = weighted({
  twitter: 34,
  reddit: 20,
  instagram: 16,
  forum: 11,
  review: 9,
  youtube: 6,
  blog: 3,
  news: 1,
})
const LEVELS = weighted({ category: 45, competitor: 25, brand: 22, owned: 8 })
const SENTIMENTS: Readonly<Record<string, Weighted<Sentiment>>> = {
  owned: weighted({ positive: 30, neutral: 30, negative: 40 }),
  brand: weighted({ positive: 40, neutral: 35, negative: 25 }),
  competitor: weighted({ positive: 28, neutral: 40, negative: 32 }),
  category: weighted({ positive: 25, neutral: 55, negative: 20 }),
}
const PLACE_OF_STATE = new Map(US_STATES.states.map(({ code, name }) => [code as string, name as string]))

/**
 * Invented listening data about an invented brand, skewed as real data is: a few loud authors and a long tail of people
 * heard once, large states and small ones, much that is not known (about 40 % of rows have no state, 45 % no age, 25 %
 * no interest), ten languages, some hostile text, exact duplicates and broken rows. The same options give the same rows.
 */
export function* generateMentions(options: GenerateOptions): Generator<MentionRow> {
  const mentions = options.mentions ?? GENERATE_DEFAULTS.mentions
  const authors = options.authors ?? GENERATE_DEFAULTS.authors
  if (!(authors >= 1 && mentions >= authors)) {
    throw new RangeError(`needs at least one author and as many mentions, got ${mentions} by ${authors}`)
  }
  const untilMs = Date.parse(options.until ?? GENERATE_DEFAULTS.until)
  const stream = createStream(options.seed)
  const people = drawPeople(stream, authors)
  const order = drawOrder(stream.fork('order'), mentions, authors)
  const noise = stream.fork('noise')
  const rows = stream.fork('rows')
  let waiting: MentionRow | undefined
  for (let number = 0; number < mentions; number++) {
    const atMs = untilMs - Math.floor(((mentions - number) / mentions) * WINDOW_DAYS * DAY_MS)
    const row = drawRow(rows, people, order[number]!, number, atMs)
    yield row
    const dice = noise.next()
    if (waiting && dice > 0.9) {
      yield waiting
      waiting = undefined
    } else if (dice < DUPLICATE_SHARE) waiting ??= row
    else if (dice < DUPLICATE_SHARE + BROKEN_SHARE) yield breakRow(row, noise)
  }
  if (waiting) yield waiting
}

/** What is known of each author, as positions in the lists above; 255 means not known. */
interface People {
  readonly state: Uint8Array
  readonly age: Uint8Array
  readonly interest: Uint8Array
  readonly language: Uint8Array
}

const UNKNOWN = 255

function drawPeople(stream: Stream, authors: number): People {
  const people: People = {
    state: new Uint8Array(authors).fill(UNKNOWN),
    age: new Uint8Array(authors).fill(UNKNOWN),
    interest: new Uint8Array(authors),
    language: new Uint8Array(authors),
  }
  const [states, ages, interests, languages] = ['states', 'ages', 'interests', 'languages'].map((label) =>
    stream.fork(label),
  ) as [Stream, Stream, Stream, Stream]
  for (let author = 0; author < authors; author++) {
    const state = STATES.position(states.next())
    // A row lacks a state when its author has told none (35 %) or this row does not carry it (8 %): 40 % in all.
    if (states.next() > 0.35) people.state[author] = state
    if (ages.next() > 0.4) people.age[author] = AGES.position(ages.next())
    const taste = TASTE_OF_STATE[STATES.values[state]!]
    const interest = INTERESTS.position(interests.next())
    people.interest[author] =
      taste && interests.next() < TASTE_SHARE ? INTERESTS.values.indexOf(taste) : interest
    const spoken = SPANISH_STATES.has(STATES.values[state]!) ? LANGUAGES_SPANISH : LANGUAGES
    people.language[author] = spoken.position(languages.next())
  }
  return people
}

/** Which author wrote each row: everybody at least once, the rest by activity, in chance order. */
function drawOrder(stream: Stream, mentions: number, authors: number): Uint32Array {
  const order = new Uint32Array(mentions)
  let total = 0
  for (let rank = 1; rank <= authors; rank++) total += (rank + ACTIVITY_OFFSET) ** -ACTIVITY_EXPONENT
  let filled = 0
  let owed = 0
  for (let author = 0; author < authors; author++) {
    order[filled++] = author
    owed += ((mentions - authors) * (author + 1 + ACTIVITY_OFFSET) ** -ACTIVITY_EXPONENT) / total
    for (; owed >= 0.5 && filled < mentions - (authors - 1 - author); owed--) order[filled++] = author
  }
  while (filled < mentions) order[filled++] = stream.integer(authors)
  for (let last = mentions - 1; last > 0; last--) {
    const other = stream.integer(last + 1)
    const kept = order[last]!
    order[last] = order[other]!
    order[other] = kept
  }
  return order
}

function drawRow(stream: Stream, people: People, author: number, number: number, atMs: number): MentionRow {
  const state = people.state[author]!
  const age = people.age[author]!
  // People write mostly, not only, about what they like most, and mostly in their own language.
  const interest = stream.next() < 0.75 ? people.interest[author]! : INTERESTS.position(stream.next())
  const language = LANGUAGES.values[stream.next() < 0.93 ? people.language[author]! : 0]!
  const level = LEVELS.draw(stream)
  const sentiment = SENTIMENTS[level]!.draw(stream)
  const topic = TOPICS[stream.integer(TOPICS.length)]!
  const second = stream.next() < 0.3 ? TOPICS[stream.integer(TOPICS.length)]! : topic
  const row: Record<string, string | number | boolean | readonly string[]> = {
    id: `m${number.toString(36).padStart(6, '0')}`,
    author: `@traveller_${(author * 7919 + 104729).toString(36)}`,
    published: new Date(atMs + stream.integer(1000)).toISOString(),
    text: drawText(stream, { language, level, sentiment, topic, state }),
    language,
    channel: CHANNELS.draw(stream),
    level,
    sentiment,
    sentiment_confidence: Math.round((1 - 0.6 * stream.next() ** 2.2) * 100) / 100,
    topics: topic === second ? [topic] : [topic, second],
    purchase_intent: stream.next() < (sentiment === 'neutral' ? 0.35 : 0.08),
  }
  if (state !== UNKNOWN && stream.next() > 0.08) row['state'] = STATES.values[state]!
  if (age !== UNKNOWN && stream.next() > 0.08) row['age_band'] = AGES.values[age]!
  if (stream.next() > 0.25) row['interest'] = INTERESTS.values[interest]!
  return row
}

interface TextChoice {
  readonly language: string
  readonly level: string
  readonly sentiment: Sentiment
  readonly topic: string
  readonly state: number
}

function drawText(stream: Stream, choice: TextChoice): string {
  if (stream.next() < HOSTILE_SHARE) return pick(stream, HOSTILE_TEXTS)
  const named =
    choice.level === 'competitor' ? COMPETITORS : choice.level === 'category' ? CATEGORY_WORDS : [BRAND]
  const place = PLACE_OF_STATE.get(STATES.values[choice.state] ?? '') ?? pick(stream, PLACES)
  const text = pick(stream, SENTENCES[choice.language]![choice.sentiment])
    .replaceAll('{brand}', pick(stream, named))
    .replaceAll('{topic}', choice.topic)
    .replaceAll('{place}', place)
  return choice.level === 'owned' ? `@${BRAND.toLowerCase()} ${text}` : text
}

/** A row as exports break them: without its author, with a date nobody can read, or with nothing at all. */
function breakRow(row: MentionRow, stream: Stream): MentionRow {
  const { author, ...withoutAuthor } = row
  const broken: readonly MentionRow[] = [
    withoutAuthor,
    { ...row, id: `${String(row['id'])}x`, published: 'yesterday-ish', author: author ?? '' },
    {},
  ]
  return pick(stream, broken)
}

function pick<T>(stream: Stream, options: readonly T[]): T {
  return options[stream.integer(options.length)]!
}

function tasteOf(interest: string, states: readonly string[]): Record<string, string> {
  return Object.fromEntries(states.map((state) => [state, interest]))
}

interface Weighted<T extends string> {
  readonly values: readonly T[]
  /** Position of the value that a number in [0, 1) falls on. */
  position(share: number): number
  draw(stream: Stream): T
}

function weighted<T extends string>(weights: Readonly<Record<T, number>>): Weighted<T> {
  const values = Object.keys(weights) as T[]
  const total = values.reduce((sum, value) => sum + weights[value], 0)
  const upTo: number[] = []
  values.reduce((sum, value) => {
    upTo.push(sum + weights[value])
    return sum + weights[value]
  }, 0)
  const position = (share: number): number => {
    const at = upTo.findIndex((bound) => share * total < bound)
    return at < 0 ? values.length - 1 : at
  }
  return { values, position, draw: (stream) => values[position(stream.next())]! }
}
