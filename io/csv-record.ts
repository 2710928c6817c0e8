const QUOTE = '"'

/** What a line did to the record being read. */
export type RecordState =
  | { readonly kind: 'complete'; readonly fields: readonly string[] }
  | { readonly kind: 'open' }
  | { readonly kind: 'broken'; readonly reason: string }

export interface CsvRecordReader {
  /** Takes the next physical line; after `complete` or `broken` the next one starts a new record. */
  push(line: string): RecordState
  /** Forgets an open record. */
  reset(): void
}

const OPEN: RecordState = { kind: 'open' }

/**
 * Reads CSV records (RFC 4180) line by line: a quoted field may hold the delimiter, doubled quotes and line ends, which
 * come out as LF. A quote inside an unquoted field is text, as spreadsheets read it.
 */
export function createCsvRecordReader(delimiter: string): CsvRecordReader {
  let fields: string[] = []
  let quoted: string | undefined

  const reset = (): void => {
    fields = []
    quoted = undefined
  }
  const broken = (reason: string): RecordState => {
    reset()
    return { kind: 'broken', reason }
  }

  return {
    reset,
    push(line) {
      if (quoted === undefined && !line.includes(QUOTE))
        return { kind: 'complete', fields: line.split(delimiter) }
      let at = 0
      if (quoted !== undefined) quoted += '\n'
      for (;;) {
        if (quoted === undefined && line[at] === QUOTE) {
          quoted = ''
          at++
        }
        if (quoted !== undefined) {
          const end = line.indexOf(QUOTE, at)
          if (end === -1) {
            quoted += line.slice(at)
            return OPEN
          }
          quoted += line.slice(at, end)
          at = end + 1
          if (line[at] === QUOTE) {
            quoted += QUOTE
            at++
            continue
          }
          if (at < line.length && !line.startsWith(delimiter, at)) return broken('text after a closing quote')
          fields.push(quoted)
          quoted = undefined
        } else {
          const end = line.indexOf(delimiter, at)
          const field = end === -1 ? line.slice(at) : line.slice(at, end)
          if (field.includes(QUOTE)) return broken('a quote inside a field that is not quoted')
          fields.push(field)
          at += field.length
        }
        if (at >= line.length) {
          const complete: RecordState = { kind: 'complete', fields }
          reset()
          return complete
        }
        at += delimiter.length
      }
    },
  }
}
