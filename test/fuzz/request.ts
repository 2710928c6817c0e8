import type { Operation } from './operations.ts'

/** A request that is still in parts, so that each part can be spoilt. */
export interface Draft {
  readonly operation: Operation
  readonly method: string
  /** Still with `{name}` in it. */
  readonly path: string
  /** By name, as they go into the address: encoded. */
  readonly params: Readonly<Record<string, string>>
  /** As they go into the address: encoded. */
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers: Readonly<Record<string, string>>
  /** undefined: no body. Bytes are sent as they are. */
  readonly body: unknown
  /** Asked twice: the second time with the ETag of the first answer in this header. */
  readonly etagIn?: 'if-match' | 'if-none-match'
  /** What was spoilt, in order; none: valid and of a caller who may. */
  readonly spoilt: readonly string[]
}

/** What goes over the wire. */
export interface WireRequest {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

export function wireOf(draft: Draft): WireRequest {
  const { method, path, params, query, body, headers } = draft
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => params[name] ?? '')
  const asked = query.map(([name, value]) => `${name}=${value}`).join('&')
  return {
    method,
    target: asked === '' ? filled : `${filled}?${asked}`,
    headers,
    body: body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body) ?? ''),
  }
}

const SHOWN_BYTES = 1_000

/** A request as a line of shell that sends it again; keys are left out. */
export function curlOf({ method, target, headers, body }: WireRequest): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const shown = Object.entries(headers).map(
    ([name, value]) =>
      `-H ${quoted(`${name}: ${name === 'authorization' ? 'Bearer KEY' : value.slice(0, 200)}`)}`,
  )
  const text = body?.subarray(0, SHOWN_BYTES).toString('utf8')
  const more = body && body.length > SHOWN_BYTES ? ` # ${body.length} bytes in all` : ''
  return (
    [
      `curl --path-as-is -X ${method}`,
      ...shown,
      ...(text === undefined ? [] : [`--data-binary ${quoted(text)}`]),
      quoted(`$URL${target.slice(0, 300)}`),
    ].join(' ') + more
  )
}
