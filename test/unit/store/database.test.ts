import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../../store/embedded/database.ts'
import { inNewFolder } from '../../contract/contract.ts'

const BUILT = new URL('../../../dist/store/embedded/database.js', import.meta.url).href

describe('the database of a workspace', () => {
  it('is one for all who open it in a process, until the last closes it', () =>
    inNewFolder(async (folder) => {
      const [one, two] = await Promise.all([openDatabase(folder), openDatabase(folder)])
      await one.transaction([{ sql: 'CREATE TABLE t (n BIGINT)' }, { into: 't', rows: [[1], [2]] }])
      await one.close()
      await one.close()
      expect(await two.transaction([{ sql: 'SELECT n FROM t ORDER BY n' }])).toEqual([[[1], [2]]])
      await two.close()
      await expect(two.transaction([{ sql: 'SELECT 1' }])).rejects.toThrow('closed')
      const again = await openDatabase(folder)
      expect(await again.transaction([{ sql: 'SELECT count(*) FROM t' }])).toEqual([[[2]]])
      await again.close()
    }))

  it('is refused to another process while one has it', () =>
    inNewFolder(async (folder) => {
      const database = await openDatabase(folder)
      const code = `
        import { openDatabase } from ${JSON.stringify(BUILT)}
        await openDatabase(${JSON.stringify(folder)})
          .then(() => console.log('opened'), (error) => console.log(error.code, error.message))`
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
      expect(stdout).toContain('WORKSPACE_HELD')
      expect(stdout).toContain(`process ${process.pid}`)
      await database.close()
    }))

  it('does all steps of a transaction or none', () =>
    inNewFolder(async (folder) => {
      const database = await openDatabase(folder)
      await database.transaction([{ sql: 'CREATE TABLE t (n BIGINT PRIMARY KEY)' }])
      const steps = [
        { into: 't', rows: [[1]] },
        { sql: 'INSERT INTO t VALUES (2)' },
        { sql: 'SELECT nonsense' },
      ]
      await expect(database.transaction(steps)).rejects.toThrow('nonsense')
      await expect(database.transaction([{ into: 't', rows: [[3], [3]] }])).rejects.toThrow(
        /duplicate|constraint/i,
      )
      await database.transaction([{ into: 't', rows: [[4]] }])
      expect(await database.transaction([{ sql: 'SELECT n FROM t' }])).toEqual([[[4]]])
      await database.close()
    }))

  it('fetches no extension from the network', () =>
    inNewFolder(async (folder) => {
      const database = await openDatabase(folder)
      const name = `name IN ('autoinstall_known_extensions', 'autoload_known_extensions')`
      const sql = `SELECT value FROM duckdb_settings() WHERE ${name}`
      expect(await database.transaction([{ sql }])).toEqual([[['false'], ['false']]])
      await database.close()
    }))
})
