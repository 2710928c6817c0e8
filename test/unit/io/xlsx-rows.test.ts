import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { xlsxRows } from '../../../io/xlsx-rows.ts'
import { deflatedZip, workbook } from './xlsx-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-xlsx-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(bytes: Buffer, maxUnpackedBytes?: number) {
  const path = join(folder, 'sheet.xlsx')
  await writeFile(path, bytes)
  return collect(xlsxRows(path, maxUnpackedBytes))
}

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

const HEADER =
  '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>text.en</t></is></c></row>'

describe('rows of a workbook', () => {
  it('shared, rich, inline, numeric and boolean cells, by the columns of the header', async () => {
    const shared =
      '<si><t>slot</t></si><si><r><t>Go </t></r><r><t xml:space="preserve">now &lt;3</t></r><rPh sb="0" eb="1"><t>aid</t></rPh></si>'
    const rows = `${HEADER}<row r="2"/><row r="4"><c r="A4"><v>20</v></c><c r="C4" t="s"><v>1</v></c><c r="F4" t="str"><v>a note</v></c></row><row r="5"><c r="A5" t="b"><v>1</v></c><c r="C5" t="str"><v>a_x000D_b</v></c></row>`
    expect(await read(workbook(rows, shared))).toEqual([
      { line: 4, row: { slot: '20', 'text.en': 'Go now <3' } },
      { line: 5, row: { slot: 'true', 'text.en': 'a\rb' } },
    ])
  })

  it('a cell of an error rejects its row', async () => {
    const rows = `${HEADER}<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>`
    expect(await read(workbook(rows, '<si><t>slot</t></si>'))).toMatchObject([
      { line: 2, reject: 'a formula gives an error (#REF!)' },
    ])
  })

  it('a file that unpacks to more than is allowed is refused before it is unpacked', async () => {
    const bomb = workbook('<row/>'.repeat(1_000_000))
    expect(bomb.length).toBeLessThan(20_000)
    await expect(read(bomb, 1_000_000)).rejects.toThrow('unpacks to more than the')
  })

  it.each([
    ['no zip', Buffer.from('slot,id\n'), 'it is not a zip file'],
    ['nothing', Buffer.alloc(0), 'it is not a zip file'],
    ['another zip', deflatedZip({ 'word/document.xml': '<a/>' }), 'it is not an Excel workbook'],
    ['a document type', workbook('<!DOCTYPE a [<!ENTITY b "c">]>'), 'it has a document type'],
    ['a tag that does not end', workbook('<row r="1'), 'is not closed'],
  ])('%s is refused', async (_, bytes, problem) => {
    await expect(read(bytes)).rejects.toThrow(problem)
  })

  it('damage is told: any byte of the sheet that is another gives no other rows', async () => {
    const whole = workbook(HEADER, '<si><t>slot</t></si>')
    const at = whole.indexOf('first.xml') + 20
    const damaged = Buffer.from(whole)
    damaged[at] = damaged[at]! ^ 0xff
    await expect(read(damaged)).rejects.toThrow(/damaged|checksum/)
  })
})
