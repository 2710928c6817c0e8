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
  const who = `${holder.command} (process ${holder.pid}) at ${holder.url}`
  let response: Response
  try {
    response = await fetch(`${holder.url}${path}`, {
      ...(apiKey && { headers: { authorization: `Bearer ${apiKey}` } }),
    })
  } catch (cause) {
    throw new PolyadError('HOLDER_REFUSED', { who, problem: 'it does not answer' }, { cause })
  }
  if (response.ok) return (await response.json()) as T
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
