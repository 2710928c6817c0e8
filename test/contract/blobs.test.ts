import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openBlobs } from '../../store/embedded/blobs.ts'
import { blobsContract } from './blobs.ts'
import { inNewFolder } from './contract.ts'

blobsContract('embedded', async (folder) => ({ port: await openBlobs(folder), close: async () => {} }))

it('a damaged blob is an error that names the file', () =>
  inNewFolder(async (folder) => {
    const blobs = await openBlobs(folder)
    const hash = await blobs.put(Buffer.from('a plan'))
    const path = join(folder, '.polyad', 'blobs', hash.slice(0, 2), hash)
    await writeFile(path, 'a plam')
    await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'STORE_DAMAGED', details: { path } })
  }))

it('a put leaves one file and nothing temporary', () =>
  inNewFolder(async (folder) => {
    const blobs = await openBlobs(folder)
    const hashes = await Promise.all([1, 2, 3].map(() => blobs.put(Buffer.from('the same'))))
    expect(await readdir(join(folder, '.polyad', 'blobs', hashes[0]!.slice(0, 2)))).toEqual([hashes[0]])
  }))
