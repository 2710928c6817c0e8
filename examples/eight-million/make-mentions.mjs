// Writes listening data for this workspace: invented people who write from a city about a kind of trip. Nothing in it
// was said by anybody. The same rows on every machine.
//
//   node make-mentions.mjs mentions.jsonl

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PEOPLE = 40_000
const MOST_MENTIONS = 3
const FIRST_DAY_MS = Date.UTC(2025, 10, 1)
const DAYS = 90
const DAY_MS = 86_400_000

const path = process.argv[2]
if (path === undefined) {
  console.error('name the file to write: node make-mentions.mjs mentions.jsonl')
  process.exit(2)
}

const { attributes } = JSON.parse(readFileSync(join(import.meta.dirname, 'segments/attributes.json'), 'utf8'))
const valuesOf = (name) => Object.entries(attributes.find((attribute) => attribute.name === name).values)
const cities = valuesOf('city')
const interests = valuesOf('interest')

/** mulberry32: numbers in [0, 1), always the same ones. */
let state = 8_000_000
function random() {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

/** Draws from a list, the first the most often: weights 1, 1/2^power, 1/3^power and so on. */
function createDraw(list, power) {
  let total = 0
  const ends = list.map((_, at) => {
    total += (at + 1) ** -power
    return total
  })
  return () => {
    const drawn = random() * total
    return list[ends.findIndex((end) => drawn < end)]
  }
}

const drawCity = createDraw(cities, 0.7)
const drawInterest = createDraw(interests, 0.5)

/** Every town has somebody for every kind of trip; beyond that people live where most do. */
function homeOf(person) {
  if (person < cities.length * interests.length) {
    return { city: cities[Math.floor(person / interests.length)], interest: interests[person % interests.length] }
  }
  return { city: random() < 0.85 ? drawCity() : undefined, interest: random() < 0.9 ? drawInterest() : undefined }
}

const rows = []
for (let person = 0; person < PEOPLE; person++) {
  const { city, interest } = homeOf(person)
  const language = random() < 0.15 ? 'es' : 'en'
  const mentions = 1 + Math.floor(random() * MOST_MENTIONS)
  for (let at = 0; at < mentions; at++) {
    const what = interest?.[1].label[language]
    const text =
      language === 'en' ? `Thinking of ${what ?? 'getting away'} again` : `Pensando otra vez en ${what ?? 'irme'}`
    const row = {
      id: `invented-${rows.length}`,
      author: `person-${person}`,
      published: new Date(FIRST_DAY_MS + Math.floor(random() * DAYS * DAY_MS)).toISOString(),
      text,
      language,
      ...(city && { city: city[0] }),
      ...(interest && { interest: interest[0] }),
    }
    rows.push(JSON.stringify(row))
  }
}
writeFileSync(path, `${rows.join('\n')}\n`)
console.log(`${rows.length} invented mentions by ${PEOPLE} invented people in ${path}`)
