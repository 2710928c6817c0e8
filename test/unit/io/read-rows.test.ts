import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RowOrReject } from '../../../engine/ingest/row.ts'
import { type ReadRowsOptions, readRows } from '../../../io/read-rows.ts'

let folder: string
let files = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-rows-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `file${files++}`)
  await writeFile(path, content)
  return path
}

async function read(
  content: string | Uint8Array,
  options: Partial<ReadRowsOptions> = {},
): Promise<RowOrReject[]> {
  return readPath(await fileOf(content), options)
}

async function readPath(path: string, options: Partial<ReadRowsOptions> = {}): Promise<RowOrReject[]> {
  const rows: RowOrReject[] = []
  for await (const row of readRows(path, { format: 'csv', ...options })) {
    rows.push('row' in row ? { line: row.line, row: { ...row.row } } : row)
  }
  return rows
}

const latin = (text: string) => Buffer.from(text, 'latin1')

describe('readRows of CSV', () => {
  it('gives rows by column with the physical line each starts on', async () => {
    expect(await read('a,b\r\n1,"x, ""y""\r\nz"\r\n\r\n2,\r\n')).toEqual([
      { line: 2, row: { a: '1', b: 'x, "y"\nz' } },
      { line: 5, row: { a: '2', b: '' } },
    ])
  })

  it('reads what a CSV writer wrote, whatever the cells', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ';', ' ', 'ü', '😀'), maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (cells, quoteAll) => {
          const write = (text: string) =>
            quoteAll || /["\n,]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
          const text = `a,b\n${cells.map((row) => row.map(write).join(',')).join('\n')}\n`
          const rows = await read(text)
          expect(rows.map((row) => 'row' in row && [row.row['a'], row.row['b']])).toEqual(cells)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('takes out a byte order mark and reads gzip by its magic bytes', async () => {
    expect(await read(gzipSync(Buffer.from('\ufeffa,b\n1,2\n')))).toEqual([
      { line: 2, row: { a: '1', b: '2' } },
    ])
  })

  it('rejects a row with too many or too few columns and goes on', async () => {
    expect(await read('a,b\n1,2,3\n4\n5,6')).toEqual([
      { line: 2, reject: '3 columns where the header has 2', text: '1,2,3' },
      { line: 3, reject: '1 columns where the header has 2', text: '4' },
      { line: 4, row: { a: '5', b: '6' } },
    ])
  })

  it('rejects a row that is not UTF-8, also inside a quoted field of several lines', async () => {
    const rows = await read(latin('a,b\n1,caf\xe9\n2,"x\ncaf\xe9"\n3,y\n'))
    expect(rows).toMatchObject([
      { line: 2, reject: 'not valid UTF-8' },
      { line: 3, reject: 'not valid UTF-8' },
      { line: 5, row: { a: '3', b: 'y' } },
    ])
  })

  it('rejects a stray quote at the cost of its own line only', async () => {
    const rows = await read('a,b\n1,"never closed\n2,x\n3,"y"\n4,5" nail\n5,"z"z\n6,"open at the end\n7,w')
    expect(rows).toMatchObject([
      { line: 2, reject: 'a quote is not closed' },
      { line: 3, row: { a: '2', b: 'x' } },
      { line: 4, row: { a: '3', b: 'y' } },
      { line: 5, reject: 'a quote inside a field that is not quoted' },
      { line: 6, reject: 'text after a closing quote' },
      { line: 7, reject: 'a quote is not closed' },
      { line: 8, row: { a: '7', b: 'w' } },
    ])
  })

  it('gives up a quote that is not closed within 1 MB, and reads what follows', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i},some text of the row`)
    const rows = await read(`a,b\nx,"open\n${lines.join('\n')}\n`)
    expect(rows[0]).toMatchObject({ line: 2, reject: 'a quote is not closed within 1 MB' })
    expect(rows).toHaveLength(60_001)
    expect(rows.at(-1)).toMatchObject({ line: 60_002, row: { a: '59999' } })
  })

  it('passes a 50 MB line by without holding it', async () => {
    const row = Buffer.concat([Buffer.from('1,'), Buffer.alloc(50_000_000, 'x'), Buffer.from('\n2,y\n')])
    const path = await fileOf(gzipSync(Buffer.concat([Buffer.from('a,b\n'), row]), { level: 1 }))
    const before = process.memoryUsage.rss()
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss())
    }, 2)
    const rows = await readPath(path)
    clearInterval(watch)
    expect(rows[0]).toMatchObject({ line: 2, reject: 'longer than 1 MB' })
    expect(rows[0]).toHaveProperty('text', expect.stringMatching(/^1,x{498}$/))
    expect(rows[1]).toEqual({ line: 3, row: { a: '2', b: 'y' } })
    expect(peak - before).toBeLessThan(40_000_000)
  })

  it('names a column without a name by its place, and keeps one named __proto__', async () => {
    const rows: RowOrReject[] = []
    for await (const row of readRows(await fileOf(',__proto__\n1,2'), { format: 'csv' })) rows.push(row)
    const row = 'row' in rows[0]! ? rows[0].row : {}
    expect(Object.entries(row)).toEqual([
      ['column 1', '1'],
      ['__proto__', '2'],
    ])
  })
})

describe('readRows of JSONL', () => {
  it('tells a column that no row has; one that a later row has may be missing in the others', async () => {
    const text = 'broken\n{"id":1,"age_band":"18-24"}\n{"id":2,"state":"CA"}\n'
    await expect(read(text, { format: 'jsonl', columns: ['id', 'ageband'] })).rejects.toThrow(
      'the mapping uses the column "ageband", which is in none of its first 2 rows; did you mean "age_band"?',
    )
    expect(await read(text, { format: 'jsonl', columns: ['id', 'state'] })).toHaveLength(3)
    expect(await read('broken\n', { format: 'jsonl', columns: ['id'] })).toMatchObject([
      { reject: 'not valid JSON' },
    ])
  })

  it('gives objects and rejects what is none', async () => {
    const text = '{"a":1,"b":["x"]}\n\n{"a":\n[1]\nnull\n{"a":2}'
    expect(await read(text, { format: 'jsonl' })).toEqual([
      { line: 1, row: { a: 1, b: ['x'] } },
      { line: 3, reject: 'not valid JSON', text: '{"a":' },
      { line: 4, reject: 'not a JSON object', text: '[1]' },
      { line: 5, reject: 'not a JSON object', text: 'null' },
      { line: 6, row: { a: 2 } },
    ])
  })

  it('rejects lines that are too long, too deep or not UTF-8', async () => {
    const long = `{"a":"${'x'.repeat(1_000_000)}"}`
    const deep = '['.repeat(500_000)
    const content = Buffer.concat([Buffer.from(`${long}\n${deep}\n`), latin('{"a":"\xe9"}\n{"a":1}\n')])
    expect(await read(content, { format: 'jsonl' })).toMatchObject([
      { line: 1, reject: 'longer than 1 MB' },
      { line: 2, reject: 'not valid JSON' },
      { line: 3, reject: 'not valid UTF-8' },
      { line: 4, row: { a: 1 } },
    ])
  })
})

describe('readRows refuses a whole file, and says how to mend it', () => {
  const cases: [what: string, content: string | Uint8Array, code: string, message: RegExp][] = [
    ['an empty file', '', 'FILE_UNREADABLE', /it is empty/],
    ['an empty gzip file', gzipSync(''), 'FILE_UNREADABLE', /it is empty/],
    ['blank lines only', '\n\n', 'INPUT_INVALID', /no header/],
    ['UTF-16 with a mark', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), 'FILE_UNREADABLE', /UTF-16.*iconv/],
    [
      'UTF-16 without a mark',
      Buffer.from('a,b\n1,2\n', 'utf16le'),
      'FILE_UNREADABLE',
      /UTF-16.*save it as UTF-8/,
    ],
    ['an Excel file', Buffer.from('504b030414000600', 'hex'), 'FILE_UNREADABLE', /Excel.*CSV UTF-8/],
    ['a Parquet file', 'PAR1....', 'FILE_UNREADABLE', /Parquet/],
    [
      'gzip cut short',
      gzipSync('a,b\n1,2\n'.repeat(99)).subarray(0, 30),
      'FILE_UNREADABLE',
      /damaged or cut short/,
    ],
    ['a wrong delimiter', 'name;text\nx;y\n', 'INPUT_INVALID', /a semicolon.*"delimiter": ";"/],
    ['tabs for commas', 'name\ttext\nx\ty\n', 'INPUT_INVALID', /a tab.*"delimiter": "\\t"/],
    ['one column twice', 'a,b,a\n', 'INPUT_INVALID', /"a" twice/],
    ['a header that is not UTF-8', latin('caf\xe9,b\n1,2\n'), 'INPUT_INVALID', /line 1.*not valid UTF-8/],
    ['a header of 2 MB', `${'x'.repeat(2_000_000)}\n1\n`, 'INPUT_INVALID', /line 1.*longer than 1 MB/],
    ['CR line ends', 'a,b\r1,2\r', 'INPUT_INVALID', /CR alone/],
  ]
  for (const [what, content, code, message] of cases) {
    it(what, async () => {
      await expect(read(content)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    })
  }

  it('a file whose name tells the other format', async () => {
    const named = async (name: string, format: 'csv' | 'jsonl', content: string) => {
      const path = join(folder, name)
      await writeFile(path, content)
      return readPath(path, { format })
    }
    for (const name of ['a.csv', 'a.TSV', 'a.csv.gz', 'a.b.csv']) {
      await expect(named(name, 'jsonl', '{}')).rejects.toMatchObject({
        code: 'INPUT_INVALID',
        message: expect.stringMatching(
          /its name says CSV, but the mapping reads JSON lines; set "read": \{"format": "csv"\}/,
        ),
      })
    }
    for (const name of ['a.jsonl', 'a.ndjson.gz']) {
      await expect(named(name, 'csv', 'a\n')).rejects.toMatchObject({
        message: expect.stringMatching(/its name says JSON lines, but the mapping reads CSV/),
      })
    }
    expect(await named('csv', 'jsonl', '{"a":1}')).toHaveLength(1)
    expect(await named('a.txt', 'csv', 'a\n1\n')).toHaveLength(1)
  })

  it('a missing file, a folder, another encoding', async () => {
    const missing = { code: 'FILE_UNREADABLE', message: expect.stringMatching(/no such file/) }
    await expect(readPath(join(folder, 'nothing.csv'))).rejects.toMatchObject(missing)
    await expect(readPath(folder)).rejects.toMatchObject({ message: expect.stringMatching(/is a folder/) })
    const encoding = { message: expect.stringMatching(/iconv -f latin1/) }
    await expect(read('a\n1', { encoding: 'latin1' })).rejects.toMatchObject(encoding)
  })

  it('a column that is not there, with the nearest name', async () => {
    const near = {
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/"tweet_txt".*did you mean "tweet_text"/),
    }
    await expect(read('name,tweet_text\n', { columns: ['name', 'tweet_txt'] })).rejects.toMatchObject(near)
    const far = { message: expect.stringMatching(/"airline".*it has: name, text/) }
    await expect(read('name,text\n', { columns: ['airline'] })).rejects.toMatchObject(far)
  })

  it('but one column that needs no delimiter is fine', async () => {
    expect(await read('name\nx\n')).toEqual([{ line: 2, row: { name: 'x' } }])
  })
})
