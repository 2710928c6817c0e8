import { problemWith } from './arbitrary-from-schema.ts'
import { PROBE, PROBE_HEADER } from './mutations.ts'
import type { Operation } from './operations.ts'
import type { WireRequest } from './request.ts'
import type { Answer } from './send.ts'

/** What holds of the server under test and is looked for in every answer. */
export interface Expectations {
  /** Where a redirect may lead: what it begins with. */
  readonly landings: readonly string[]
  /** Texts that no answer holds: folders of the machine. */
  readonly secrets: readonly string[]
}

/** Of a request that no operation of the document is for, or that is refused before one is chosen: who has no key is not told which addresses there are. */
const WITHOUT_OPERATION = new Set([400, 401, 403, 404, 413, 415, 431])
/** A stack line, a path of a module, or the words of a system call's failure. */
const LEAK =
  /\n\s+at |node_modules|node:internal|file:\/\/|\.[cm]?[jt]s:\d+|\b(ENOENT|EACCES|EISDIR|ENOTDIR|ENAMETOOLONG|EPERM)\b/
/** No text of a problem is as long as what was sent may be. */
const LONGEST_PROBLEM = 4_000

/** What is wrong with an answer; undefined: nothing. `operation` undefined: the document has none for the request. */
export function problemOfAnswer(
  operation: Operation | undefined,
  { method }: WireRequest,
  answer: Answer,
  { landings, secrets }: Expectations,
): string | undefined {
  const { status, headers, body } = answer
  const type = headers['content-type']?.split(';', 1)[0]
  const text = isText(type) ? body.toString('utf8') : ''

  if (headers['x-content-type-options'] !== 'nosniff') return 'no nosniff'
  if (headers[PROBE_HEADER] !== undefined) return 'a header of the request came back as a header'
  if (LEAK.test(text)) return `a leak: ${LEAK.exec(text)?.[0]}`
  const secret = secrets.find((each) => text.includes(each))
  if (secret !== undefined) return `a leak: ${secret}`
  if (status >= 500 && status !== 503) return `status ${status}`
  if (status >= 300 && status < 400 && status !== 304) {
    const { location = '' } = headers
    if (!landings.some((landing) => location.startsWith(landing))) return `a redirect to ${location}`
  }
  if (method === 'HEAD' || method === 'OPTIONS') return undefined
  if (status >= 400) {
    if (type !== 'application/problem+json') return `a failure as ${type}`
    if (text.includes('<') || text.includes(PROBE)) return 'markup in a problem'
    if (text.length > LONGEST_PROBLEM) return `a problem of ${text.length} characters`
  } else if (type !== 'application/json' && text.includes(PROBE)) return 'text of a request in a page'

  if (!operation) return WITHOUT_OPERATION.has(status) ? undefined : `status ${status} of no operation`
  const documented = operation.responses.get(status)
  if (!documented) return `status ${status} is not documented`
  if (documented.size === 0)
    return status === 200 || body.length === 0 ? undefined : 'a body that is not documented'
  const schema = documented.get(type ?? '')
  if (!schema) return `${type} is not documented for ${status}`
  if (!type?.endsWith('json')) return undefined
  const problem = problemWith(schema, JSON.parse(text))
  return problem === undefined ? undefined : `the body is not as documented: ${problem}`
}

function isText(type: string | undefined): boolean {
  return type !== undefined && /^text\/|json$|xml$|javascript$/.test(type)
}
