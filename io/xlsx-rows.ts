import { readFile, stat } from 'node:fs/promises'
import { PolyadError } from '../core/errors.ts'
import { XmlProblem, xmlParts } from '../core/xml-tags.ts'
import { REJECTED_TEXT_CHARACTERS, type RowOrReject } from '../engine/ingest/row.ts'
import { checkHeader } from './csv-header.ts'
import { openZip } from './read-zip.ts'

const MAX_FILE_BYTES = 20_000_000
/** Of the parts that are read, unpacked: about what 100,000 rows of copy come to. */
const MAX_UNPACKED_BYTES = 200_000_000
const MAX_COLUMNS = 200

type Cell = string | undefined

/**
 * The rows of the first sheet of an Excel workbook (.xlsx): its first row that is not blank is the header, blank rows
 * are passed over, of a formula its last value is read. Every value is a text.
 *
 * @throws PolyadError FILE_UNREADABLE (missing, no workbook, damaged, a bomb), INPUT_INVALID (no usable header)
 * @see ECMA-376 5th edition, part 1, 18.3
 */
export async function* xlsxRows(
  path: string,
  maxUnpackedBytes = MAX_UNPACKED_BYTES,
): AsyncGenerator<RowOrReject> {
  const refuse = (problem: string, cause?: unknown): PolyadError =>
    new PolyadError(
      'FILE_UNREADABLE',
      { path, problem, mend: 'save it as .xlsx again, or as CSV' },
      { cause },
    )
  const bytes = await readBounded(path, refuse)
  const zip = openZip(bytes, path, maxUnpackedBytes)
  const textOf = (name: string): string | undefined => zip.read(name)?.toString('utf8')
  const sheetName = firstSheet(textOf('xl/workbook.xml') ?? '', textOf('xl/_rels/workbook.xml.rels') ?? '')
  const sheet = sheetName === undefined ? undefined : textOf(sheetName)
  if (sheet === undefined) throw refuse('it is not an Excel workbook')
  try {
    const shared = sharedStrings(textOf('xl/sharedStrings.xml') ?? '')
    let header: readonly string[] | undefined
    for (const { line, cells, problem } of sheetRows(sheet, shared)) {
      if (problem !== undefined) {
        yield { line, reject: problem, text: cells.join(', ').slice(0, REJECTED_TEXT_CHARACTERS) }
      } else if (!header)
        header = checkHeader(
          path,
          cells.map((cell) => cell ?? ''),
          ',',
          [],
        )
      else {
        const row: Record<string, string> = Object.create(null)
        for (const [at, cell] of cells.entries()) {
          // A note beside the table is no column of it.
          const column = header[at]
          if (column !== undefined && cell !== undefined) row[column] = cell
        }
        yield { line, row }
      }
    }
  } catch (error) {
    if (error instanceof XmlProblem) throw refuse(error.message, error)
    throw error
  }
}

async function readBounded(
  path: string,
  refuse: (problem: string, cause?: unknown) => PolyadError,
): Promise<Buffer> {
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) throw refuse(`it is larger than ${MAX_FILE_BYTES / 1e6} MB`)
    return await readFile(path)
  } catch (error) {
    if (error instanceof PolyadError) throw error
    const { code } = error as NodeJS.ErrnoException
    throw refuse(code === 'ENOENT' ? 'there is no such file' : String(code), error)
  }
}

/** Where the first sheet lies in the archive. */
function firstSheet(workbook: string, relations: string): string | undefined {
  let id: string | undefined
  for (const part of xmlParts(workbook)) {
    if (part.kind === 'open' && part.name === 'sheet') id ??= part.attributes['id']
  }
  for (const part of xmlParts(relations)) {
    if (part.kind !== 'open' || part.name !== 'Relationship' || part.attributes['Id'] !== id) continue
    const target = part.attributes['Target'] ?? ''
    return target.startsWith('/') ? target.slice(1) : `xl/${target}`
  }
  return undefined
}

/** Texts that cells name by number; of a text in several formats all pieces, without the reading aids of Japanese. */
function sharedStrings(xml: string): string[] {
  const strings: string[] = []
  let text = ''
  let isText = false
  let phonetic = 0
  for (const part of xmlParts(xml)) {
    if (part.kind === 'text') {
      if (isText && phonetic === 0) text += part.text
    } else if (part.name === 't') isText = part.kind === 'open'
    else if (part.name === 'rPh') phonetic += part.kind === 'open' ? 1 : -1
    else if (part.name === 'si') {
      if (part.kind === 'close') strings.push(unescaped(text))
      text = ''
    }
  }
  return strings
}

interface SheetLine {
  readonly line: number
  readonly cells: readonly Cell[]
  readonly problem?: string
}

function* sheetRows(xml: string, shared: readonly string[]): Generator<SheetLine> {
  let line = 0
  let cells: Cell[] = []
  let problem: string | undefined
  let column = 0
  let type = ''
  let value: string | undefined
  let isValue = false
  for (const part of xmlParts(xml)) {
    if (part.kind === 'text') {
      if (isValue) value = (value ?? '') + part.text
    } else if (part.name === 'v' || part.name === 't') isValue = part.kind === 'open'
    else if (part.name === 'row' && part.kind === 'open') {
      line = Number(part.attributes['r'] ?? line + 1)
      cells = []
      problem = undefined
      column = -1
    } else if (part.name === 'row') {
      if (problem !== undefined) yield { line, cells, problem }
      else if (cells.some((cell) => cell !== undefined && cell.trim() !== '')) yield { line, cells }
    } else if (part.name === 'c' && part.kind === 'open') {
      column = columnOf(part.attributes['r']) ?? column + 1
      type = part.attributes['t'] ?? 'n'
      value = undefined
    } else if (part.name === 'c') {
      if (value === undefined) continue
      if (column >= MAX_COLUMNS) problem ??= `it has more than ${MAX_COLUMNS} columns`
      else if (type === 'e') problem ??= `a formula gives an error (${value})`
      else cells[column] = cellText(type, value, shared)
    }
  }
}

function cellText(type: string, value: string, shared: readonly string[]): string {
  if (type === 's') return shared[Number(value)] ?? ''
  if (type === 'b') return value === '1' ? 'true' : 'false'
  return type === 'n' ? value : unescaped(value)
}

/** 0 for A; undefined when the reference is left out, as it may be. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0]
  if (letters === undefined) return undefined
  let number = 0
  for (const letter of letters) number = number * 26 + letter.charCodeAt(0) - 64
  return number - 1
}

/** Characters that XML cannot hold are written _xHHHH_. */
function unescaped(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
