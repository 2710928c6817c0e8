import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countBits } from '../../core/bitmap.ts'
import { createDoor } from '../../core/schema.ts'
import { type ImportReport, importMentions } from '../../engine/ingest/import-mentions.ts'
import { loadPopulation } from '../../engine/ingest/population.ts'
import type { RejectedRow, Row } from '../../engine/ingest/row.ts'
import { readRows } from '../../io/read-rows.ts'
import { loadSecrets } from '../../io/workspace.ts'
import { parseRule } from '../../rules/parse.ts'
import { columnsOf, MappingSchema } from '../../segments/mapping.ts'
import type { Mention } from '../../segments/mention.ts'
import type { Population } from '../../segments/population.ts'
import { vocabularyOf } from '../../segments/vocabulary.ts'
import { openBlobs } from '../../store/embedded/blobs.ts'
import { openDocuments } from '../../store/embedded/documents.ts'
import { openMentions } from '../../store/embedded/mentions.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const data = join(root, '../shared/data/airline_tweets')
const missing = !existsSync(data)
const needs = missing ? ' (skipped: ../shared/data/airline_tweets is not here)' : ''

async function rowsOf(file: string): Promise<Row[]> {
  const rows: Row[] = []
  for await (const item of readRows(join(data, file), { format: 'csv' }))
    if ('row' in item) rows.push(item.row)
  return rows
}

describe.skipIf(missing)(`the airline tweets, imported${needs}`, () => {
  let folder: string
  let close: () => Promise<void>
  let runImport: () => Promise<ImportReport>
  let first: ImportReport
  let population: Population
  let mentions: Mention[]
  let source: Row[]
  let exactIds: Row[]
  const rejected: RejectedRow[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyad-airline-'))
    await cp(join(root, 'examples/airline'), folder, { recursive: true })
    const store = await openMentions(folder)
    const ports = { documents: await openDocuments(folder), blobs: await openBlobs(folder), mentions: store }
    close = () => store.close()
    const mappingFile = join(folder, 'mappings/tweets.json')
    const mapping = createDoor('mapping', MappingSchema)(
      JSON.parse(await readFile(mappingFile, 'utf8')),
      mappingFile,
    )
    const { identityKey } = await loadSecrets(folder)
    runImport = () =>
      importMentions(ports, {
        rows: readRows(join(data, 'tweets.csv'), { ...mapping.read, columns: columnsOf(mapping) }),
        mapping,
        identityKey,
        onReject: (row) => {
          rejected.push(row)
        },
      })
    first = await runImport()
    population = await loadPopulation(ports)
    mentions = []
    for await (const batch of store.scanByAuthor(1000)) mentions.push(...batch)
    source = await rowsOf('tweets.csv')
    exactIds = await rowsOf('tweets_exact_ids.csv')
  })
  afterAll(async () => {
    await close?.()
    if (folder) await rm(folder, { recursive: true })
  })

  function people(rule: unknown): number {
    const parsed = parseRule(rule, vocabularyOf(population.catalogue), 'test')
    return countBits(population.evaluate(parsed))
  }

  it('every row is added, a duplicate, or rejected with its reason', () => {
    expect(first.rows).toBe(source.length)
    expect(first.added + first.duplicates + first.rejected).toBe(first.rows)
    expect(Object.values(first.rejectsByReason).reduce((sum, rows) => sum + rows, 0)).toBe(first.rejected)
    expect(rejected).toHaveLength(first.rejected)
    expect(mentions).toHaveLength(first.added)
  })

  it('author, time and text find the duplicates that the exact ids of another copy name; its own ids do not', () => {
    const distinct = (rows: Row[]) => new Set(rows.map((row) => row['tweet_id'])).size
    expect(first.added).toBe(distinct(exactIds))
    expect(first.duplicates).toBe(exactIds.length - distinct(exactIds))
    expect(first.duplicates).toBeGreaterThan(0)
    expect(distinct(source)).toBeLessThan(first.added / 4)
  })

  it('one profile an author, whatever the case of the name', () => {
    expect(population.people).toBe(new Set(source.map((row) => String(row['name']).toLowerCase())).size)
    expect(population.mentions).toBe(first.added)
    expect(first.population).toMatchObject({ people: population.people, hash: population.hash })
  })

  it('entities are decoded once, and no handle is kept', () => {
    expect(source.filter((row) => String(row['text']).includes('&amp;')).length).toBeGreaterThan(400)
    expect(mentions.filter(({ text }) => /&(amp|lt|gt|quot);/.test(text ?? ''))).toEqual([])
    expect(mentions.filter(({ text }) => text?.includes('&')).length).toBeGreaterThan(400)
    const handles = new Set(source.map((row) => String(row['name']).toLowerCase()))
    expect(mentions.filter(({ author }) => handles.has(author) || !/^[0-9a-f]{32}$/.test(author))).toEqual([])
  })

  it('dates without a zone are read on the Pacific clock they were written by', () => {
    const times = mentions.map(({ atMs }) => atMs!)
    expect(new Date(Math.max(...times)).toISOString()).toBe(new Date(population.asOfMs).toISOString())
    expect(new Date(Math.min(...times)).toISOString()).toMatch(/^2015-02-1[67]T/)
    expect(population.asOfMs).toBe(Date.UTC(2015, 1, 24, 19, 53))
  })

  it('missing places, moods of doubtful label and reasons nobody could tell are counted', () => {
    const without = (test: (row: Row) => boolean) => source.filter(test).length - first.rejected
    expect(first.missingByField).toEqual({
      place: without((row) => String(row['tweet_location']).trim() === ''),
      timeZone: without((row) => row['user_timezone'] === ''),
      sentiment: without((row) => Number(row['airline_sentiment_confidence']) < 0.5),
      reason: without(
        (row) =>
          ['', "Can't Tell"].includes(String(row['negativereason'])) ||
          Number(row['negativereason_confidence'] || 1) < 0.5,
      ),
    })
  })

  it('"negative about United" is one tweet that is both, not a person with one of each', () => {
    const oneTweet = people({ mention: { all: [{ airline: 'United' }, { sentiment: 'negative' }] } })
    const oneOfEach = people({
      all: [{ mention: { airline: 'United' } }, { mention: { sentiment: 'negative' } }],
    })
    // Counted from the source, by the plain reading of each sentence.
    const byAuthor = new Map<string, { united: boolean; negative: boolean; both: boolean }>()
    for (const row of source) {
      const author = String(row['name']).toLowerCase()
      const united = row['airline'] === 'United'
      const negative =
        row['airline_sentiment'] === 'negative' && Number(row['airline_sentiment_confidence']) >= 0.5
      const known = byAuthor.get(author) ?? { united: false, negative: false, both: false }
      byAuthor.set(author, {
        united: known.united || united,
        negative: known.negative || negative,
        both: known.both || (united && negative),
      })
    }
    const authors = [...byAuthor.values()]
    expect(oneTweet).toBe(authors.filter(({ both }) => both).length)
    expect(oneOfEach).toBe(authors.filter(({ united, negative }) => united && negative).length)
    expect(oneOfEach).toBeGreaterThan(oneTweet)
  })

  it('importing again adds nothing and gives the same population, byte for byte', async () => {
    const second = await runImport()
    expect(second).toMatchObject({ rows: first.rows, added: 0, duplicates: first.rows - first.rejected })
    expect(second.population).toEqual(first.population)
  })
})
