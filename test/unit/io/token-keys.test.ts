import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseTokenKeys, rotateTokenKey, TokenKeyFile } from '../../../io/token-keys.ts'

const [A, B] = ['ab'.repeat(32), 'cd'.repeat(32)]
const NOW_MS = Date.UTC(2026, 2, 1)
const hexOf = (keys: readonly Uint8Array[]) => keys.map((key) => Buffer.from(key).toString('hex'))

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-token-keys-'))
  path = join(folder, 'token.key')
  vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(folder, { recursive: true })
})

describe('parseTokenKeys', () => {
  it('takes one key, and after it former ones with or without an end', () => {
    const keys = parseTokenKeys(`${A}\n${B} until 2026-03-01T00:00:10.000Z\n${'ef'.repeat(32)}\n`, 'test')
    expect(hexOf([keys.signing])).toEqual([A])
    expect(hexOf(keys.accepted)).toEqual([A, B, 'ef'.repeat(32)])
    vi.setSystemTime(NOW_MS + 10_000)
    expect(hexOf(keys.accepted)).toEqual([A, 'ef'.repeat(32)])
    expect(hexOf(parseTokenKeys(`${A},${B}`, 'test').accepted)).toEqual([A, B])
  })

  it.each(['', 'abc', `${A} until 2026-03-01`, `${A}\n${A}\nx`, `${A}\n${B} until soon`, `${A}${B}`])(
    'refuses %j',
    (text) =>
      expect(() => parseTokenKeys(text, 'test')).toThrow(/token key: test: key \d is not 64 hex digits/),
  )
})

describe('a key file', () => {
  it('is taken within a second of being rotated, for this user alone, and the former key until its grace ends', async () => {
    await writeFile(path, `${A}\n`)
    const keys = new TokenKeyFile(path)
    expect(await rotateTokenKey(path, 60_000, NOW_MS)).toBe(NOW_MS + 60_000)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['token.key'])
    vi.setSystemTime(NOW_MS + 1_000)
    const [signing] = hexOf([keys.signing])
    expect(signing).not.toBe(A)
    expect(hexOf(keys.accepted)).toEqual([signing, A])
    vi.setSystemTime(NOW_MS + 60_000)
    expect(hexOf(keys.accepted)).toEqual([signing])
    // What has ended leaves the file at the next rotation.
    await rotateTokenKey(path, 0, NOW_MS + 60_000)
    expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(1)
    expect(await readFile(path, 'utf8')).not.toContain(A)
    vi.setSystemTime(NOW_MS + 62_000)
    expect(keys.accepted).toHaveLength(1)
  })

  it('keeps the keys it knows while the file cannot be read', async () => {
    await writeFile(path, A)
    const keys = new TokenKeyFile(path)
    await writeFile(path, 'spoilt')
    await utimes(path, 1, 1)
    vi.setSystemTime(NOW_MS + 2_000)
    expect(hexOf(keys.accepted)).toEqual([A])
    await rm(path)
    vi.setSystemTime(NOW_MS + 4_000)
    expect(hexOf([keys.signing])).toEqual([A])
    await writeFile(path, B)
    vi.setSystemTime(NOW_MS + 6_000)
    expect(hexOf([keys.signing])).toEqual([B])
  })
})
