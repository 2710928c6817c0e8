import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFrom } from '../../../cli/config.ts'
import { findSettings, SETTINGS } from '../../../cli/settings.ts'

describe('findSettings', () => {
  it('says of each setting where it comes from', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polyad-config-'))
    const file = join(folder, 'key')
    await writeFile(file, `${'AB'.repeat(32)}\n`)
    const environment = { POLYAD_PORT: '80', POLYAD_IDENTITY_KEY_FILE: file, POLYAD_HOST: '' }
    const found = findSettings(environment)
    expect(found.port).toEqual({ text: '80', from: 'POLYAD_PORT' })
    expect(found.host).toEqual({ text: '127.0.0.1', from: 'default' })
    expect(found.publicUrl).toEqual({ text: undefined, from: 'default' })
    expect(found.identityKey.from).toBe('POLYAD_IDENTITY_KEY_FILE')
    expect(configFrom(environment).identityKey).toBe('ab'.repeat(32))
    await rm(folder, { recursive: true })
  })

  it.each([
    [
      { POLYAD_API_KEY: 'a', POLYAD_API_KEY_FILE: '/tmp/a' },
      /POLYAD_API_KEY: POLYAD_API_KEY_FILE is set too/,
    ],
    [
      { POLYAD_API_KEY_FILE: '/nowhere/key' },
      /POLYAD_API_KEY_FILE: \/nowhere\/key cannot be read \(ENOENT\)/,
    ],
    [{ POLYAD_API_KEY_FILE: '/dev/null' }, /POLYAD_API_KEY_FILE: \/dev\/null is empty/],
    [{ POLYAD_TOKEN_KEY: 'abc' }, /POLYAD_TOKEN_KEY: key 1 is not 64 hex digits/],
    [{ POLYAD_IDENTITY_KEY: 'abc' }, /POLYAD_IDENTITY_KEY: it must be 64 hex digits/],
    [{ POLYAD_RATE_ADDRESS: '-1' }, /POLYAD_RATE_ADDRESS: "-1" is not a whole number/],
    [{ POLYAD_BODY_LIMIT_BYTES: '0' }, /POLYAD_BODY_LIMIT_BYTES: "0" is not a whole number/],
    [{ POLYAD_TRUSTED_PROXIES: '10.0.0.5, proxy.example' }, /"proxy.example" is no address/],
    [{ POLYAD_TRUSTED_PROXIES: '0.0.0.0/0' }, /"0.0.0.0\/0" is no address/],
    [{ POLYAD_TRUSTED_PROXIES: '10.0.0.0/33' }, /"10.0.0.0\/33" is no address/],
  ])('refuses %j', (environment, words) => expect(() => configFrom(environment)).toThrow(words))

  it('takes proxies as addresses, networks and names of networks', () => {
    const { trustedProxies } = configFrom({ POLYAD_TRUSTED_PROXIES: '10.0.0.5, fd00::/8,loopback' })
    expect(trustedProxies).toEqual(['10.0.0.5', 'fd00::/8', 'loopback'])
  })
})

it('docs/operations.md has every setting with its default', async () => {
  const text = await readFile('docs/operations.md', 'utf8')
  for (const setting of SETTINGS) {
    const row = text.split('\n').find((line) => line.startsWith(`| \`${setting.variable}\` |`))
    expect(row, setting.variable).toBeDefined()
    if ('fallback' in setting && setting.fallback !== '' && setting.name !== 'workers') {
      expect(row).toContain(`| ${setting.fallback} |`)
    }
  }
})
