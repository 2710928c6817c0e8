import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_EVERY_MS = 250

/**
 * One turn each time a file of the folders was written, added or removed, until the signal is aborted. Looks at names,
 * sizes and times, four times a second: it works where a system tells of no changes (network folders, containers), and
 * whichever way an editor saves.
 */
export async function* fileChanges(folders: readonly string[], signal: AbortSignal): AsyncGenerator<void> {
  let before = await stateOf(folders)
  while (!signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    const now = await stateOf(folders)
    if (now === before) continue
    before = now
    yield
  }
}

async function stateOf(folders: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder).catch(() => [])
      const files = names.map(async (name) => {
        const found = await stat(join(folder, name)).catch(() => undefined)
        return found?.isFile() ? `${folder}/${name} ${found.size} ${found.mtimeMs}` : ''
      })
      return (await Promise.all(files)).join('\n')
    }),
  )
  return lines.join('\n')
}
