import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { HIERARCHIES } from '../../../data/hierarchies.ts'
import { generateMentions, type MentionRow } from '../../../examples/generate-mentions.ts'
import { writeMentions } from '../../../examples/write-mentions.ts'

const SMALL = { seed: 'test', mentions: 20_000, authors: 5_000 }
const rows = [...generateMentions(SMALL)]

const isGood = (row: MentionRow): boolean =>
  typeof row['id'] === 'string' &&
  Boolean(row['author']) &&
  !Number.isNaN(Date.parse(String(row['published'])))
const good = [...new Map(rows.filter(isGood).map((row) => [row['id'], row])).values()]

const shareWithout = (field: string): number => good.filter((row) => !(field in row)).length / good.length

describe('generated mentions', () => {
  it('are the same for the same seed and others for another', () => {
    expect([...generateMentions(SMALL)]).toEqual(rows)
    expect([...generateMentions({ ...SMALL, seed: 'other' })]).not.toEqual(rows)
  })

  it('hold exactly the stated number of good rows and authors', () => {
    expect(good).toHaveLength(20_000)
    expect(new Set(good.map((row) => row['author'])).size).toBe(5_000)
  })

  it('lack what real exports lack', () => {
    expect(shareWithout('state')).toBeCloseTo(0.4, 1)
    expect(shareWithout('age_band')).toBeCloseTo(0.45, 1)
    expect(shareWithout('interest')).toBeCloseTo(0.25, 1)
  })

  it('come more from large states than from small ones', () => {
    const from = (state: string): number =>
      new Set(good.filter((row) => row['state'] === state).map((row) => row['author'])).size
    expect(from('CA')).toBeGreaterThan(10 * from('WY'))
  })

  it('use only values of the hierarchies', () => {
    for (const row of good) {
      if ('state' in row) expect(HIERARCHIES['us-states']!.has(String(row['state']))).toBe(true)
      if ('age_band' in row) expect(HIERARCHIES['age-bands']!.has(String(row['age_band']))).toBe(true)
      if ('interest' in row) expect(HIERARCHIES['iab-audience-1.1']!.has(String(row['interest']))).toBe(true)
    }
  })

  it('have exact copies and broken rows among them', () => {
    expect(rows.filter(isGood).length).toBeGreaterThan(good.length)
    expect(rows.some((row) => !isGood(row))).toBe(true)
  })

  it('refuse fewer mentions than authors', () => {
    expect(() => [...generateMentions({ seed: 's', mentions: 1, authors: 2 })]).toThrow(RangeError)
  })
})

describe('generated mentions at their default size', () => {
  const heard = new Map<unknown, number>()
  const ids = new Set<unknown>()
  const texts = new Set<string>()
  for (const row of generateMentions({ seed: 'default' })) {
    if (!isGood(row) || ids.has(row['id'])) continue
    ids.add(row['id'])
    heard.set(row['author'], (heard.get(row['author']) ?? 0) + 1)
    if (!/^[\p{L}¿@]/u.test(String(row['text']))) texts.add(String(row['text']))
  }

  it('are at least 200,000 by at least 50,000 authors', () => {
    expect(ids.size).toBeGreaterThanOrEqual(200_000)
    expect(heard.size).toBeGreaterThanOrEqual(50_000)
  })

  it('have many authors heard once and a few very loud ones', () => {
    const counts = [...heard.values()].sort((a, b) => b - a)
    expect(counts.filter((count) => count === 1).length / counts.length).toBeGreaterThan(0.5)
    const loudest = counts.slice(0, counts.length / 100).reduce((sum, count) => sum + count, 0)
    expect(loudest / ids.size).toBeGreaterThan(0.25)
    expect(counts[0]).toBeGreaterThan(1000)
  })

  it('have markup, formulas and template code among their texts', () => {
    for (const start of ['<script>', '<img', '=HYPERLINK', '{{constructor']) {
      expect([...texts].some((text) => text.startsWith(start))).toBe(true)
    }
  })
})

describe('written mentions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'polyad-mentions-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are the generated rows as compressed JSON lines', async () => {
    const path = join(folder, 'm.jsonl.gz')
    expect(await writeMentions(path, SMALL)).toBe(rows.length)
    const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as MentionRow)).toEqual(rows)
  })

  it('quote what CSV must quote', async () => {
    const path = join(folder, 'm.csv')
    await writeMentions(path, SMALL)
    const text = readFileSync(path, 'utf8')
    expect(text.startsWith('id,author,published,text,')).toBe(true)
    expect(text).toContain('"zero\0byte, tab\there,\r\nand a second line ""in quotes"", too"')
  })

  it('refuse a file whose name tells no format', async () => {
    await expect(writeMentions(join(folder, 'm.txt'), SMALL)).rejects.toThrow('.jsonl or .csv')
  })
})
