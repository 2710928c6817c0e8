import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contentHash } from '../../../core/hash.ts'
import { createPictureFolder } from '../../../io/picture-folder.ts'

let home: string
let folder: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'polyad-pictures-'))
  folder = join(home, 'brand')
  await mkdir(folder)
})
afterEach(() => rm(home, { recursive: true }))

describe('pictures of a workspace', () => {
  it('equal bytes are one file, named by their content', async () => {
    const pictures = createPictureFolder(folder)
    const bytes = Buffer.from('picture')
    const path = `assets/${contentHash(bytes)}.png`
    expect(await pictures.put(bytes, 'png')).toEqual({ path, isNew: true })
    expect(await pictures.put(bytes, 'png')).toEqual({ path, isNew: false })
    await writeFile(join(folder, 'assets/beach.jpg'), 'mine')
    expect(await pictures.list()).toEqual(
      [
        { path, bytes: 7, isUpload: true },
        { path: 'assets/beach.jpg', bytes: 4, isUpload: false },
      ].sort((a, b) => (a.path < b.path ? -1 : 1)),
    )
  })

  it('removes uploads alone, and nothing outside', async () => {
    const pictures = createPictureFolder(folder)
    const { path } = await pictures.put(Buffer.from('picture'), 'png')
    await writeFile(join(folder, 'assets/beach.jpg'), 'mine')
    for (const name of ['beach.jpg', '../polyad.json', '', '.', `../assets/${path.slice(7)}`]) {
      expect(await pictures.remove(name), name).toBe(false)
    }
    expect(await pictures.remove(path.slice(7))).toBe(true)
    expect(await pictures.remove(path.slice(7))).toBe(false)
    expect(await readdir(join(folder, 'assets'))).toEqual(['beach.jpg'])
  })

  it('a folder that is a link to elsewhere is not written to, read or removed from', async () => {
    const elsewhere = join(home, 'elsewhere')
    await mkdir(elsewhere)
    await symlink(elsewhere, join(folder, 'assets'))
    const pictures = createPictureFolder(folder)
    await expect(pictures.put(Buffer.from('x'), 'png')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    await expect(pictures.list()).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    await expect(pictures.remove(`${'a'.repeat(64)}.png`)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    expect(await readdir(elsewhere)).toEqual([])
  })
})
