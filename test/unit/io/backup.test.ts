import { createHash } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import {
  access,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { restoreBackup } from '../../../io/restore-backup.ts'
import { writeTar } from '../../../io/tar.ts'
import { writeBackup } from '../../../io/write-backup.ts'

let home: string
let folder: string
let archive: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'polyad-backup-'))
  folder = join(home, 'brand')
  archive = join(home, 'brand.tgz')
})
afterEach(() => rm(home, { recursive: true }))

const FILES: Readonly<Record<string, string>> = {
  'polyad.json': '{"polyad":1}',
  'campaigns/spring.json': '{}',
  'assets/deep/sky.png': 'not a picture',
  '.polyad/log/0000000001.log': 'records',
  '.polyad/blobs/ab/abcd': 'blob',
  '.polyad/audit.jsonl': '',
  '.polyad/snapshots/store.duckdb': 'database',
}
const KEYS = { 'keys/token.key': 'token', 'keys/identity.key': 'identity' }
/** None of these belongs to a backup. */
const OTHERS = {
  '.polyad/locks/workspace/1.json': 'null',
  '.polyad/outputs/x.json': '{}',
  '.polyad/store.duckdb': 'being written',
  '.polyad/store.duckdb.wal': 'being written',
  'campaigns/.x.partial': 'half',
  'rejects/rows.csv': 'rows',
  '.git/config': 'git',
}

async function fill(files: Readonly<Record<string, string>>, where = folder): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(where, path)), { recursive: true })
    await writeFile(join(where, path), text)
  }
}

async function contentsOf(where: string): Promise<Record<string, string>> {
  const entries = await readdir(where, { recursive: true, withFileTypes: true })
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => {
        const path = join(parentPath, name)
        return [path.slice(where.length + 1), await readFile(path, 'utf8')] as const
      }),
  )
  return Object.fromEntries(found)
}

const backup = (keys = false, takeSnapshot = async () => '.polyad/snapshots/store.duckdb') =>
  writeBackup(archive, {
    folder,
    takeSnapshot,
    keys,
    version: '1.2.3',
    nowMs: 5,
  })

const RESTORED = (() => {
  const { '.polyad/snapshots/store.duckdb': database, ...files } = FILES
  return { ...files, '.polyad/store.duckdb': database! }
})()

/** An archive of ours but for what `change` does to its list; its hashes are those of what is in it. */
async function forge(
  files: readonly (readonly [path: string, content: string | Buffer])[],
  change: (manifest: { files: { path: string; bytes: number; sha256: string }[] }) => void = () => {},
): Promise<void> {
  const manifest = {
    polyadBackup: 1,
    version: '1',
    madeAtMs: 1,
    keys: false,
    files: files.map(([path, content]) => ({
      path,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
  }
  change(manifest)
  const list = JSON.stringify(manifest)
  const chunks: Uint8Array[] = []
  const all = [['polyad-backup.json', list] as const, ...files]
  const sources = all.map(([name, content]) => ({
    name,
    bytes: content.length,
    read: () => [Buffer.from(content)],
  }))
  for await (const chunk of writeTar(sources)) chunks.push(chunk)
  await writeFile(archive, gzipSync(Buffer.concat(chunks)))
}

const SETTINGS = ['polyad.json', '{"polyad":1}'] as const

describe('a backup', () => {
  it('brings back every part of a workspace, and nothing that belongs to a machine or a moment', async () => {
    await fill({ ...FILES, ...KEYS, ...OTHERS })
    const written = await backup()
    expect(written).toMatchObject({ files: 7, passedOver: [] })
    const target = join(home, 'again')
    const { manifest } = await restoreBackup(archive, target)
    expect(manifest).toMatchObject({ version: '1.2.3', madeAtMs: 5, keys: false })
    expect(await contentsOf(target)).toEqual(RESTORED)
  })

  it('has the keys when it is asked to, for this user alone', async () => {
    await fill({ ...FILES, ...KEYS })
    await backup(true)
    await restoreBackup(archive, join(home, 'again'))
    expect(await contentsOf(join(home, 'again'))).toEqual({ ...RESTORED, ...KEYS })
    expect((await stat(join(home, 'again/keys/token.key'))).mode & 0o777).toBe(0o600)
  })

  it('passes over links, and says so', async () => {
    await fill(FILES)
    await symlink('/etc/hosts', join(folder, 'assets/hosts'))
    expect((await backup()).passedOver).toEqual(['assets/hosts'])
  })

  it('replaces what is there, and keeps keys that it has not and files that are not of a workspace', async () => {
    await fill(FILES)
    await backup()
    const old = {
      'polyad.json': '{"polyad":1,"title":"old"}',
      'campaigns/old.json': '{}',
      '.polyad/log/9.log': 'old',
    }
    const target = join(home, 'again')
    await fill({ ...old, ...KEYS, ...OTHERS }, target)
    await restoreBackup(archive, target)
    expect(await contentsOf(target)).toEqual({
      ...RESTORED,
      ...KEYS,
      '.polyad/locks/workspace/1.json': 'null',
      'rejects/rows.csv': 'rows',
      '.git/config': 'git',
    })
  })

  it('is refused when it was cut or damaged anywhere, and then nothing is changed', async () => {
    await fill(FILES)
    await backup()
    const whole = await readFile(archive)
    const target = join(home, 'again')
    await fill({ 'polyad.json': 'old', 'campaigns/old.json': 'old' }, target)
    for (const at of [0, 1, 15, 40, whole.length >> 1, whole.length - 6]) {
      await writeFile(archive, whole)
      await truncate(archive, at)
      await expect(restoreBackup(archive, target), `cut at ${at}`).rejects.toMatchObject({
        code: 'ARCHIVE_REFUSED',
      })
    }
    const tar = gunzipSync(whole)
    // The text of a file, which no checksum of tar covers.
    tar[tar.indexOf('not a picture')]! ^= 1
    await writeFile(archive, gzipSync(tar))
    await expect(restoreBackup(archive, target)).rejects.toThrow('"assets/deep/sky.png" is damaged')
    expect(await contentsOf(target)).toEqual({ 'polyad.json': 'old', 'campaigns/old.json': 'old' })
  })

  it.each([
    '../outside',
    '/tmp/outside',
    'campaigns/../../outside',
    'campaigns/..\\outside',
    './polyad.json',
    'campaigns//x.json',
    'campaigns/',
    '.polyad',
    '.polyad/locks/workspace/1.json',
    '.bashrc',
    'node_modules/x.js',
    'campaigns/x\0.json',
    'POLYAD.json',
  ])('is refused with a file at %j', async (path) => {
    await forge([SETTINGS, [path, 'x']])
    await expect(restoreBackup(archive, folder)).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' })
    expect(await contentsOf(home).then(Object.keys)).toEqual(['brand.tgz'])
  })

  it('is refused when it is not what its list says', async () => {
    const none = '0'.repeat(64)
    const other = ['campaigns/a.json', '1'] as const
    const cases: readonly (readonly [string, () => Promise<void>])[] = [
      ['no list', () => writeFile(archive, gzipSync(Buffer.alloc(1024)))],
      ['not gzip', () => writeFile(archive, 'PK')],
      [
        'another file',
        () =>
          forge([SETTINGS, other], ({ files }) => {
            files[1]!.path = 'campaigns/b.json'
          }),
      ],
      [
        'another size',
        () =>
          forge([SETTINGS], ({ files }) => {
            files[0]!.bytes = 5
          }),
      ],
      [
        'another hash',
        () =>
          forge([SETTINGS], ({ files }) => {
            files[0]!.sha256 = none
          }),
      ],
      [
        'more files',
        () =>
          forge([SETTINGS, other], ({ files }) => {
            files.pop()
          }),
      ],
      [
        'fewer files',
        () =>
          forge([SETTINGS], ({ files }) => {
            files.push({ path: 'brand.json', bytes: 0, sha256: none })
          }),
      ],
      ['no workspace', () => forge([other])],
      ['one file twice', () => forge([SETTINGS, SETTINGS])],
      [
        'unknown fields',
        () =>
          forge([SETTINGS], (manifest) => {
            Object.assign(manifest, { run: 'rm' })
          }),
      ],
    ]
    for (const [name, make] of cases) {
      await make()
      await expect(restoreBackup(archive, folder), name).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' })
      await expect(access(join(folder, 'polyad.json')), name).rejects.toThrow()
    }
  })

  it('is refused when it would grow without end, by its list, before anything is written', async () => {
    await forge(
      [SETTINGS],
      ({ files }) => void files.push({ path: 'assets/zeros', bytes: 2 ** 40, sha256: '0'.repeat(64) }),
    )
    await expect(restoreBackup(archive, folder)).rejects.toThrow('which no workspace does')
    // A list that tells less than there is does not get more.
    const zeros = Buffer.alloc(50_000_000)
    await forge(
      [SETTINGS, ['assets/zeros', zeros]],
      ({ files }) => void Object.assign(files[1]!, { bytes: 10 }),
    )
    await expect(restoreBackup(archive, folder)).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' })
  })

  it('begins anew when a part of the log goes after the database was copied', async () => {
    await fill({ ...FILES, '.polyad/log/0000000002.log': 'newer' })
    let copies = 0
    await backup(false, async () => {
      if (++copies === 1) await rm(join(folder, '.polyad/log/0000000001.log'))
      return '.polyad/snapshots/store.duckdb'
    })
    expect(copies).toBe(2)
    await restoreBackup(archive, join(home, 'again'))
    expect(await readdir(join(home, 'again/.polyad/log'))).toEqual(['0000000002.log'])
  })

  it('that keeps changing while it is made is given up, and no file is left', async () => {
    await fill(FILES)
    let times = 0
    const changing = setInterval(() => {
      writeFileSync(join(home, 'next'), `${times++}`.padStart(9))
      renameSync(join(home, 'next'), join(folder, 'polyad.json'))
    }, 0)
    const path = join(folder, 'assets/large')
    await writeFile(path, Buffer.alloc(8_000_000))
    await expect(backup()).rejects.toMatchObject({ code: 'BACKUP_UNSTEADY' })
    clearInterval(changing)
    expect((await readdir(home)).filter((name) => name.startsWith('brand.tgz'))).toEqual([])
  })
})
