/** A spreadsheet runs a cell that starts with one of these as a formula. */
const FORMULA = /^[=+\-@\t\r]/

/**
 * Text from outside as one CSV cell (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe in
 * front, which spreadsheets show as text.
 */
export function csvTextCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
