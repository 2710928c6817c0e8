import { PolyadError } from '../../core/errors.ts'
import { MICROS_PER_UNIT } from '../../core/money.ts'
import { parseRule } from '../../rules/parse.ts'
import type { Vocabulary } from '../../rules/rule.ts'
import { compileCopy } from '../../templates/copy.ts'
import type { Template } from '../../templates/template.ts'
import { FIELD_OF_KIND } from '../campaign/asset-fields.ts'
import type { Asset } from '../campaign/campaign.ts'
import type { Row } from '../ingest/row.ts'

/** One option as a row of a sheet has it. */
export interface SheetAsset {
  readonly row: number
  readonly slot: string
  /** Undefined: the sheet leaves naming it to us. */
  readonly id: string | undefined
  readonly group: string | undefined
  readonly content: Omit<Asset, 'id'>
}

/** What a row's cells are checked against. */
export interface SheetTerms {
  readonly template: Template
  readonly locales: readonly string[]
  /** Attributes of people and of the cell, for `when` and copy. */
  readonly vocabulary: Vocabulary
  /** Attributes that copy may read. */
  readonly attributes: ReadonlyMap<string, unknown>
}

type Report = (column: string, problem: string, value: unknown) => void

/** Columns of a sheet besides one `text.LOCALE` a locale. */
export const SHEET_COLUMNS = [
  'slot',
  'id',
  'group',
  'when',
  'retired',
  'file',
  'focus',
  'colour',
  'number',
  'price',
  'date',
  'url',
] as const
const TEXT_COLUMN = /^text[.:](.+)$/
const LOCALE = /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/
const NAME = /^[a-z0-9][a-z0-9-]{0,59}$/
const COLOUR = /^#[0-9a-fA-F]{6}$/
const MAX_TEXT = 2000
const YES = new Set(['true', 'yes', 'x', '1'])
const NO = new Set(['', 'false', 'no', '0'])
/** Whether a column means something to a sheet of assets. */
export function isSheetColumn(column: string): boolean {
  return column === 'text' || TEXT_COLUMN.test(column) || SHEET_COLUMNS.some((each) => each === column)
}

/**
 * Reads one row; undefined after any problem was reported. Texts lie in columns `text.en`, `text.es-US`, or, in JSON
 * lines, also in an object `text`; `when` is a rule, as JSON text where the sheet has no objects.
 */
export function readSheetRow(
  row: number,
  cells: Row,
  terms: SheetTerms,
  tell: Report,
): SheetAsset | undefined {
  let isGood = true
  const report: Report = (column, problem, value) => {
    isGood = false
    tell(column, problem, value)
  }
  for (const column of Object.keys(cells)) {
    if (!isSheetColumn(column) && !isBlank(cells[column]))
      report(column, 'there is no such column', cells[column])
  }
  const slot = textIn(cells, 'slot', report)
  const ofTemplate = terms.template.slots.find(({ name }) => name === slot)
  if (slot === undefined) report('slot', 'is empty', '')
  else if (!ofTemplate) report('slot', `template ${terms.template.name} has no such slot`, slot)
  const id = textIn(cells, 'id', report)
  if (id !== undefined && !NAME.test(id))
    report('id', 'is not a name in small letters, digits and hyphens', id)
  const group = textIn(cells, 'group', report)
  if (group !== undefined && !NAME.test(group))
    report('group', 'is not a name in small letters, digits and hyphens', group)

  const text = textsIn(cells, terms, report)
  const file = textIn(cells, 'file', report)
  const colour = textIn(cells, 'colour', report)
  if (colour !== undefined && !COLOUR.test(colour))
    report('colour', 'is not a colour such as #1f6f6b', colour)
  const typed = typedIn(cells, report)
  const when = whenIn(cells, terms, report)
  const retired = retiredIn(cells, report)
  if (ofTemplate) {
    const field = FIELD_OF_KIND[ofTemplate.kind]
    const given = { text, file, colour, ...typed }
    for (const each of Object.values(FIELD_OF_KIND)) {
      const column = each === 'text' ? 'text.LOCALE' : each
      const has = given[each] !== undefined
      if (has && each !== field)
        report(column, `is given, but the slot is of kind ${ofTemplate.kind}`, given[each])
      if (!has && each === field) report(column, `is empty, and the slot is of kind ${ofTemplate.kind}`, '')
    }
  }
  if (!isGood || slot === undefined) return undefined
  const content = {
    ...(text && { text }),
    ...(file !== undefined && { file }),
    ...(colour !== undefined && { colour }),
    ...typed,
    ...(when !== undefined && { when }),
    ...(retired && { retired }),
  }
  return { row, slot, id, group, content }
}

type Typed = Pick<Asset, 'number' | 'price' | 'date' | 'url' | 'focus'>

const PRICE = /^(\d+(?:\.\d{1,6})?)\s*([A-Z]{3})$/
const FOCUS = /^([01]?(?:\.\d+)?)[\s;,]+([01]?(?:\.\d+)?)$/

/** A price is written `49.90 EUR`, a focal point `0.7 0.2`; days and limits are checked with the campaign. */
function typedIn(cells: Row, report: Report): Typed {
  const typed: { -readonly [Field in keyof Typed]: Typed[Field] } = {}
  const number = textIn(cells, 'number', report)
  if (number !== undefined) {
    if (Number.isFinite(Number(number))) typed.number = Number(number)
    else report('number', 'is not a number such as 4.5', number)
  }
  const price = textIn(cells, 'price', report)
  if (price !== undefined) {
    const [, units, currency] = PRICE.exec(price) ?? []
    if (units === undefined) report('price', 'is not a price such as 49.90 EUR', price)
    else typed.price = { amountMicros: Math.round(Number(units) * MICROS_PER_UNIT), currency: currency! }
  }
  const focus = textIn(cells, 'focus', report)
  if (focus !== undefined) {
    const [, x, y] = FOCUS.exec(focus) ?? []
    if (!x || !y) report('focus', 'is not a point such as 0.7 0.2', focus)
    else typed.focus = { x: Number(x), y: Number(y) }
  }
  const date = textIn(cells, 'date', report)
  if (date !== undefined) typed.date = date
  const url = textIn(cells, 'url', report)
  if (url !== undefined) typed.url = url
  return typed
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

function textIn(cells: Row, column: string, report: Report): string | undefined {
  const value = Object.hasOwn(cells, column) ? cells[column] : undefined
  if (isBlank(value)) return undefined
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number') return String(value)
  report(column, 'is not a text', value)
  return undefined
}

function textsIn(cells: Row, terms: SheetTerms, report: Report): Record<string, string> | undefined {
  const texts: Record<string, string> = {}
  const take = (column: string, locale: string, value: unknown): void => {
    if (isBlank(value)) return
    if (!LOCALE.test(locale)) report(column, 'is not a locale such as en-US or a language such as en', locale)
    else if (typeof value !== 'string' && typeof value !== 'number') report(column, 'is not a text', value)
    else if (String(value).length > MAX_TEXT) report(column, `is longer than ${MAX_TEXT} characters`, value)
    else {
      checkCopy(column, String(value), terms, report)
      texts[locale] = String(value)
    }
  }
  for (const column of Object.keys(cells)) {
    const locale = TEXT_COLUMN.exec(column)?.[1]
    if (locale !== undefined) take(column, locale, cells[column])
  }
  const object = Object.hasOwn(cells, 'text') ? cells['text'] : undefined
  if (object !== null && typeof object === 'object' && !Array.isArray(object)) {
    for (const [locale, value] of Object.entries(object)) take(`text.${locale}`, locale, value)
  } else if (!isBlank(object))
    report('text', 'is not an object of texts by locale; name a column text.en', object)
  return Object.keys(texts).length > 0 ? texts : undefined
}

function checkCopy(column: string, source: string, { attributes }: SheetTerms, report: Report): void {
  // Most copy of a sheet is plain.
  if (!source.includes('{{')) return
  try {
    const unknown = compileCopy(source, '').variables.find((name) => !attributes.has(name))
    if (unknown !== undefined) report(column, `there is no attribute of people "${unknown}"`, source)
  } catch (error) {
    report(column, problemOf(error), source)
  }
}

function whenIn(cells: Row, { vocabulary }: SheetTerms, report: Report): unknown {
  const value = Object.hasOwn(cells, 'when') ? cells['when'] : undefined
  if (isBlank(value)) return undefined
  let rule = value
  if (typeof value === 'string') {
    try {
      rule = JSON.parse(value)
    } catch {
      report('when', 'is not a rule as JSON, such as {"state": "CA"}', value)
      return undefined
    }
  }
  try {
    parseRule(rule, vocabulary, '')
    return rule
  } catch (error) {
    report('when', problemOf(error), value)
    return undefined
  }
}

function retiredIn(cells: Row, report: Report): boolean {
  const value = Object.hasOwn(cells, 'retired') ? cells['retired'] : undefined
  const word = String(value ?? '')
    .trim()
    .toLowerCase()
  if (!YES.has(word) && !NO.has(word)) report('retired', 'is not yes, no or empty', value)
  return YES.has(word)
}

/** The problem without its place, which is the row's. */
function problemOf(error: unknown): string {
  if (!(error instanceof PolyadError) || error.code !== 'INPUT_INVALID') throw error
  const { problem, mend } = (error as PolyadError<'INPUT_INVALID'>).details
  return mend ? `${problem}; ${mend}` : problem
}
