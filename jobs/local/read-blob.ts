import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PolyadError } from '../../core/errors.ts'
import { contentHash } from '../../core/hash.ts'

/**
 * A blob of an embedded workspace, `.polyad/blobs/ab/HASH`, read without its store: a worker thread opens nothing.
 * The name is the content's hash, so reading needs no lock.
 *
 * @throws PolyadError NOT_FOUND, STORE_DAMAGED
 */
export function readBlob(workspaceFolder: string, hash: string): Uint8Array {
  const path = join(workspaceFolder, '.polyad', 'blobs', hash.slice(0, 2), hash)
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new PolyadError('NOT_FOUND', { what: 'blob', name: hash }, { cause: error })
  }
  if (contentHash(bytes) === hash) return bytes
  throw new PolyadError('STORE_DAMAGED', {
    path,
    problem: 'its bytes are not those it is named after',
    mend: 'delete the file and repeat what made it',
  })
}
