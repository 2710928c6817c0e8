import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DiffReport } from '../../engine/diff/diff-report.ts'
import {
  type Campaign,
  polyad,
  polyadJson,
  polyadRefuses,
  readJson,
  removeFolder,
  writeJson,
} from './polyad.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const example = join(root, 'examples/eight-million')
const CAMPAIGN = 'every-town'
const AD_UNITS = 8_100_240

describe('examples/eight-million, by the commands of its README', () => {
  let folder: string
  let readme: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyad-eight-million-'))
    await cp(example, folder, { recursive: true })
    await cp(join(root, 'examples/demo/assets'), join(folder, 'assets'), { recursive: true })
    readme = await readFile(join(example, 'README.md'), 'utf8')
    await promisify(execFile)(process.execPath, ['make-mentions.mjs', 'mentions.jsonl'], { cwd: folder })
    const imported = await polyadJson(folder, ['import', 'mentions.jsonl', '--mapping', 'listening'])
    expect(imported).toMatchObject({ rows: 79_973, added: 79_973, duplicates: 0, rejected: 0 })
  })
  afterAll(() => removeFolder(folder))

  it('is refused in the words of the README, and not generated', async () => {
    const checked = await polyad(folder, ['check', CAMPAIGN])
    expect(checked.status).toBe(3)
    const verdict = checked.stdout.slice(0, checked.stdout.indexOf('\n\n'))
    expect(verdict).toContain('too narrow, 8,100,240 ad units over 992 leaves')
    expect(readme).toContain(verdict)
    await polyadRefuses(folder, ['generate', CAMPAIGN, '--out', 'ad-units.jsonl'], 3)
  })

  it('runs with a reason, every rank of it', async () => {
    const override = ['check', CAMPAIGN, '--override', 'every town was promised its own ad']
    const { status, stdout } = await polyad(folder, override)
    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining('874 leaves under the k floor are served broad'),
    ])
    const last = ['generate', CAMPAIGN, '--from', String(AD_UNITS - 1000)]
    expect(await polyadJson(folder, [...last, '--out', 'end.jsonl'])).toMatchObject({ adUnits: '1000' })
    const rows = (await readFile(join(folder, 'end.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(JSON.parse(rows.at(-1)!)).toMatchObject({ rank: String(AD_UNITS - 1), locale: 'es-US' })
    expect(new Set(rows.map((row) => (JSON.parse(row) as { id: string }).id)).size).toBe(1000)
  })

  it('rolled up, and with a headline more in one town: diff counts what became of the eight million', async () => {
    const path = join(folder, 'campaigns', `${CAMPAIGN}.json`)
    const campaign = (await readJson(path)) as Campaign
    expect(await polyad(folder, ['check', CAMPAIGN, '--apply'])).toMatchObject({ status: 0 })
    const rolled = await polyad(folder, ['diff', CAMPAIGN])
    expect(rolled.status).toBe(0)
    expect(readme).toContain(rolled.stdout.slice(0, rolled.stdout.indexOf('\n')))

    const [headline, ...others] = campaign.slots
    const when = { all: [{ interest: 'dogs' }, { city: 'reno-nv' }] }
    const fresh = {
      id: 'fresh',
      text: { en: 'Muddy paws welcome', es: 'Patas con barro, bienvenidas' },
      when,
    }
    const slots = [{ ...headline!, assets: [...headline!.assets, fresh] }, ...others]
    await writeJson(path, { ...campaign, slots })
    const args = ['diff', `${CAMPAIGN}@1`, '--out', 'added.jsonl']
    const report = await polyadJson<DiffReport & { written: object }>(folder, args)
    // Five photos, five offers, three buttons and two colours, in two languages and four sizes.
    const added = 5 * 5 * 3 * 2 * 2 * 4
    expect(report.adUnits).toEqual({
      added: String(added),
      removed: '0',
      changed: '0',
      same: String(AD_UNITS),
    })
    expect(report.causes).toMatchObject([{ kind: 'asset added', names: ['headline/fresh'] }])
    expect(report.written).toMatchObject({ rows: String(added) })
    expect(await polyadRefuses(folder, ['diff', `${CAMPAIGN}@9`])).toContain('there are revisions 1 to 3')
    const written = (await readFile(join(folder, 'added.jsonl'), 'utf8')).trimEnd().split('\n')
    for (const row of written) {
      expect(JSON.parse(row)).toMatchObject({
        kind: 'added',
        segment: 'towns/dogs/reno-nv',
        rankBefore: null,
      })
    }
  })
})
