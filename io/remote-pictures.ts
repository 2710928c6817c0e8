import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { contentHash } from '../core/hash.ts'
import type { Blobs } from '../engine/ports/blobs.ts'
import type { WorkspaceFiles } from '../engine/ports/workspace-files.ts'
import { requirePicture } from '../templates/picture-input.ts'
import { type SafeFetchOptions, safeFetch } from './safe-fetch.ts'
import { writeWhole } from './write-file.ts'

export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const

/**
 * The files of a workspace, and beside them pictures by their http(s) address, where the settings allow the host. Each
 * address is fetched once: what was there is kept in blobs by its hash, the address and the hash in `.polyad/remote/`,
 * so that a revision compiles to the same pictures whatever the other server does later. Removing that entry fetches it
 * anew.
 */
export function withRemotePictures(
  files: WorkspaceFiles,
  workspaceFolder: string,
  blobs: Pick<Blobs, 'get' | 'put'>,
  options: Pick<SafeFetchOptions, 'hosts' | 'resolve' | 'isAllowed'>,
): WorkspaceFiles {
  const under = new Map<string, Promise<Uint8Array>>()

  async function remote(url: string): Promise<Uint8Array> {
    const entry = join(workspaceFolder, '.polyad', 'remote', `${contentHash(url)}.json`)
    const kept = await keptHash(entry)
    const known = kept === undefined ? undefined : await blobs.get(kept)
    if (known && options.hosts.includes(hostOf(url))) return known
    const bytes = await safeFetch(url, { ...options, types: PICTURE_TYPES })
    // Before it comes into the blobs: what lies there is taken for a picture.
    await requirePicture(bytes, url)
    const hash = await blobs.put(bytes)
    await mkdir(dirname(entry), { recursive: true })
    await writeWhole(entry, [Buffer.from(`${JSON.stringify({ url, hash })}\n`)])
    return bytes
  }

  return {
    ...files,
    read(path) {
      if (!/^https?:/i.test(path)) return files.read(path)
      const pending = under.get(path) ?? remote(path).finally(() => under.delete(path))
      under.set(path, pending)
      return pending
    },
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : ''
}

async function keptHash(entry: string): Promise<string | undefined> {
  try {
    const { hash } = JSON.parse(await readFile(entry, 'utf8')) as { hash?: unknown }
    return typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) ? hash : undefined
  } catch {
    return undefined
  }
}
