import { cp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PolyadError } from '../core/errors.ts'
import { makeFolder } from '../io/write-file.ts'
import { PACKAGE_ROOT } from './package-root.ts'

/** What a workspace keeps out of version control: the store, the secrets, and what commands write. */
const IGNORED = ['.polyad/', 'keys/', 'rejects/', 'out/', '']

/**
 * Copies the bundled example, synthetic and said to be so, into `folder`.
 *
 * @throws PolyadError FILE_UNWRITABLE when there is something of that name already
 */
export async function copyExample(folder: string): Promise<void> {
  await makeFolder(folder)
  if ((await readdir(folder)).length > 0) {
    throw new PolyadError('FILE_UNWRITABLE', {
      path: folder,
      problem: 'the folder is not empty; name a new one',
    })
  }
  await cp(join(PACKAGE_ROOT, 'examples/demo'), folder, { recursive: true })
  await writeFile(join(folder, '.gitignore'), IGNORED.join('\n'))
}
