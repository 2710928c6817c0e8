import { join } from 'node:path'
import { PolyadError } from '../../core/errors.ts'
import { holderText, type Lock, type LockHolder, lockHolder, tryLock } from './lock.ts'

const lockFolder = (workspaceFolder: string) => join(workspaceFolder, '.polyad', 'locks', 'workspace')

/**
 * Makes this process the one that works in the workspace, until it releases it or dies.
 *
 * @param holder what this process is, for those who come later: `command` e.g. "polyad serve", `url` where it answers
 * @throws PolyadError WORKSPACE_HELD naming who holds it, also when this process does
 */
export async function holdWorkspace(
  workspaceFolder: string,
  holder: { readonly command: string; readonly url?: string },
): Promise<Lock> {
  return requireLock(workspaceFolder, lockFolder(workspaceFolder), holder)
}

/** Who works in the workspace now; undefined when nobody alive does. */
export async function holderOf(workspaceFolder: string): Promise<LockHolder | undefined> {
  return lockHolder(lockFolder(workspaceFolder))
}

/**
 * The lock on one of the store's own parts (database, log): it has one owner even when nobody held the workspace.
 *
 * @throws PolyadError WORKSPACE_HELD
 */
export async function holdPart(workspaceFolder: string, part: 'database' | 'log'): Promise<Lock> {
  const owner = await holderOf(workspaceFolder)
  const command = owner?.pid === process.pid ? owner.command : 'a polyad command'
  return requireLock(workspaceFolder, join(workspaceFolder, '.polyad', 'locks', part), { command })
}

async function requireLock(
  folder: string,
  lockPath: string,
  holder: { readonly command: string; readonly url?: string },
): Promise<Lock> {
  const attempt = await tryLock(lockPath, holder)
  if ('lock' in attempt) return attempt.lock
  throw new PolyadError('WORKSPACE_HELD', { folder, holder: holderText(attempt.heldBy) })
}
