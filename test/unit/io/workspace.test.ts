import { mkdir, mkdtemp, readdir, realpath, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Secrets } from '../../../engine/ports/ports.ts'
import { signingKey } from '../../../engine/tracking/token-keys.ts'
import { createWorkspaceFiles, findWorkspace, loadSecrets } from '../../../io/workspace.ts'

let folder: string
let outside: string

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'polyad-workspace-'))
  folder = join(root, 'workspace')
  outside = join(root, 'outside')
  await mkdir(join(folder, 'assets'), { recursive: true })
  await mkdir(outside)
})
afterEach(() => rm(join(folder, '..'), { recursive: true }))

describe('findWorkspace', () => {
  it('takes a folder with a polyad.json of version 1', async () => {
    await writeFile(join(folder, 'polyad.json'), '{"polyad": 1, "title": "Spring"}')
    const found = { folder: await realpath(folder), settings: { polyad: 1, title: 'Spring' } }
    expect(await findWorkspace(folder)).toEqual(found)
    const settings = { polyad: 1, consent: { default: 'required', vendorId: 755 } }
    await writeFile(join(folder, 'polyad.json'), JSON.stringify(settings))
    expect((await findWorkspace(folder)).settings).toEqual(settings)
  })

  it.each([
    ['no polyad.json', undefined],
    ['broken JSON', '{"polyad": 1'],
    ['another version', '{"polyad": 2}'],
    ['a misspelt setting', '{"polyad": 1, "titel": "Spring"}'],
    ['a consent setting that is none', '{"polyad": 1, "consent": {"default": "always"}}'],
  ])('refuses a folder with %s and says how to make one', async (_what, text) => {
    if (text !== undefined) await writeFile(join(folder, 'polyad.json'), text)
    await expect(findWorkspace(folder)).rejects.toMatchObject({
      code: 'WORKSPACE_INVALID',
      message: expect.stringMatching(/polyad\.json.*polyad init/),
    })
  })

  it('refuses a folder that is not there', async () => {
    await expect(findWorkspace(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'WORKSPACE_INVALID' })
  })
})

describe('createWorkspaceFiles', () => {
  it('reads a file by its path, also through a link inside; a missing one is undefined', async () => {
    await writeFile(join(folder, 'assets', 'a.txt'), 'hello')
    await symlink(join(folder, 'assets', 'a.txt'), join(folder, 'assets', 'b.txt'))
    const files = createWorkspaceFiles(folder)
    expect(Buffer.from((await files.read('assets/a.txt'))!).toString()).toBe('hello')
    expect(Buffer.from((await files.read('assets/b.txt'))!).toString()).toBe('hello')
    expect(await files.read('assets/c.txt')).toBeUndefined()
    expect(await files.read('assets/a.txt/x')).toBeUndefined()
  })

  it('refuses every way out of the workspace', async () => {
    await writeFile(join(outside, 'secret'), 'secret')
    await symlink(join(outside, 'secret'), join(folder, 'assets', 'link'))
    await symlink(outside, join(folder, 'assets', 'folder'))
    const files = createWorkspaceFiles(folder)
    const ways = ['../outside/secret', 'assets/../../outside/secret', join(outside, 'secret'), 'a\0b']
    for (const way of [...ways, 'assets/link', 'assets/folder/secret', '..']) {
      await expect(files.read(way), way).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    }
  })

  it('refuses a folder and a file over 20 MB', async () => {
    await writeFile(join(folder, 'assets', 'large'), '')
    await truncate(join(folder, 'assets', 'large'), 20_000_001)
    const files = createWorkspaceFiles(folder)
    await expect(files.read('assets')).rejects.toMatchObject({ message: expect.stringMatching(/not a file/) })
    await expect(files.read('assets/large')).rejects.toMatchObject({
      message: expect.stringMatching(/20000001/),
    })
  })
})

const bytesOf = ({ identityKey, tokenKey }: Secrets) => [
  Buffer.from(identityKey),
  Buffer.from(signingKey(tokenKey)),
]

describe('loadSecrets', () => {
  it('makes keys of 32 bytes on first use, for this user alone, and keeps them', async () => {
    const first = await loadSecrets(folder)
    expect(first.identityKey).toHaveLength(32)
    expect(Buffer.from(first.identityKey)).not.toEqual(signingKey(first.tokenKey))
    expect((await stat(join(folder, 'keys', 'identity.key'))).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder, 'keys'))).toEqual(['identity.key', 'token.key'])
    expect(bytesOf(await loadSecrets(folder))).toEqual(bytesOf(first))
  })

  it('gives one key to all who ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => loadSecrets(folder)))
    for (const secrets of all) expect(bytesOf(secrets)).toEqual(bytesOf(all[0]!))
    expect(await readdir(join(folder, 'keys'))).toHaveLength(2)
  })

  it('takes keys of the configuration and makes no file for them', async () => {
    const given = { identityKey: 'ab'.repeat(32), tokenKey: 'cd'.repeat(32) }
    const secrets = await loadSecrets(folder, given)
    expect(Buffer.from(secrets.identityKey).toString('hex')).toBe(given.identityKey)
    expect(await readdir(folder)).toEqual(['assets'])
  })

  it('refuses a key file that was damaged', async () => {
    await loadSecrets(folder)
    await writeFile(join(folder, 'keys', 'token.key'), 'abc')
    await expect(loadSecrets(folder)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
})
