import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  copyOf,
  makeWorkspace,
  polyad,
  polyadJson,
  polyadRefuses,
  polyadServe,
  removeFolder,
  writeJson,
} from './polyad.ts'

interface Decision {
  readonly decision: string
  readonly adUnit: string
  readonly html: string
  readonly impression: string
}

async function decide(url: string): Promise<Decision> {
  const response = await fetch(`${url}/v1/decisions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ placement: 'iab-300x250', languages: ['en'] }),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Decision
}

const at = (url: string, address: string) => `${url}${address.slice(new URL(address).origin.length)}`

describe('backup and restore', () => {
  let home: string
  let workspace: string
  beforeAll(async () => {
    ;({ home, workspace } = await makeWorkspace())
    expect((await polyad(workspace, ['check', 'vans', '--override', 'a test'])).status).toBe(0)
  })
  afterAll(() => removeFolder(home))

  it('beside a server under load: the restored workspace has what was acknowledged, and serves the same', async () => {
    const server = await polyadServe(workspace)
    const archive = join(home, 'brand.tgz')
    const before: Decision[] = []
    for (let i = 0; i < 40; i++) {
      const decision = await decide(server.url)
      expect((await fetch(decision.impression)).status).toBe(200)
      before.push(decision)
    }
    let loading = true
    const load = (async () => {
      while (loading) await decide(server.url)
    })()
    const made = await polyadJson<{ files: number; keys: boolean }>(workspace, [
      'backup',
      archive,
      '--with-keys',
    ])
    loading = false
    await load
    const held = await polyadRefuses(home, ['restore', archive, '--workspace', workspace, '--force'])
    expect(held).toContain('is held by polyad serve')
    expect(made).toMatchObject({ keys: true })
    const pages = await Promise.all(
      before.slice(0, 3).map(({ html }) => fetch(html).then((page) => page.text())),
    )
    expect(await server.stop()).toBe(0)

    const again = join(home, 'again')
    expect(await polyad(home, ['restore', archive, '--workspace', again])).toMatchObject({ status: 0 })
    const out = join(home, 'decisions.csv')
    expect((await polyad(again, ['events', 'export', '--out', out])).status).toBe(0)
    const logged = await readFile(out, 'utf8')
    expect(before.filter(({ decision }) => !logged.includes(decision))).toEqual([])
    expect((await polyad(again, ['doctor'])).status).toBe(0)
    const report = await polyadJson<{ totals: { impressions: number } }>(again, ['report', 'vans'])
    expect(report.totals.impressions).toBe(40)

    const restored = await polyadServe(again)
    const same = await Promise.all(
      before.slice(0, 3).map(({ html }) => fetch(at(restored.url, html)).then((page) => page.text())),
    )
    const addressless = (page: string) => page.replace(/https?:\/\/127\.0\.0\.1:\d+/g, '')
    expect(same.map(addressless)).toEqual(pages.map(addressless))
    // The keys are the same, so trackers that are out still count.
    expect((await fetch(at(restored.url, before[0]!.impression.replace('/t/i/', '/t/v/')))).status).toBe(200)
    await decide(restored.url)
    expect(await restored.stop()).toBe(0)
    const after = await polyadJson<{ totals: { viewable: number } }>(again, ['report', 'vans'])
    expect(after.totals.viewable).toBe(1)
    const audit = await polyadJson<{ action: string }[]>(again, ['audit'])
    expect(audit.map(({ action }) => action)).toEqual(['mentions-imported', 'guard-overridden', 'restored'])
  })

  it('refuses to overwrite, and replaces with --force', async () => {
    const folder = await copyOf(workspace)
    const archive = join(home, 'small.tgz')
    expect((await polyad(folder, ['backup', archive])).stderr).toContain('keys/ is not in the backup')
    const token = await readFile(join(folder, 'keys/token.key'), 'utf8')
    await writeJson(join(folder, 'segments/new.json'), { name: 'new', rule: { state: 'CA' } })

    expect(await polyadRefuses(home, ['restore', archive, '--workspace', folder])).toContain('add --force')
    const restored = await polyad(home, ['restore', archive, '--workspace', folder, '--force'])
    expect(restored).toMatchObject({ status: 0 })
    await expect(readFile(join(folder, 'segments/new.json'))).rejects.toThrow()
    expect(await readFile(join(folder, 'keys/token.key'), 'utf8')).toBe(token)
    expect((await polyad(folder, ['report', 'vans'])).status).toBe(0)

    await rm(folder, { recursive: true })
    expect(await polyadRefuses(home, ['restore', join(home, 'none.tgz'), '--workspace', folder])).toContain(
      'there is no such file',
    )
    expect(
      await polyadRefuses(home, ['restore', join(home, 'mentions.csv'), '--workspace', folder]),
    ).toContain('this is no backup that can be restored: it is no gzip file')
    expect(await polyadRefuses(home, ['restore', archive])).toContain('--workspace')
  })

  it('refuses a workspace, and a backup of one, that a newer program wrote', async () => {
    const folder = await copyOf(workspace)
    await writeFile(join(folder, '.polyad/format.json'), '{"format":99,"writer":"polyad 7.0"}')
    const words = 'its store has format 99, written by polyad 7.0'
    for (const args of [['report', 'vans'], ['serve'], ['keys', 'list']]) {
      expect(await polyadRefuses(folder, args)).toContain(words)
    }
    await writeFile(join(folder, 'polyad.json'), '{"polyad": 2}')
    expect(await polyadRefuses(folder, ['report', 'vans'])).toContain('has layout version 2')
    await removeFolder(folder)
  })
})
