import { type BigIntStats, statSync } from 'node:fs'
import type { DocumentRevision } from '../../engine/ports/documents.ts'

type Look = Omit<DocumentRevision, 'body'>

/**
 * A file that was touched less than this before it was read may change again within the same tick of the file system's
 * clock, and look the same: it is read again. Git does the same with its index.
 */
const SETTLED_MS = 2_000

/** What was found in files, for as long as they have the size, times and place on disk they had then. */
export interface Looks {
  /** What was found in the first of these files that is there; undefined when that is not known, or none is there. */
  get(paths: readonly string[]): Look | undefined
  /** To be asked before the file is read; the answer remembers what was found in it. */
  before(paths: readonly string[]): (found: Look) => void
}

export function createLooks(): Looks {
  const known = new Map<string, { readonly mark: string; readonly found: Look }>()
  return {
    get(paths) {
      const first = firstOf(paths)
      const entry = first && known.get(first.path)
      return entry && entry.mark === markOf(first.stats) ? entry.found : undefined
    },
    before(paths) {
      const first = firstOf(paths)
      if (!first || Date.now() - Number(first.stats.ctimeMs) < SETTLED_MS) return () => {}
      return (found) => known.set(first.path, { mark: markOf(first.stats), found })
    },
  }
}

/** Synchronous: a few microseconds of a local disk, where the way through libuv's pool takes ten times as many. */
function firstOf(
  paths: readonly string[],
): { readonly path: string; readonly stats: BigIntStats } | undefined {
  for (const path of paths) {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats) return { path, stats }
  }
  return undefined
}

function markOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`
}
