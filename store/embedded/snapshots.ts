import { access, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Snapshots } from '../../engine/ports/snapshots.ts'
import { openDatabase } from './database.ts'
import { makeFolder } from './durable-file.ts'

const FOLDER = '.polyad/snapshots'
const FILE = `${FOLDER}/store.duckdb`

/** Copies of the database as `.polyad/snapshots/store.duckdb`. */
export function openSnapshots(workspaceFolder: string): Snapshots {
  const folder = join(workspaceFolder, FOLDER)
  const remove = () => rm(folder, { recursive: true, force: true })
  return {
    remove,
    async make() {
      await remove()
      if (!(await isThere(join(workspaceFolder, '.polyad/store.duckdb')))) return undefined
      await makeFolder(folder)
      const database = await openDatabase(workspaceFolder)
      try {
        await database.copyTo(join(workspaceFolder, FILE))
      } finally {
        await database.close()
      }
      return FILE
    },
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
