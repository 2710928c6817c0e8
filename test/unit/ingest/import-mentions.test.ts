import { describe, expect, it } from 'vitest'
import { importMentions } from '../../../engine/ingest/import-mentions.ts'
import { loadPopulation, rebuildPopulation } from '../../../engine/ingest/population.ts'
import type { RejectedRow, RowOrReject } from '../../../engine/ingest/row.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import type { Mapping } from '../../../segments/mapping.ts'
import { memoryPorts } from './memory-ports.ts'

const identityKey = new Uint8Array(32).fill(7)
const mapping: Mapping = {
  name: 'posts',
  read: { format: 'jsonl' },
  identity: ['author', 'at', 'text'],
  author: { column: 'who' },
  at: { column: 'when', format: 'unix' },
  text: { column: 'said' },
  fields: { mood: { column: 'mood', type: 'category' } },
}
const catalogue: AttributeCatalogue = {
  attributes: [
    {
      name: 'mood',
      dimension: 'psychographic',
      type: 'category',
      scope: 'person',
      from: { field: 'mood', aggregate: 'top' },
    },
  ],
}

async function* rows(...items: (RowOrReject | Record<string, unknown>)[]): AsyncGenerator<RowOrReject> {
  let line = 0
  for (const item of items) {
    line++
    if ('line' in item) yield item as RowOrReject
    else yield { line, row: item }
  }
}

function post(who: string, when: number, said?: string, mood?: string): Record<string, unknown> {
  return { who, when: String(when), said, mood }
}

describe('importMentions', () => {
  it('counts rows, mentions, duplicates, rejects by reason and missing values', async () => {
    const ports = memoryPorts(catalogue)
    const rejected: RejectedRow[] = []
    const report = await importMentions(ports, {
      rows: rows(
        post('Ann', 1000, 'hello', 'good'),
        post('@ann', 1000, 'hello', 'good'),
        post('bob', 2000, undefined, 'bad'),
        post('', 2000, 'nobody said this'),
        { line: 5, reject: 'not valid JSON', text: '{' },
        post('bob', 3000, 'x'.repeat(900)),
        { who: 'eve', when: 'yesterday', said: 'y'.repeat(900) },
      ),
      mapping,
      identityKey,
      onReject: (row) => {
        rejected.push(row)
      },
    })
    expect(report).toMatchObject({ rows: 7, added: 3, duplicates: 1, rejected: 3 })
    expect(report.missingByField).toEqual({ text: 1, mood: 1 })
    expect(report.population).toMatchObject({ people: 2, mentions: 3, asOfMs: 3_000_000 })
    expect(rejected.map(({ line }) => line)).toEqual([4, 5, 7])
    expect(rejected.map(({ reason }) => reason)).toEqual(Object.keys(report.rejectsByReason))
    expect(rejected[2]?.text).toHaveLength(500)
  })

  it('counts rejects that carry text of the source under few names', async () => {
    const bad = Array.from({ length: 100 }, (_, i) => ({ who: 'eve', when: `day ${i}` }))
    const report = await importMentions(memoryPorts(catalogue), { rows: rows(...bad), mapping, identityKey })
    expect(Object.keys(report.rejectsByReason)).toHaveLength(21)
    expect(report.rejectsByReason['other reasons']).toBe(80)
    expect(report.population).toBeUndefined()
  })

  it('works in batches and tells how far it is', async () => {
    const many = Array.from({ length: 12_000 }, (_, i) =>
      post(`author ${i % 700}`, 1000 + i, `post ${i}`, 'good'),
    )
    const seen: number[] = []
    const report = await importMentions(memoryPorts(catalogue), {
      rows: rows(...many),
      mapping,
      identityKey,
      onProgress: ({ rows }) => seen.push(rows),
    })
    expect(seen).toEqual([5000, 10_000, 12_000])
    expect(report.population).toMatchObject({ people: 700, mentions: 12_000 })
  })

  it('an abort between batches ends it with CANCELLED', async () => {
    const abort = new AbortController()
    const many = Array.from({ length: 12_000 }, (_, i) => post('ann', 1000 + i, `post ${i}`))
    const run = importMentions(memoryPorts(catalogue), {
      rows: rows(...many),
      mapping,
      identityKey,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    })
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('an import that was cut short is caught up with by the next use of the population', async () => {
    const ports = memoryPorts(catalogue)
    await importMentions(ports, { rows: rows(post('ann', 1000, 'hi')), mapping, identityKey })
    const abort = new AbortController()
    const many = Array.from({ length: 6000 }, (_, i) => post(`author ${i}`, 1000, `post ${i}`))
    const cutShort = importMentions(ports, {
      rows: rows(...many),
      mapping,
      identityKey,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    })
    await expect(cutShort).rejects.toMatchObject({ code: 'CANCELLED' })
    expect((await loadPopulation(ports)).people).toBe(5001)
  })

  describe('that replaces what was imported before', () => {
    const before = [post('ann', 1000, 'hi', 'good'), post('bob', 2000, 'no', 'bad')]
    const mended: Mapping = {
      ...mapping,
      fields: { mood: { column: 'mood', type: 'category', map: { bad: 'grim' } } },
    }
    const moodsOf = async (ports: ReturnType<typeof memoryPorts>) => [
      ...(await loadPopulation(ports)).values('mood').keys(),
    ]
    async function imported() {
      const ports = memoryPorts(catalogue)
      await importMentions(ports, { rows: rows(...before), mapping, identityKey })
      return ports
    }

    it('takes the same rows with a mended mapping', async () => {
      const ports = await imported()
      const again = await importMentions(ports, { rows: rows(...before), mapping: mended, identityKey })
      expect(again).toMatchObject({ added: 0, duplicates: 2 })
      expect(await moodsOf(ports)).toEqual(['bad', 'good'])
      const options = { rows: rows(before[1]!, before[1]!), mapping: mended, identityKey, replace: true }
      const report = await importMentions(ports, options)
      expect(report).toMatchObject({ added: 1, duplicates: 1, forgotten: 2, population: { mentions: 1 } })
      expect(await moodsOf(ports)).toEqual(['grim'])
    })

    it('keeps it when cancelled, when the file breaks off and when no row can be taken', async () => {
      const ports = await imported()
      const many = Array.from({ length: 6000 }, (_, i) => post(`author ${i}`, 1000, `post ${i}`))
      const replacing = { mapping: mended, identityKey, replace: true }
      const abort = new AbortController()
      const cancelled = importMentions(ports, {
        ...replacing,
        rows: rows(...many),
        signal: abort.signal,
        onProgress: ({ rows }) => rows === 6000 && abort.abort(),
      })
      await expect(cancelled).rejects.toThrow(/cancelled; everything imported before is kept/)
      async function* breaksOff() {
        yield* rows(...many)
        throw new Error('damaged')
      }
      await expect(importMentions(ports, { ...replacing, rows: breaksOff() })).rejects.toThrow('damaged')
      const none = await importMentions(ports, { ...replacing, rows: rows(post('', 1, 'x')) })
      expect(none).toMatchObject({ added: 0, rejected: 1, forgotten: 0, population: { mentions: 2 } })
      expect(await moodsOf(ports)).toEqual(['bad', 'good'])
    })
  })

  it('needs an attribute catalogue, before it stores anything', async () => {
    const ports = memoryPorts(undefined)
    const run = importMentions(ports, { rows: rows(post('ann', 1000, 'hi')), mapping, identityKey })
    await expect(run).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/segments\/attributes\.json/),
    })
    expect(await ports.mentions.count()).toMatchObject({ mentions: 0 })
  })
})

describe('the population', () => {
  const sample = () => rows(post('ann', 1000, 'hi', 'good'), post('bob', 2000, 'no', 'bad'))

  it('is the same bytes from the same mentions, in whatever order they came', async () => {
    const posts = [post('ann', 1000, 'a', 'good'), post('bob', 2000, 'b'), post('ann', 1500, 'c', 'bad')]
    const one = memoryPorts(catalogue)
    const other = memoryPorts(catalogue)
    const a = await importMentions(one, { rows: rows(...posts), mapping, identityKey })
    await importMentions(other, { rows: rows(posts[2]!), mapping, identityKey })
    const b = await importMentions(other, { rows: rows(posts[1]!, posts[0]!), mapping, identityKey })
    expect(a.population?.hash).toBe(b.population?.hash)
  })

  it('says to import when there is nothing', async () => {
    await expect(loadPopulation(memoryPorts(catalogue))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/polyad import/),
    })
  })

  it('is built anew when the catalogue changed or its blob is gone', async () => {
    const ports = memoryPorts(catalogue)
    await importMentions(ports, { rows: sample(), mapping, identityKey })
    const before = await loadPopulation(ports)
    expect([...before.values('mood')]).toHaveLength(2)

    const tweets = { ...catalogue.attributes[0]!, name: 'posts', type: 'number' as const }
    const wider = { ...tweets, from: { field: 'mood', aggregate: 'count' as const } }
    await ports.documents.write('attributes', 'attributes', { attributes: [...catalogue.attributes, wider] })
    const after = await loadPopulation(ports)
    expect(after.hash).not.toBe(before.hash)
    expect([...after.values('posts')]).toEqual([[1, 2]])

    ports.blobsByHash.clear()
    expect((await loadPopulation(ports)).hash).toBe(after.hash)
  })

  it('refuses a catalogue that is wrong, with its place', async () => {
    const ports = memoryPorts(catalogue)
    await importMentions(ports, { rows: sample(), mapping, identityKey })
    await ports.documents.write('attributes', 'attributes', { attributes: [{ name: 'mood' }] })
    await expect(rebuildPopulation(ports)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/segments\/attributes\.json: \/attributes\/0/),
    })
  })
})
