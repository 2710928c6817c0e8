import { PolyadError, toldError } from '../core/errors.ts'
import type { LockHolder } from '../store/embedded/lock.ts'

/**
 * Asks the process that holds the workspace, over its API.
 *
 * @param apiKey role key; needed once the workspace has keys (POLYAD_API_KEY)
 * @throws PolyadError what the holder answers, by its code and in its words, as if the work were done here;
 * HOLDER_REFUSED when it does not answer, not in our words, or not to this key
 */
export async function getFromHolder<T>(
  holder: LockHolder,
  path: string,
  apiKey: string | undefined,
): Promise<T> {
  return (await (await askHolder(holder, path, apiKey)).json()) as T
}

/** As `getFromHolder`, for work that is told in a body. */
export async function postToHolder<T>(
  holder: LockHolder,
  path: string,
  body: object,
  apiKey: string | undefined,
  signal: AbortSignal,
): Promise<T> {
  return (await (await askHolder(holder, path, apiKey, signal, body)).json()) as T
}

/**
 * As `getFromHolder`, for an answer that may not fit into memory.
 *
 * @returns the answer's headers and its bytes; these throw HOLDER_REFUSED when the holder ends before the answer does
 */
export async function streamFromHolder(
  holder: LockHolder,
  path: string,
  apiKey: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly headers: Headers; readonly bytes: AsyncIterable<Uint8Array> }> {
  const response = await askHolder(holder, path, apiKey, signal)
  return { headers: response.headers, bytes: bytesOf(holder, response, signal) }
}

async function* bytesOf(
  holder: LockHolder,
  { body }: Response,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    if (body) yield* body as AsyncIterable<Uint8Array>
  } catch (cause) {
    if (signal.aborted) throw new PolyadError('CANCELLED', { what: 'reading from the server' })
    throw new PolyadError('HOLDER_REFUSED', { who: whoIs(holder), problem: 'it broke off' }, { cause })
  }
}

async function askHolder(
  holder: LockHolder,
  path: string,
  apiKey: string | undefined,
  signal?: AbortSignal,
  body?: object,
): Promise<Response> {
  let response: Response
  try {
    response = await fetch(`${holder.url}${path}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        ...(apiKey && { authorization: `Bearer ${apiKey}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(signal && { signal }),
    })
  } catch (cause) {
    if (signal?.aborted) throw new PolyadError('CANCELLED', { what: 'reading from the server' })
    throw new PolyadError('HOLDER_REFUSED', { who: whoIs(holder), problem: 'it does not answer' }, { cause })
  }
  if (response.ok) return response
  const told = (await response.json().catch(() => null)) as Told | null
  throw problemOf(holder, response.status, told ?? {})
}

/** Of a problem (api/problem.ts) what is wanted here; something else may be listening there. */
interface Told {
  readonly code?: string
  readonly detail?: string
  readonly title?: string
}

function problemOf(holder: LockHolder, status: number, { code, detail, title }: Told): PolyadError {
  const told = (problem: string) => new PolyadError('HOLDER_REFUSED', { who: whoIs(holder), problem })
  // A command sends no header by hand: its key comes from the environment.
  const mend =
    'a role key is needed, or this one is not known; put one in POLYAD_API_KEY (polyad keys add --role analyst)'
  if (status === 401) return told(mend)
  const refusal = told(detail ?? title ?? `status ${status}`)
  if (status === 403) return refusal
  // What went wrong within the server it keeps to its log; who it was is all there is to add.
  return toldError(code, status < 500 && detail !== undefined ? detail : refusal.message) ?? refusal
}

function whoIs(holder: LockHolder): string {
  return `${holder.command} (process ${holder.pid}) at ${holder.url}`
}
