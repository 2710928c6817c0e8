import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { canonicalJson } from '../../core/canonical-json.ts'
import { contentHash } from '../../core/hash.ts'

/** Marks a folder as made by the demo, and tells what its files were then. */
const MARKER = '.polyad/demo.json'
/** What the demo and the store write by themselves. */
const WRITTEN = ['.polyad', 'keys', 'out', 'rejects', 'mentions.jsonl.gz']

/**
 * Whether a demo's folder may be made anew: `absent` and `untouched` may; `changed` holds somebody's work; `foreign`
 * was not made by a demo.
 */
export async function stateOfDemo(folder: string): Promise<'absent' | 'untouched' | 'changed' | 'foreign'> {
  const names = await readdir(folder).catch(() => [])
  if (names.length === 0) return 'absent'
  const marker = await readFile(join(folder, MARKER), 'utf8').catch(() => undefined)
  if (marker === undefined) return 'foreign'
  return marker === (await filesOf(folder)) ? 'untouched' : 'changed'
}

/** Remembers the files as they are now: called whenever the demo itself has changed them. */
export async function markDemo(folder: string): Promise<void> {
  await mkdir(join(folder, '.polyad'), { recursive: true })
  await writeFile(join(folder, MARKER), await filesOf(folder))
}

/** Paths and content hashes of the files that people edit, as text. */
async function filesOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files: Record<string, string> = {}
  for (const entry of entries) {
    const path = relative(folder, join(entry.parentPath, entry.name))
    if (!entry.isFile() || WRITTEN.includes(path.split(sep)[0]!)) continue
    files[path] = contentHash(await readFile(join(folder, path)))
  }
  return canonicalJson(files)
}
