import type { FuzzResult } from './fuzz.ts'
import type { Operation } from './operations.ts'

const LOG_FAILS = 'the log cannot be written, as on a full disk'
/**
 * Statuses that no request provokes: they need a machine or a workspace that is out of order. test/api/statuses.test.ts
 * makes each of them happen.
 */
export const NOT_BY_REQUESTS: Readonly<Record<string, string>> = {
  'POST /v1/decisions 503': LOG_FAILS,
  'POST /v1/events 503': LOG_FAILS,
  'GET /v1/tags/{token} 503': LOG_FAILS,
  'POST /openrtb2 503': LOG_FAILS,
  'GET /t/w/{token} 503': LOG_FAILS,
  'GET /t/b/{token} 503': LOG_FAILS,
  'GET /t/l/{token} 503': LOG_FAILS,
  'GET /health/ready 503': 'the documents or counters cannot be read',
  'GET /v1/segment-sizes 404': 'nothing was imported yet',
  'GET /v1/segment-sizes 400': 'a segment document was edited beside the server and is none',
}

const BY_ASSETS = 'a picture in the body, which chance does not make: test/api/assets.test.ts'
const BY_PAUSES = 'a pause that stands while it is asked: test/api/pauses.test.ts'
const BUSY = 'more at once than is sent here: test/api/bounded-work.test.ts'
/** Statuses that chance seldom or never comes to, and where they are tried by themselves. */
const TRIED_ALONE: Readonly<Record<string, string>> = {
  'POST /v1/assets 200': BY_ASSETS,
  'POST /v1/assets 201': BY_ASSETS,
  'POST /v1/assets 413': BY_ASSETS,
  'POST /v1/assets 503': BUSY,
  'DELETE /v1/assets/{name} 204': BY_ASSETS,
  'DELETE /v1/assets/{name} 409': BY_ASSETS,
  'POST /v1/campaigns/{name}/merges/restore 200': 'a merged leaf: test/api/allocation.test.ts',
  'POST /v1/campaigns/{name}/ope 200': 'enough decisions of one policy: test/api/statuses.test.ts',
  'GET /v1/ad-units/{file} 302': BY_PAUSES,
  'GET /v1/ad-units/{id}/pictures/{file} 302': BY_PAUSES,
  'GET /v1/house-ads/{campaign}/{file} 200': BY_PAUSES,
  'GET /v1/house-ads/{campaign}/{file} 503': BUSY,
  'POST /v1/decisions 204': BY_PAUSES,
  'POST /v1/pauses 200': BY_PAUSES,
  'POST /v1/pauses/resume 200': BY_PAUSES,
}

function reasonFor(status: string): string | undefined {
  return status.endsWith(' 429') ? 'rates are lifted here' : (NOT_BY_REQUESTS[status] ?? TRIED_ALONE[status])
}

/** Documented statuses that were not seen though requests can provoke them. */
export function missingStatuses(operations: readonly Operation[], { seen }: FuzzResult): readonly string[] {
  return operations
    .flatMap(({ name, responses }) => [...responses.keys()].map((status) => `${name} ${status}`))
    .filter((status) => !seen.has(status) && reasonFor(status) === undefined)
}

/** Every operation with the statuses it answered, how often, and why those are missing that are. */
export function statusesText(operations: readonly Operation[], { seen }: FuzzResult): string {
  const width = Math.max(...operations.map(({ name }) => name.length))
  return operations
    .map(({ name, responses }) => {
      const statuses = [...responses.keys()].sort().map((status) => {
        const times = seen.get(`${name} ${status}`)
        return times === undefined
          ? `${status} (${reasonFor(`${name} ${status}`) ?? 'not seen'})`
          : `${status} x ${times}`
      })
      const untold = responses.get(200)?.size === 0 ? '; what 200 holds is not documented' : ''
      return `${name.padEnd(width)}  ${statuses.join(', ')}${untold}`
    })
    .join('\n')
}
