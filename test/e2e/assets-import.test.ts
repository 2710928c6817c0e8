import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { workbook } from '../unit/io/xlsx-file.ts'
import {
  type Campaign,
  copyOf,
  makeWorkspace,
  polyad,
  polyadJson,
  polyadRefuses,
  readJson,
  removeFolder,
} from './polyad.ts'

interface Imported {
  readonly changes: readonly {
    readonly kind: string
    readonly slot: string
    readonly asset: string
    readonly fields: string[]
  }[]
  readonly unchanged: number
  readonly missing: number
  readonly groups: readonly string[]
  readonly written: boolean
}

const made: string[] = []
let workspace: string
const { workspace: first, home } = await makeWorkspace()
beforeEach(async () => {
  workspace = await copyOf(first)
  made.push(workspace)
})
afterAll(() => Promise.all([home, ...made].map(removeFolder)))

const campaignOf = async () => (await readJson(join(workspace, 'campaigns/vans.json'))) as Campaign
const sheet = (name: string, text: string | Buffer) => writeFile(join(workspace, name), text)
const take = (file: string, ...more: string[]) =>
  polyadJson<Imported>(workspace, ['assets', 'import', 'vans', file, ...more])

it('a sheet adds, changes and groups; read again it changes nothing; ids and ledger stay', async () => {
  await polyad(workspace, ['check', 'vans'])
  const ledger = (await readJson(join(workspace, 'campaigns/vans.ledger.json'))) as {
    assets: Record<string, object>
  }
  await sheet(
    'options.csv',
    'slot,id,text.en,when,group\nheadline,road-is-calling,The road calls,,\nheadline,,"Wake up, roam",,rainy\ncta,,Reserve,"{""placement"": ""iab-300x250""}",rainy\n',
  )
  const dry = await take('options.csv', '--dry-run')
  expect(dry).toMatchObject({ written: false, groups: ['rainy'], missing: 4 })
  expect(dry.changes).toEqual([
    { kind: 'changed', slot: 'headline', asset: 'road-is-calling', fields: ['text.en', 'text.es'] },
    { kind: 'added', slot: 'headline', asset: 'wake-up-roam', fields: [] },
    { kind: 'added', slot: 'cta', asset: 'reserve', fields: [] },
  ])
  const before = await campaignOf()
  expect(await take('options.csv')).toEqual({ ...dry, written: true })
  const after = await campaignOf()
  expect(after.slots[0]!.default).toBe(before.slots[0]!.default)
  expect(after['groups']).toEqual([
    { name: 'rainy', assets: { headline: ['wake-up-roam'], cta: ['reserve'] } },
  ])
  // The rows without an id are found again by what they show.
  expect(await take('options.csv')).toMatchObject({ changes: [], unchanged: 3, written: false, groups: [] })
  await polyad(workspace, ['check', 'vans'])
  const now = (await readJson(join(workspace, 'campaigns/vans.ledger.json'))) as {
    assets: Record<string, object>
  }
  expect(now.assets['headline']).toMatchObject(ledger.assets['headline']!)
})

it('retires what a sheet leaves out, never the default; a taken name is not given again', async () => {
  await sheet(
    'options.jsonl',
    `${JSON.stringify({ slot: 'headline', text: { en: 'Road is calling!', es: 'Va' } })}\n`,
  )
  const done = await take('options.jsonl', '--retire-missing')
  expect(done.changes.map(({ kind, asset }) => `${kind} ${asset}`)).toEqual([
    'added road-is-calling-2',
    'retired no-hidden-fees',
    'retired made-for-interest',
  ])
})

it('a workbook is read as a CSV is', async () => {
  const cells = (line: number, ...texts: string[]) =>
    `<row r="${line}">${texts.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`
  await sheet(
    'options.xlsx',
    workbook(cells(1, 'slot', 'id', 'text.en') + cells(2, 'cta', 'roam', 'Roam &amp; rest')),
  )
  expect((await take('options.xlsx')).changes).toMatchObject([{ kind: 'added', asset: 'roam' }])
  const cta = (await campaignOf()).slots.find(({ slot }) => slot === 'cta')
  expect(cta!.assets.at(-1)).toEqual({ id: 'roam', text: { en: 'Roam & rest' } })
})

it('10,000 mistakes are summed up by column, with rows, and nothing is taken', async () => {
  const before = await campaignOf()
  const lines = Array.from({ length: 10_000 }, (_, at) => `headline,H ${at},Text,{"state,../../etc/passwd`)
  await sheet(
    'bad.csv',
    [
      'slot,id,text.en,when,file',
      ...lines.map((line) => line.replace('{"state', '{state')),
      'nope,ok,{{stat}},,',
      'headline,a,{{stat}},,',
    ].join('\n'),
  )
  const { status, stderr } = await polyad(workspace, ['assets', 'import', 'vans', 'bad.csv'])
  expect(status).toBe(2)
  expect(stderr).toContain('30,003 mistakes in 10,002 rows; nothing was taken:')
  expect(stderr).toContain(
    'column "id": is not a name in small letters, digits and hyphens (10,000 rows: 2, 3, 4, 5, 6, ...), e.g. "H 0"',
  )
  expect(stderr).toContain('column "slot": template photo-banner has no such slot (row 10002), e.g. "nope"')
  expect(stderr).toContain('there is no attribute of people "stat" (2 rows: 10002, 10003)')
  expect(stderr.split('\n').length).toBeLessThan(12)
  expect(await campaignOf()).toEqual(before)
})

it('files outside the workspace, ids twice, and other files are refused', async () => {
  await sheet('a.csv', 'slot,id,file\nphoto,x,../../etc/passwd\nphoto,x,assets/none.jpg\n')
  const { stderr } = await polyad(workspace, ['assets', 'import', 'vans', 'a.csv'])
  expect(stderr).toContain('column "file": it lies outside the workspace (row 2)')
  expect(stderr).toContain('column "file": there is no such file in the workspace (row 3)')
  expect(stderr).toContain('column "id": is there twice in its slot (row 3)')
  expect(await polyadRefuses(workspace, ['assets', 'import', 'vans', 'a.pdf'])).toContain('.xlsx')
  expect(await polyadRefuses(workspace, ['assets', 'import', 'nope', 'a.csv'])).toContain(
    'there is no campaign "nope"',
  )
})
