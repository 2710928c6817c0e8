import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPreviewServer } from '../../cli/preview-server.ts'
import { copyOf, makeWorkspace, polyad, polyadJson, polyadRefuses, removeFolder } from './polyad.ts'

let home: string
let workspace: string
beforeAll(async () => {
  home = await copyOf((await makeWorkspace()).home)
  workspace = join(home, 'brand')
})
afterAll(() => removeFolder(home))

it('a new template is a copy under its own name, and is checked with sample copy', async () => {
  expect(await polyad(workspace, ['templates', 'new', 'summer'])).toMatchObject({ status: 0 })
  const made = JSON.parse(await readFile(join(workspace, 'templates/summer/template.json'), 'utf8'))
  expect(made.name).toBe('summer')
  const checked = await polyadJson<{ campaigns: string[]; misfits: object[]; problems: object[] }>(
    workspace,
    ['templates', 'check', 'summer'],
  )
  expect(checked).toMatchObject({ campaigns: [], problems: [] })
  expect(checked.misfits).toContainEqual(
    expect.objectContaining({ slot: 'cta', copy: 'longest', locale: 'en-US' }),
  )
  expect(await polyadRefuses(workspace, ['templates', 'new', 'summer'])).toContain('already')
  expect(await polyadRefuses(workspace, ['templates', 'new', '../x'])).toContain('/name')
  expect(await polyadRefuses(workspace, ['templates', 'new', 'x', '--from', 'nope'])).toContain(
    'photo-banner',
  )
})

it('a template that cannot be read is told with its place', async () => {
  await polyad(workspace, ['templates', 'new', 'broken'])
  const file = join(workspace, 'templates/broken/template.json')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('"slot": "cta"', '"slot": "button"'))
  for (const command of ['check', 'preview']) {
    expect(await polyadRefuses(workspace, ['templates', command, 'broken'])).toContain(
      'there is no slot "button"',
    )
  }
})

it('the page answers to its own host only, and tells of what was saved while it was loading', async () => {
  const shown = (version: string) => ({ version, html: version, policy: 'x', picture: async () => undefined })
  const server = await openPreviewServer(shown('one'), 0)
  const ask = (path: string, host?: string) =>
    new Promise<string>((resolve, reject) => {
      const asked = request(new URL(path, server.url), { headers: host ? { host } : {} }, (response) => {
        response.once('data', (part: Buffer) => resolve(`${response.statusCode} ${part}`))
      })
      asked.once('error', reject).end()
    })
  try {
    expect(await ask('/', 'evil.example')).toBe('421 this is another address')
    expect(await ask('/pictures/1.png')).toBe('404 there is nothing here')
    expect(await ask('/changes?one')).toBe('200 : open\n\n')
    server.show(shown('two'))
    expect(await ask('/')).toBe('200 two')
    expect(await ask('/changes?one')).toContain('event: change')
  } finally {
    await server.close()
  }
})
