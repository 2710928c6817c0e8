import { access, cp, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PolyadError } from '../../core/errors.ts'
import { makeFolder, replaceFile, systemCode } from './durable-file.ts'

/** One change of how `.polyad/` is stored. */
export interface UpgradeStep {
  /** The format it leads to, from the one before. */
  readonly to: number
  /** What changes, for people. */
  readonly name: string
  /** Files and folders of `.polyad/` that it changes; they are copied before. */
  readonly changes: readonly string[]
  /** Must come to the same when it is run again after a crash in its middle. */
  run(storeFolder: string): Promise<void>
}

/** Every upgrade there ever was, in order. A step that was released is never changed. */
export const UPGRADES: readonly UpgradeStep[] = [
  { to: 1, name: 'the format is written down', changes: [], run: async () => undefined },
]

interface StoredFormat {
  readonly format: number
  /** The program that wrote it last. */
  readonly writer: string
}

/** Parts by which a store is known that was made before formats were written down. */
const PARTS = ['log', 'revisions', 'blobs', 'store.duckdb']

/**
 * How a workspace's store is stored. One that is not there yet gets the newest format.
 *
 * @param writer this program, for the message of an older one that meets the store later
 * @returns the upgrades it needs, in order; none: it is as this program stores
 * @throws PolyadError WORKSPACE_NEWER for a format this program does not know; STORE_DAMAGED
 */
export async function findUpgrades(
  workspaceFolder: string,
  writer: string,
  steps: readonly UpgradeStep[] = UPGRADES,
): Promise<readonly UpgradeStep[]> {
  const store = join(workspaceFolder, '.polyad')
  const known = steps.at(-1)?.to ?? 0
  const stored =
    (await readFormat(store)) ?? ((await isOld(store)) ? { format: 0, writer: 'polyad' } : undefined)
  if (!stored) {
    await writeFormat(store, { format: known, writer })
    return []
  }
  if (stored.format > known) {
    throw new PolyadError('WORKSPACE_NEWER', {
      folder: workspaceFolder,
      found: stored.format,
      known,
      writer: stored.writer,
    })
  }
  return steps.filter(({ to }) => to > stored.format)
}

/**
 * Runs upgrades on a workspace that nobody else works in. Before each the parts it changes are copied to
 * `.polyad/upgrades/to-FORMAT/`; after each the format is written down, so that a crash repeats one step at most.
 */
export async function upgradeStore(
  workspaceFolder: string,
  writer: string,
  steps: readonly UpgradeStep[],
): Promise<void> {
  const store = join(workspaceFolder, '.polyad')
  for (const { to, changes, run } of steps) {
    const kept = join(store, 'upgrades', `to-${to}`)
    // Complete or absent: what a crashed step has changed already must not replace the copy made before it.
    for (const part of changes) {
      if (!(await isThere(join(store, part))) || (await isThere(join(kept, part)))) continue
      await makeFolder(dirname(join(kept, part)))
      const unfinished = `${join(kept, part)}.partial`
      await rm(unfinished, { recursive: true, force: true })
      await cp(join(store, part), unfinished, { recursive: true })
      await rename(unfinished, join(kept, part))
    }
    await run(store)
    await writeFormat(store, { format: to, writer })
  }
}

async function readFormat(store: string): Promise<StoredFormat | undefined> {
  const path = join(store, 'format.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
  try {
    const { format, writer } = JSON.parse(text) as Partial<StoredFormat>
    if (Number.isSafeInteger(format) && typeof writer === 'string') return { format: format!, writer }
  } catch {
    // Told below.
  }
  throw new PolyadError('STORE_DAMAGED', {
    path,
    problem: 'it does not say which format the store has',
    mend: 'restore .polyad from a backup',
  })
}

function writeFormat(store: string, format: StoredFormat): Promise<void> {
  return replaceFile(join(store, 'format.json'), `${JSON.stringify(format)}\n`)
}

async function isOld(store: string): Promise<boolean> {
  const there = await Promise.all(PARTS.map((part) => isThere(join(store, part))))
  return there.includes(true)
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
