import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTar, writeTar } from '../../../io/tar.ts'

interface File {
  readonly name: string
  readonly content: Uint8Array
}

const sources = (files: readonly File[]) =>
  files.map(({ name, content }) => ({ name, bytes: content.length, read: () => [content] }))

async function pack(files: readonly File[]): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeTar(sources(files))) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function unpack(bytes: Uint8Array, size = 100): Promise<File[]> {
  const files: File[] = []
  for await (const { name, content } of readTar(pieces(bytes, size))) {
    const parts: Uint8Array[] = []
    for await (const part of content) parts.push(part)
    files.push({ name, content: new Uint8Array(Buffer.concat(parts)) })
  }
  return files
}

const names = fc.stringMatching(/^[a-zà-ü0-9._-]{1,180}(\/[a-z0-9._-]{1,90}){0,2}$/)
const files = fc.array(fc.record({ name: names, content: fc.uint8Array({ maxLength: 2_000 }) }), {
  maxLength: 8,
})

describe('tar', () => {
  it('gives back what was packed, in whatever pieces it comes', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 3_000 }), async (packed, size) => {
        expect(await unpack(await pack(packed), size)).toEqual(packed)
      }),
    )
  })

  it('is what other programs read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polyad-tar-'))
    const long = `${'folder-'.repeat(20)}/${'file-'.repeat(20)}.txt`
    await writeFile(
      join(folder, 'a.tar'),
      await pack([
        { name: 'short.txt', content: Buffer.from('one') },
        { name: long, content: Buffer.from('two') },
      ]),
    )
    execFileSync('tar', ['xf', 'a.tar'], { cwd: folder })
    expect(await readFile(join(folder, 'short.txt'), 'utf8')).toBe('one')
    expect(await readFile(join(folder, long), 'utf8')).toBe('two')
    await rm(folder, { recursive: true })
  })

  it('is refused wherever it is cut', async () => {
    const whole = await pack([{ name: 'a', content: new Uint8Array(700) }])
    for (let end = 0; end < whole.length; end += 100) {
      await expect(unpack(whole.subarray(0, end)), String(end)).rejects.toMatchObject({
        code: 'ARCHIVE_REFUSED',
      })
    }
  })

  it('is refused with any bit of a header flipped, or read the same', async () => {
    const whole = await pack([{ name: 'a', content: Buffer.from('text') }])
    for (let bit = 0; bit < 512 * 8; bit += 7) {
      const flipped = Buffer.from(whole)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      await expect(unpack(flipped), String(bit)).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' })
    }
  })

  it('is refused with a link, a device or a folder in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polyad-tar-'))
    await writeFile(join(folder, 'a'), 'a')
    execFileSync('sh', ['-c', 'ln -s /etc/passwd link; ln a hard; mkdir dir; mkfifo pipe'], { cwd: folder })
    for (const name of ['link', 'dir', 'pipe', 'a hard']) {
      const tar = execFileSync('tar', ['cf', '-', ...name.split(' ')], { cwd: folder })
      await expect(unpack(tar), name).rejects.toMatchObject({
        code: 'ARCHIVE_REFUSED',
        message: expect.stringContaining('no regular file'),
      })
    }
    await rm(folder, { recursive: true })
  })
})
