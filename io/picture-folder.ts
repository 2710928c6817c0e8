import { lstat, readdir, realpath, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { PolyadError } from '../core/errors.ts'
import { contentHash } from '../core/hash.ts'
import type { KeptPicture, PictureFolder } from '../engine/ports/picture-folder.ts'
import { makeFolder, syncFolder, writeProblem, writeWhole } from './write-file.ts'

const FOLDER = 'assets'
/** 64 hex digits: the content hash. */
const UPLOAD = /^[0-9a-f]{64}\.[a-z]{3,4}$/

/** The pictures of the workspace in `folder`; see engine/ports/picture-folder.ts. */
export function createPictureFolder(folder: string): PictureFolder {
  const assets = join(folder, FOLDER)

  /** `assets` may be a link, and where it leads is not ours. */
  async function requireInside(): Promise<void> {
    const expected = join(await realpath(folder), FOLDER)
    if ((await realpath(assets).catch(() => expected)) === expected) return
    const problem = 'it is a link that leads elsewhere; make it a folder of the workspace'
    throw new PolyadError('FILE_UNWRITABLE', { path: assets, problem })
  }

  async function look(name: string): Promise<KeptPicture | undefined> {
    const found = await lstat(join(assets, name)).catch(() => undefined)
    if (!found?.isFile()) return undefined
    return { path: `${FOLDER}/${name}`, bytes: found.size, isUpload: UPLOAD.test(name) }
  }

  return {
    async put(bytes, ending) {
      await makeFolder(assets)
      await requireInside()
      const name = `${contentHash(bytes)}.${ending}`
      const path = `${FOLDER}/${name}`
      const there = await look(name)
      if (there?.bytes === bytes.length) return { path, isNew: false }
      await writeWhole(join(assets, name), [bytes])
      return { path, isNew: true }
    },
    async list() {
      await requireInside()
      const names = await readdir(assets).catch(() => [])
      const files = await Promise.all(names.sort().map(look))
      return files.filter((each) => each !== undefined)
    },
    async remove(name) {
      if (!UPLOAD.test(name)) return false
      await requireInside()
      if (!(await look(name))) return false
      const path = join(assets, name)
      try {
        await unlink(path)
        await syncFolder(assets)
      } catch (error) {
        throw new PolyadError(
          'FILE_UNWRITABLE',
          { path, problem: writeProblem(path, error) },
          { cause: error },
        )
      }
      return true
    },
  }
}
