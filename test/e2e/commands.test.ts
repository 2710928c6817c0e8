import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { CheckReport } from '../../engine/guard/check-report.ts'
import {
  copyOf,
  expectNothingHalfWritten,
  makeWorkspace,
  polyad,
  polyadHead,
  polyadJson,
  polyadProcess,
  polyadRefuses,
  polyadServe,
  readJson,
  removeFolder,
  type Served,
  writeJson,
} from './polyad.ts'

interface Row {
  readonly id: string
  readonly rank: string
  readonly segment: string
  readonly placement: string
  readonly widthPx: number
  readonly heightPx: number
  readonly slots: Readonly<Record<string, string | null>>
  readonly clickThroughUrl: string
}

let home: string
let workspace: string

beforeAll(async () => {
  ;({ home, workspace } = await makeWorkspace())
})
afterAll(() => removeFolder(home))

async function rowsOf(folder: string, file: string): Promise<Row[]> {
  const text = await readFile(join(folder, file), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

/** Every pair of choices in two of placement and slots that some row has; one headline's text tells the segment. */
function pairsOf(rows: readonly Row[]): Set<string> {
  const found = new Set<string>()
  for (const { placement, slots } of rows) {
    const choices = Object.entries({ placement, ...slots }).map(([name, value]) =>
      `${name}=${value}`.replace(/^headline=Made for .*/, 'headline=Made for'),
    )
    for (const [at, one] of choices.entries()) {
      for (const other of choices.slice(at + 1)) found.add(`${one} ${other}`)
    }
  }
  return found
}

describe('help', () => {
  const commands = [
    ['demo'],
    ['init'],
    ['import'],
    ['segments'],
    ['segments', 'list'],
    ['segments', 'size'],
    ['segments', 'overlap'],
    ['segments', 'explain'],
    ['check'],
    ['guard'],
    ['plan'],
    ['count'],
    ['generate'],
    ['render'],
    ['serve'],
    ['report'],
    ['keys'],
    ['keys', 'add'],
    ['keys', 'list'],
    ['keys', 'remove'],
    ['config'],
  ]

  it('every command is listed, and tells its use with an example', async () => {
    const all = await polyad(home, ['--help'])
    expect(all.status).toBe(0)
    for (const command of commands) {
      const name = command.join(' ')
      const { status, stdout: help } = await polyad(home, [...command, '--help'])
      expect(status).toBe(0)
      expect(help).toMatch(new RegExp(`^Usage: polyad ${name} `))
      expect(help).toMatch(new RegExp(`For example:\n.*polyad ${name}`))
      if (command.length === 1) expect(all.stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
    }
  })

  it('a misspelt command or option exits 2 with what was meant', async () => {
    expect(await polyadRefuses(workspace, ['genrate', 'vans'])).toContain('Did you mean generate?')
    expect(await polyadRefuses(workspace, ['segments', 'sise'])).toContain('Did you mean size?')
    expect(await polyadRefuses(workspace, ['check', 'vans', '--aply'])).toContain('Did you mean --apply?')
  })
})

describe('a process of its own', () => {
  it.each([
    [0, 'segments size --top 3'],
    [0, 'config --json'],
    [0, '--version'],
    [2, 'genrate vans'],
    [2, 'report vans --by nonsense'],
    [2, 'generate vans --out x.txt'],
    [3, 'plan vans --budget 5000'],
    [3, 'check vans'],
  ])('ends with %i and the same words as a run inside of the tests: polyad %s', async (status, line) => {
    const args = line.split(' ')
    const ended = await polyadProcess(workspace, args)
    expect(ended).toMatchObject({ status })
    expect(await polyad(workspace, args)).toEqual(ended)
  })
})

describe('segments', () => {
  interface Size {
    readonly id: string
    readonly people: number | string
    readonly mentions: number | null
    readonly share: number | null
  }

  it('list has broad, every rule and every cell with its rule', async () => {
    const list = await polyadJson<{ id: string; kind: string; rule: unknown }[]>(workspace, [
      'segments',
      'list',
    ])
    expect(list[0]).toMatchObject({ id: 'broad', kind: 'broad' })
    const cells = list.filter(({ id }) => id.startsWith('cells/'))
    expect(cells.length).toBeGreaterThan(40)
    for (const { id, rule } of cells) {
      const [, interest, ageBand] = id.split('/').map(decodeURIComponent)
      expect(rule).toEqual({ all: [{ interest }, { ageBand }] })
    }
  })

  it('size counts people once, hides the small, and never more than there are', async () => {
    const sizes = await polyadJson<Size[]>(workspace, ['segments', 'size'])
    expect(sizes[0]).toMatchObject({ id: 'broad', people: 2_000, mentions: 6_000, share: 1 })
    for (const { people, mentions, share } of sizes) {
      if (typeof people === 'number') {
        expect(people).toBeGreaterThanOrEqual(50)
        expect(share).toBeCloseTo(people / 2_000, 10)
        expect(mentions).toBeGreaterThanOrEqual(people)
      } else expect({ people, mentions, share }).toMatchObject({ mentions: null, share: null })
    }
    const cells = sizes.filter(({ id }) => id.startsWith('cells/')).map(({ people }) => Number(people) || 0)
    expect(cells.reduce((sum, people) => sum + people, 0)).toBeLessThanOrEqual(2_000)
    expect(await polyadJson<Size[]>(workspace, ['segments', 'size', '--top', '3'])).toEqual(sizes.slice(0, 3))
  })

  it('overlap is within both sides', async () => {
    const sizes = new Map(
      (await polyadJson<Size[]>(workspace, ['segments', 'size'])).map(({ id, people }) => [id, people]),
    )
    const pairs = await polyadJson<{ a: string; b: string; people: number; jaccard: number }[]>(workspace, [
      'segments',
      'overlap',
    ])
    expect(pairs.length).toBeGreaterThan(0)
    for (const { a, b, people, jaccard } of pairs) {
      const [ofA, ofB] = [sizes.get(a), sizes.get(b)]
      if (typeof ofA !== 'number' || typeof ofB !== 'number') continue
      expect(people).toBeLessThanOrEqual(Math.min(ofA, ofB))
      expect(jaccard).toBeCloseTo(people / (ofA + ofB - people), 10)
    }
  })

  it('explain tells clause by clause why somebody is in, by the name the data gave', async () => {
    const lines = (await readFile(join(home, 'mentions.jsonl'), 'utf8')).split('\n')
    const line = lines.find((text) => /"purchase_intent":true/.test(text) && /"price"/.test(text))!
    const { author } = JSON.parse(line) as { author: string }
    const told = await polyadJson<{ met: boolean; of: { met: boolean }[] }>(workspace, [
      'segments',
      'explain',
      'asks-about-price',
      '--person',
      author,
    ])
    expect(told.met).toBe(true)
    expect(told.of.map(({ met }) => met)).toEqual([true, true])
    expect(
      await polyadRefuses(workspace, ['segments', 'explain', 'asks-about-price', '--person', 'nobody']),
    ).toContain('there is no person "nobody"')
    expect(await polyadRefuses(workspace, ['segments', 'explain', 'nothing', '--person', author])).toContain(
      'there is no segment "nothing"',
    )
  })
})

describe('from check to files', () => {
  let folder: string
  beforeAll(async () => {
    folder = await copyOf(workspace)
  })
  afterAll(() => removeFolder(folder))

  it('the full grid is refused with its reasons; nothing is generated, drawn or left behind', async () => {
    const check = await polyad(folder, ['check', 'vans'])
    expect(check.status).toBe(3)
    expect(check.stdout).toMatch(/^REFUSED: vans@1 is too narrow, 1,752 ad units over \d+ leaves/)
    expect(check.stdout).toContain('polyad check vans --apply')
    expect(check.stderr).toContain('--override "reason"')
    for (const told of [
      /serves 2,000 of 2,000 people \(tailored, broad included\), 0\.0 % of the broad audience lost/,
      /no history: nothing has been served yet/,
      /this flight shows a difference from \+[\d.]+ % on/,
      /to read \+20 % takes [\d,]+ impressions, \$[\d,.]+/,
      /as well as a broad one, where the budget is gone before that/,
      /1,752 ad units are 1,502 more than the 250 ads of a page that Meta takes/,
    ]) {
      expect(check.stdout).toMatch(told)
    }
    const generate = await polyadRefuses(folder, ['generate', 'vans', '--out', 'refused.jsonl'], 3)
    expect(generate).toContain('polyad check vans --apply')
    await polyadRefuses(folder, ['render', 'vans', '--out', 'refused'], 3)
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^refused/))
  })

  it('an override is kept with its reason, who and when, and lets generation go', async () => {
    const before = Date.now()
    expect(await polyadRefuses(folder, ['check', 'vans', '--override', ' '])).toContain('--override')
    const report = await polyadJson<CheckReport>(folder, ['check', 'vans', '--override', 'agreed with them'])
    expect(report.verdict).toBe('refused')
    expect(report.override).toMatchObject({ reason: 'agreed with them', who: userInfo().username })
    expect(report.override!.atMs).toBeGreaterThanOrEqual(before)
    expect(report.readable.versusBroad.toRead!.amountMicros).toBeGreaterThan(0)
    for (const { people, peopleShown, slots } of report.leaves) {
      if (people !== null) expect(peopleShown!).toBeLessThanOrEqual(people)
      for (const { toRead } of slots) expect(toRead!.impressions).toBeGreaterThan(0)
    }
    const { adUnits } = await polyadJson<{ adUnits: string }>(folder, [
      'generate',
      'vans',
      '--out',
      'full.jsonl',
    ])
    expect(adUnits).toBe('1752')
    expect((await polyad(folder, ['check', 'vans'])).stdout).toContain('agreed with them')
  })

  it('applying the proposed roll-up writes a revision that passes', async () => {
    const applied = await polyad(folder, ['check', 'vans', '--apply'])
    expect(applied.status).toBe(0)
    expect(applied.stdout).toMatch(/^PASSED: vans@2 may run/)
    const [first] = ((await readJson(join(folder, 'campaigns/vans.json'))) as { segments: object[] }).segments
    expect(first).toMatchObject({ grid: 'cells', remainders: expect.arrayContaining([]) })
    expect((await polyad(folder, ['check', 'vans'])).status).toBe(0)
  })

  it('JSONL has a row for every ad unit, each with an id of its own; CSV says the same', async () => {
    const done = await polyadJson<{ adUnits: string }>(folder, ['generate', 'vans', '--out', 'all.jsonl'])
    const rows = await rowsOf(folder, 'all.jsonl')
    expect(rows).toHaveLength(Number(done.adUnits))
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    expect(rows.map(({ rank }) => Number(rank))).toEqual(rows.map((_, index) => index))
    // Ids of the refused grid that live on are the same in the rolled-up revision.
    const broad = (all: Row[]) => all.filter(({ segment }) => segment === 'broad').map(({ id }) => id)
    expect(broad(rows)).toEqual(broad(await rowsOf(folder, 'full.jsonl')))

    expect((await polyad(folder, ['generate', 'vans', '--out', 'all.csv'])).status).toBe(0)
    const records = parse(await readFile(join(folder, 'all.csv')), { columns: true }) as object[]
    const flat = rows.map(({ slots, ...row }) => {
      const values = Object.entries(slots).map(([slot, value]) => [`slots.${slot}`, value ?? ''])
      return Object.fromEntries(
        [...Object.entries(row), ...values].map(([name, value]) => [name, String(value)]),
      )
    })
    expect(records).toEqual(flat)
  })

  it('a sample is drawn from them without repeating one, the same for the same seed', async () => {
    const sample = async (file: string, seed: string) => {
      const args = ['generate', 'vans', '--out', file, '--sample', '20', '--seed', seed]
      expect((await polyad(folder, args)).status).toBe(0)
      return (await rowsOf(folder, file)).map(({ id }) => id)
    }
    const ids = new Set((await rowsOf(folder, 'all.jsonl')).map(({ id }) => id))
    const drawn = await sample('one.jsonl', 'a')
    expect(new Set(drawn).size).toBe(20)
    expect(drawn.filter((id) => !ids.has(id))).toEqual([])
    expect(await sample('two.jsonl', 'a')).toEqual(drawn)
    expect(await sample('three.jsonl', 'b')).not.toEqual(drawn)
  })

  it('a rule leaves rows of the whole file, as many as are counted, and an even sample takes as many a segment', async () => {
    const rule =
      '{"all": [{"placement.width": 728}, {"headline": {"in": ["road-is-calling", "no-hidden-fees"]}}]}'
    const notBroad = ['--where', '{"not": {"segment": "broad"}}']
    await writeFile(join(folder, 'rule.json'), rule)
    const generate = (...args: string[]) =>
      polyadJson<{ adUnits: string }>(folder, [
        'generate',
        'vans',
        ...args,
        '--where',
        '@rule.json',
        ...notBroad,
      ])
    const { adUnits } = await generate('--out', 'ruled.jsonl')
    const ruled = await rowsOf(folder, 'ruled.jsonl')
    const whole = await rowsOf(folder, 'all.jsonl')
    const texts = ['The road is calling', 'No hidden fees. Just miles']
    expect(ruled).toEqual(
      whole.filter(
        ({ segment, placement, slots }) =>
          segment !== 'broad' && placement === 'iab-728x90' && texts.includes(slots['headline']!),
      ),
    )
    const counted = await polyadJson<{ adUnits: string; ofAdUnits: string; by: { segment: object[] } }>(
      folder,
      [...['count', 'vans', '--where', rule, ...notBroad, '--by', 'segment']],
    )
    expect(counted).toMatchObject({ adUnits, ofAdUnits: String(whole.length) })
    const segments = [...new Set(ruled.map(({ segment }) => segment))]
    const each = String(ruled.length / segments.length)
    expect(counted.by.segment).toEqual([
      { value: 'broad', adUnits: '0' },
      ...segments.map((value) => ({ value, adUnits: each })),
    ])

    const size = segments.length * 2 + 1
    await generate('--out', 'even.jsonl', '--sample', String(size), '--stratify', 'segment')
    const drawn = await rowsOf(folder, 'even.jsonl')
    const perSegment = segments.map((id) => drawn.filter(({ segment }) => segment === id).length)
    expect(perSegment.sort()).toEqual([...segments.slice(1).map(() => 2), 3])
    expect(drawn).toEqual(ruled.filter(({ id }) => drawn.some((row) => row.id === id)))
  })

  it('counts are a table for people; a rule that nothing meets is told, and its file has the header alone', async () => {
    const table = await polyad(folder, ['count', 'vans', '--by', 'placement'])
    expect(table.stdout).toMatch(
      /^vans@2: \d+ ad units\n\nplacement +ad units +share\niab-300x250 +\d+ +50.0 % +Medium rectangle\n/,
    )
    const rules = ['--where', '{"placement": "iab-728x90"}', '--where', '{"placement.width": 300}']
    const none = await polyad(folder, ['generate', 'vans', '--out', 'none.csv', ...rules])
    expect(none.status).toBe(0)
    expect(none.stderr).toMatch(
      /no ad unit meets the --where rule; by themselves its parts leave \{"placement":"iab-728x90"\} \d+, /,
    )
    expect((await readFile(join(folder, 'none.csv'), 'utf8')).trimEnd().split('\r\n')).toHaveLength(1)
  })

  it('a covering set has every pair of choices that any ad unit has, its lower bound told first', async () => {
    const all = await rowsOf(folder, 'all.jsonl')
    const args = ['generate', 'vans', '--cover', '2', '--seed', 'pairs', '--out']
    const { stderr, status } = await polyad(folder, [...args, 'pairs.jsonl'])
    expect(status).toBe(0)
    const [first, second] = stderr.split('\n')
    const least = Number(/^cover: \d+ combinations of 2 choices, at least (\d+) ad units$/.exec(first!)![1])
    const found = Number(/^cover: (\d+) ad units found$/.exec(second!)![1])
    const pairs = await rowsOf(folder, 'pairs.jsonl')
    expect(pairs).toHaveLength(found)
    expect(found).toBeGreaterThanOrEqual(least)
    expect(found).toBeLessThan(all.length / 10)
    expect(pairsOf(pairs)).toEqual(pairsOf(all))
    // Rows as in the whole file, in its order.
    const ranks = new Set(pairs.map(({ rank }) => rank))
    expect(pairs).toEqual(all.filter(({ rank }) => ranks.has(rank)))

    expect((await polyad(folder, [...args, 'pairs.csv'])).status).toBe(0)
    const records = parse(await readFile(join(folder, 'pairs.csv')), { columns: true }) as { id: string }[]
    expect(records.map(({ id }) => id)).toEqual(pairs.map(({ id }) => id))
    const drawn = await polyadJson<{ pictures: number }>(folder, [
      ...['render', 'vans', '--out', 'covered', '--cover', '2', '--over', 'placement,locale'],
    ])
    expect(drawn.pictures).toBe(new Set(all.map(({ placement }) => placement)).size)
  })

  it('a window goes to stdout; a reader that closes its end is no failure', async () => {
    const { stdout, status } = await polyadProcess(folder, ['generate', 'vans', '--out', '-', '--to', '5'])
    expect(status).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(5)
    const head = await polyadHead(folder, ['generate', 'vans', '--out', '-'])
    expect(JSON.parse(head.stdout)).toMatchObject({ rank: '0' })
    expect(head.status).toBe(0)
    expect(head.stderr).not.toMatch(/EPIPE|^polyad:/m)
  })

  it('pictures come out in the size of their placement, in a folder as JPEG and in a zip as PNG', async () => {
    const rows = new Map((await rowsOf(folder, 'all.jsonl')).map((row) => [row.id, row]))
    const draw = (out: string, format: string) =>
      polyadJson<{ pictures: number }>(folder, [
        ...['render', 'vans', '--out', out, '--format', format],
        ...['--sample', '6', '--seed', 'sizes'],
      ])
    expect(await draw('pictures', 'jpeg')).toMatchObject({ pictures: 6 })
    expect(await draw('pictures.zip', 'png')).toMatchObject({ pictures: 6 })
    await promisify(execFile)('unzip', ['-q', 'pictures.zip', '-d', 'unpacked'], { cwd: folder })
    for (const [from, format, ending] of [
      ['pictures', 'jpeg', '.jpg'],
      ['unpacked', 'png', '.png'],
    ] as const) {
      const files = await readdir(join(folder, from))
      expect(files).toHaveLength(6)
      for (const file of files) {
        const row = rows.get(file.replace(ending, ''))!
        const picture = sharp(await readFile(join(folder, from, file)), { failOn: 'warning' })
        const { width, height } = (await picture.raw().toBuffer({ resolveWithObject: true })).info
        expect({ width, height }).toEqual({ width: row.widthPx, height: row.heightPx })
        expect((await picture.metadata()).format).toBe(format)
      }
    }
    await expectNothingHalfWritten(folder)
  })

  it('a window or file that makes no sense is told', async () => {
    const refuse = (...args: string[]) => polyadRefuses(folder, ['generate', 'vans', ...args])
    expect(await refuse('--out', 'x.jsonl', '--from', '5', '--to', '2')).toContain('--to: 2 lies before')
    expect(await refuse('--out', 'x.jsonl', '--to', '900000')).toContain('rank 900000 is outside')
    expect(await refuse('--out', 'x.jsonl', '--sample', '3', '--to', '9')).toContain('--sample')
    expect(await refuse('--out', 'x.jsonl', '--sample', 'many')).toContain('"many" is not a whole number')
    expect(await refuse('--out', 'x.jsonl', '--stratify', 'segment')).toContain('add --sample N')
    expect(await refuse('--out', 'x.jsonl', '--where', 'headline=x')).toContain('"headline=x" is not JSON')
    expect(await refuse('--out', 'x.jsonl', '--where', '{"headlin": "x"}')).toContain(
      'did you mean "headline"?',
    )
    expect(await polyadRefuses(folder, ['count', 'vans', '--by', 'headlin'])).toContain(
      'did you mean "headline"?',
    )
    const cover = (...args: string[]) => refuse('--out', 'x.jsonl', '--cover', ...args)
    expect(await cover('4')).toContain('--cover: "4" is not how many choices a combination has; say 2 or 3')
    expect(await cover('2', '--sample', '9')).toContain('leave --sample out')
    expect(await cover('2', '--over', 'headline,colour')).toContain(
      'there is no dimension "colour"; name some of',
    )
    expect(await cover('3', '--over', 'headline,photo')).toContain('need at least 3 dimensions, not 2')
    expect(await refuse('--out', 'x.jsonl', '--over', 'headline')).toContain('add --cover 2 or --cover 3')
    expect(await refuse('--out', 'x.txt')).toContain('name it .jsonl, .csv or .parquet, or add')
    expect(await refuse('--out', 'nowhere/x.jsonl')).toContain('there is no folder nowhere; make it first')
    expect(await polyadRefuses(folder, ['render', 'vans', '--out', 'all.csv'])).toContain(
      'a file of that name is in the way',
    )
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^(x\.|nowhere)/))
  })
})

describe('keys and config', () => {
  it('keys are shown once, listed without their text, and taken back', async () => {
    const folder = await copyOf(workspace)
    const role = await polyadJson<{ id: string; key: string }>(folder, ['keys', 'add', '--role', 'analyst'])
    const site = await polyadJson<{ id: string; key: string }>(folder, [
      ...['keys', 'add', '--site', 'https://shop.example'],
    ])
    const list = await polyad(folder, ['keys', 'list', '--json'])
    expect(JSON.parse(list.stdout)).toHaveLength(2)
    for (const { id, key } of [role, site]) {
      expect(key.length).toBeGreaterThan(40)
      expect(list.stdout).toContain(id)
      expect(list.stdout).not.toContain(key)
    }
    expect((await polyad(folder, ['keys', 'remove', role.id])).status).toBe(0)
    expect(await polyadJson<object[]>(folder, ['keys', 'list'])).toMatchObject([
      { id: site.id, origins: ['https://shop.example'] },
    ])
    expect(await polyadRefuses(folder, ['keys', 'remove', role.id])).toContain('polyad keys list')
    expect(await polyadRefuses(folder, ['keys', 'add'])).toContain('either --role or --site')
    expect(await polyadRefuses(folder, ['keys', 'add', '--site', 'shop'])).toContain(
      '"shop" is not an origin',
    )
    expect(await polyadRefuses(folder, ['keys', 'add', '--role', 'king'])).toContain('analyst')
    await removeFolder(folder)
  })

  it('config shows every setting, no secret', async () => {
    const secrets = { POLYAD_IDENTITY_KEY: 'ab'.repeat(32), POLYAD_API_KEY: 'polyad_secret' }
    for (const form of [[], ['--json']]) {
      const { status, stdout } = await polyad(home, ['config', ...form], { ...secrets, POLYAD_PORT: '4321' })
      expect(status).toBe(0)
      expect(stdout).toContain('4321')
      for (const secret of Object.values(secrets)) expect(stdout).not.toContain(secret)
    }
    const wrong = await polyad(home, ['config'], { POLYAD_PORT: 'http' })
    expect(wrong).toMatchObject({ status: 2 })
    expect(wrong.stderr).toContain('POLYAD_PORT: "http" is not a whole number')
  })
})

describe('beside a server', () => {
  let folder: string
  let server: Served
  beforeAll(async () => {
    folder = await copyOf(workspace)
    expect((await polyad(folder, ['check', 'vans', '--apply'])).status).toBe(0)
    server = await polyadServe(folder)
  })
  afterAll(async () => {
    await server?.stop()
    await removeFolder(folder)
  })

  it('answers the page, its health, and an ad unit as JSON, HTML and JPEG', async () => {
    for (const path of ['/', '/health/ready', '/health/live'])
      expect((await fetch(`${server.url}${path}`)).status).toBe(200)
    const decision = await fetch(`${server.url}/v1/decisions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ placement: 'iab-300x250', campaign: 'vans', person: 'somebody' }),
    })
    expect(decision.status).toBe(200)
    const { stdout } = await polyadProcess(folder, ['generate', 'vans', '--out', '-', '--to', '1'])
    const { id } = JSON.parse(stdout) as Row
    const json = await fetch(`${server.url}/v1/ad-units/${id}.json`)
    expect(await json.json()).toMatchObject({ id })
    const html = await fetch(`${server.url}/v1/ad-units/${id}.html`)
    expect(html.headers.get('content-type')).toMatch(/^text\/html/)
    const jpeg = await fetch(`${server.url}/v1/ad-units/${id}.jpg`)
    expect(await sharp(await jpeg.arrayBuffer()).metadata()).toMatchObject({
      format: 'jpeg',
      width: 300,
      height: 250,
    })
  })

  it('a report goes through it; import and a second server exit 2 naming it', async () => {
    const report = await polyadJson<{ campaign: string }>(folder, ['report', 'vans', '--by', 'placement'])
    expect(JSON.stringify(report)).toContain('vans')
    expect(await polyadRefuses(folder, ['report', 'vans', '--by', 'nonsense'])).toMatch(/nonsense.*headline/s)
    for (const args of [
      ['import', '../mentions.jsonl', '--mapping', 'listening'],
      ['serve', '--port', '0'],
    ]) {
      const refusal = await polyadRefuses(folder, args)
      expect(refusal).toContain('polyad serve')
      expect(refusal).toContain(String(server.pid))
      expect(refusal).toContain(server.url)
    }
  })

  it('segments, check, generate and render work as if it were not there', async () => {
    const commands = [
      ['segments', 'size', '--top', '2'],
      ['check', 'vans'],
      ['generate', 'vans', '--out', 'beside.jsonl'],
      ['render', 'vans', '--out', 'beside', '--sample', '2'],
      ['keys', 'list'],
    ]
    for (const args of commands) {
      const { status, stderr } = await polyadProcess(folder, args)
      expect({ args, status, stderr: status === 0 ? '' : stderr }).toEqual({ args, status: 0, stderr: '' })
    }
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  })

  it('check reckons with what the server has served: through its API, and from the store when it is gone', async () => {
    const mentions = (await readFile(join(home, 'mentions.jsonl'), 'utf8')).trim().split('\n')
    const authors = [...new Set(mentions.map((line) => (JSON.parse(line) as { author: string }).author))]
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      expect(response.status).toBe(200)
      return (await response.json()) as { impression: string }
    }
    const consent = { personalise: true }
    const tokens = await Promise.all(
      authors.slice(0, 400).map(async (person) => {
        const request = { placement: 'iab-300x250', campaign: 'vans', person, consent }
        return (await post('/v1/decisions', request)).impression.split('/').at(-1)!
      }),
    )
    const send = (type: string, of: readonly string[]) =>
      post('/v1/events', { events: of.map((token) => ({ token, type })) })
    await send('impression', tokens)
    await send('click', tokens.slice(0, 200))

    type History = Exclude<CheckReport['history'], { without: string }>
    const check = () => polyadJson<CheckReport>(folder, ['check', 'vans'])
    // The revision that served is not judged by what came in meanwhile.
    expect((await check()).history).toEqual({ without: 'no other revision has served narrow ads' })
    const campaign = (await readJson(join(folder, 'campaigns/vans.json'))) as object
    await writeJson(join(folder, 'campaigns/vans.json'), { ...campaign, title: 'Vans, second try' })
    const beside = await check()
    const history = beside.history as History
    expect(history).toMatchObject({ revisions: [2], events: expect.any(Number) })
    expect(history.impressions).toBeGreaterThan(100)
    expect(history.groups.length).toBeGreaterThan(0)
    for (const { people } of history.groups) expect(people).toBeGreaterThanOrEqual(50)
    expect(beside.volume.eventRate).toBeCloseTo(history.events / history.impressions, 3)
    expect(beside.volume.eventRate).not.toBe(beside.volume.baselineRate)

    expect((await polyad(folder, ['keys', 'add', '--role', 'admin'])).status).toBe(0)
    await vi.waitFor(async () => expect((await fetch(`${server.url}/v1/campaigns`)).status).toBe(401), {
      timeout: 10_000,
      interval: 200,
    })
    const refused = (await check()).history as { without: string }
    expect(refused.without).toContain(server.url)
    expect(refused.without).toContain('POLYAD_API_KEY')

    expect(await server.stop()).toBe(0)
    const { atMs: _, ...alone } = await check()
    const { atMs: __, ...before } = beside
    expect(alone).toEqual(before)
  })

  it('ends with status 0 when it is told to, and leaves the workspace to the next command', async () => {
    // Stopped above.
    expect(await server.stop()).toBe(0)
    const { stdout, status } = await polyadProcess(folder, ['report', 'vans'])
    expect(status).toBe(0)
    expect(stdout).toContain('Narrow against broad')
    const again = await polyad(folder, ['import', join(home, 'mentions.csv'), '--mapping', 'sheet'])
    expect(again.status).toBe(0)
  })
})
