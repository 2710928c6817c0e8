import type { Upkeep } from '../engine/ports/upkeep.ts'
import { createCounterLoader } from '../engine/tracking/load-counters.ts'
import { holderOf } from '../store/embedded/hold-workspace.ts'
import type { Invocation } from './command.ts'
import { openWorkspace, type Workspace } from './compose.ts'
import { postToHolder } from './holder.ts'

/** What work on the store is given when nobody holds the workspace. */
export interface HeldWorkspace {
  readonly workspace: Workspace
  openUpkeep(): Promise<Upkeep>
  loadCounters(): Promise<void>
}

/**
 * Work on the store by whoever has it: a running server by its API, otherwise this process.
 *
 * @param command what holds the workspace meanwhile
 */
export async function byUpkeep<T>(
  { config, folder, signal }: Invocation,
  command: string,
  request: { readonly path: string; readonly body: object },
  work: (held: HeldWorkspace) => Promise<T>,
): Promise<T> {
  const holder = await holderOf(folder)
  if (holder?.url) return postToHolder<T>(holder, request.path, request.body, config.apiKey, signal)
  const workspace = await openWorkspace(config, folder, { hold: command })
  try {
    return await work({
      workspace,
      openUpkeep: workspace.upkeep,
      loadCounters: createCounterLoader(workspace.ports),
    })
  } finally {
    await workspace.close()
  }
}
