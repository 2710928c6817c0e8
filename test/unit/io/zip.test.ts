import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ZipEntry } from '../../../core/zip-format.ts'
import { writeZip } from '../../../io/zip.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-zip-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('writeZip', () => {
  const entries: ZipEntry[] = [
    { name: 'a/one.txt', bytes: Buffer.from('one') },
    { name: 'ünï.txt', bytes: new Uint8Array(0) },
    { name: 'big.bin', bytes: Buffer.alloc(700_000, 7) },
  ]

  it('makes an archive that is read back', async () => {
    const written = await writeZip(join(folder, 'out.zip'), entries)
    const archive = await readFile(join(folder, 'out.zip'))
    expect(written).toEqual({ entries: 3, bytes: archive.length })
    expect(listZip(archive)).toEqual(['a/one.txt 3', 'ünï.txt 0', 'big.bin 700000'])
  })

  it.skipIf(spawnSync('python3', ['--version']).status !== 0)(
    'makes an archive that Python finds sound (runs where there is a python3)',
    async () => {
      await writeZip(join(folder, 'out.zip'), entries)
      const script = 'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nprint(z.testzip(), *z.namelist())'
      const { stdout } = spawnSync('python3', ['-X', 'utf8', '-c', script, join(folder, 'out.zip')])
      expect(stdout.toString()).toBe('None a/one.txt ünï.txt big.bin\n')
    },
  )

  it('gives equal bytes for equal entries', async () => {
    await writeZip(join(folder, 'a.zip'), entries)
    await writeZip(join(folder, 'b.zip'), entries)
    expect((await readFile(join(folder, 'a.zip'))).equals(await readFile(join(folder, 'b.zip')))).toBe(true)
  })

  it('holds more than 65,535 entries', async () => {
    const many = function* (): Generator<ZipEntry> {
      for (let i = 0; i < 70_000; i++) yield { name: `${i}`, bytes: Buffer.from(`${i}`) }
    }
    await writeZip(join(folder, 'many.zip'), many())
    const names = listZip(await readFile(join(folder, 'many.zip')))
    expect(names).toHaveLength(70_000)
    expect(names.at(-1)).toBe('69999 5')
  })

  it('refuses a name that leaves the folder it is unpacked in, and leaves nothing', async () => {
    for (const name of ['../evil', '/etc/passwd', 'a\\b', 'a/../../b', '']) {
      const evil = writeZip(join(folder, 'out.zip'), [...entries, { name, bytes: Buffer.from('x') }])
      await expect(evil, name).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    }
    expect(await readdir(folder)).toEqual([])
  })
})

/** Name and size of every entry, by the central directory; checks every local header and checksum. */
function listZip(archive: Buffer): string[] {
  const end = archive.length - 22
  let count = archive.readUInt16LE(end + 10)
  let at = archive.readUInt32LE(end + 16)
  if (count === 0xffff) {
    const end64 = Number(archive.readBigUInt64LE(end - 12))
    count = Number(archive.readBigUInt64LE(end64 + 32))
    at = Number(archive.readBigUInt64LE(end64 + 48))
  }
  return Array.from({ length: count }, () => {
    const size = archive.readUInt32LE(at + 24)
    const nameBytes = archive.readUInt16LE(at + 28)
    const name = archive.toString('utf8', at + 46, at + 46 + nameBytes)
    const local = archive.readUInt32LE(at + 42)
    const localName = archive.toString('utf8', local + 30, local + 30 + nameBytes)
    const content = archive.subarray(local + 30 + nameBytes, local + 30 + nameBytes + size)
    const sound = localName === name && crc32(content) === archive.readUInt32LE(at + 16)
    at += 46 + nameBytes + archive.readUInt16LE(at + 30)
    return sound ? `${name} ${size}` : `${name} is damaged`
  })
}
