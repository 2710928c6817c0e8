import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PolyadError } from '../../core/errors.ts'
import { contentHash } from '../../core/hash.ts'
import type { Blobs } from '../../engine/ports/blobs.ts'
import { replaceFile, systemCode } from './durable-file.ts'

const HASH = /^[0-9a-f]{64}$/

/** Blobs as files `.polyad/blobs/ab/HASH`, `ab` the first two digits. */
export async function openBlobs(workspaceFolder: string): Promise<Blobs> {
  const pathOf = (hash: string) => join(workspaceFolder, '.polyad', 'blobs', hash.slice(0, 2), hash)

  async function has(hash: string): Promise<boolean> {
    if (!HASH.test(hash)) return false
    return access(pathOf(hash)).then(
      () => true,
      () => false,
    )
  }

  return {
    has,

    async put(bytes) {
      const hash = contentHash(bytes)
      if (!(await has(hash))) await replaceFile(pathOf(hash), bytes)
      return hash
    },

    async get(hash) {
      if (!HASH.test(hash)) return undefined
      const bytes = await readFile(pathOf(hash)).catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') return undefined
        throw error
      })
      if (bytes && contentHash(bytes) !== hash) {
        throw new PolyadError('STORE_DAMAGED', {
          path: pathOf(hash),
          problem: 'its bytes are not those it is named after',
          mend: 'delete the file and repeat what made it (an import, a check, a generate), or restore a backup',
        })
      }
      return bytes
    },
  }
}
