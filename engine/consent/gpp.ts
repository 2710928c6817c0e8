import { createBitReader, isBase64Url } from './bit-reader.ts'

const HEADER_TYPE = 3
const HEADER_VERSION = 1
const LONGEST_CHARACTERS = 40_000
/** There are fewer than 30 ids; a header that names more than this is none. */
const MOST_SECTIONS = 64

/**
 * The sections of a GPP string by their ids, each as its own text; undefined for a string that is none.
 *
 * @see IAB Tech Lab, Global Privacy Platform String, version 1
 */
export function readGpp(text: string): ReadonlyMap<number, string> | undefined {
  if (text.length > LONGEST_CHARACTERS) return undefined
  const [header, ...sections] = text.split('~') as [string, ...string[]]
  const ids = readHeader(header)
  if (!ids || ids.length !== sections.length) return undefined
  return new Map(ids.map((id, at) => [id, sections[at]!]))
}

/** The ids of the sections in the order of the string: single ones and ranges, each told from the one before. */
function readHeader(text: string): readonly number[] | undefined {
  if (!isBase64Url(text)) return undefined
  const bits = createBitReader(text)
  if (bits.take(6) !== HEADER_TYPE || bits.take(6) !== HEADER_VERSION) return undefined
  const ids: number[] = []
  let last = 0
  for (let left = bits.take(12); left > 0; left--) {
    const isRange = bits.take(1) === 1
    const first = last + bits.takeFibonacci()
    last = isRange ? first + bits.takeFibonacci() : first
    if (bits.broken || ids.length + last - first >= MOST_SECTIONS) return undefined
    for (let id = first; id <= last; id++) ids.push(id)
  }
  return bits.broken ? undefined : ids
}
