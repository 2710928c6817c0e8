import { PolyadError } from '../core/errors.ts'
import type { LockHolder } from '../store/embedded/lock.ts'

/**
 * Asks the process that holds the workspace, over its API.
 *
 * @param apiKey role key; needed once the workspace has keys (POLYAD_API_KEY)
 * @throws PolyadError HOLDER_REFUSED with the holder's own words
 */
export async function getFromHolder<T>(
  holder: LockHolder,
  path: string,
  apiKey: string | undefined,
): Promise<T> {
  return (await (await askHolder(holder, path, apiKey)).json()) as T
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
): Promise<Response> {
  const who = whoIs(holder)
  let response: Response
  try {
    response = await fetch(`${holder.url}${path}`, {
      ...(apiKey && { headers: { authorization: `Bearer ${apiKey}` } }),
      ...(signal && { signal }),
    })
  } catch (cause) {
    if (signal?.aborted) throw new PolyadError('CANCELLED', { what: 'reading from the server' })
    throw new PolyadError('HOLDER_REFUSED', { who, problem: 'it does not answer' }, { cause })
  }
  if (response.ok) return response
  const problem = (await response.json().catch(() => undefined)) as
    | { detail?: string; title?: string }
    | undefined
  // A command sends no header by hand: its key comes from the environment.
  const mend =
    'a role key is needed, or this one is not known; put one in POLYAD_API_KEY (polyad keys add --role analyst)'
  throw new PolyadError('HOLDER_REFUSED', {
    who,
    problem:
      response.status === 401 ? mend : (problem?.detail ?? problem?.title ?? `status ${response.status}`),
  })
}

function whoIs(holder: LockHolder): string {
  return `${holder.command} (process ${holder.pid}) at ${holder.url}`
}
