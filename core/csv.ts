/** A spreadsheet runs a cell that starts with one of these (the last four are their full-width twins) as a formula. */
const FORMULA = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/

/** One CSV cell, exactly as given, quoted where it must be (RFC 4180). For our own codes; texts take `csvText`. */
export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Text that people wrote as one CSV cell: what a spreadsheet would run as a formula gets an apostrophe in front, which
 * spreadsheets show as text.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvText(text: string): string {
  return csvCell(FORMULA.test(text) ? `'${text}` : text)
}
