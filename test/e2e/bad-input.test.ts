import { createWriteStream } from 'node:fs'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { basename, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signToken } from '../../engine/tracking/token.ts'
import {
  type Campaign,
  copyOf,
  expectNothingHalfWritten,
  makeWorkspace,
  polyad,
  polyadJson,
  polyadRefuses,
  polyadServe,
  readJson,
  removeFolder,
  type Served,
  writeJson,
} from './polyad.ts'

type Json = Record<string, unknown>

let home: string
let workspace: string
/** A copy that tests spoil and put right again. */
let folder: string

beforeAll(async () => {
  ;({ home, workspace } = await makeWorkspace())
  folder = await copyOf(workspace)
})
afterAll(async () => {
  await removeFolder(folder)
  await removeFolder(home)
})

describe('files to import', () => {
  const GOOD = ['id', 'author', 'published', 'text', 'language', 'channel', 'level', 'sentiment']
    .concat(['sentiment_confidence', 'topics', 'purchase_intent', 'state', 'age_band', 'interest'])
    .join(',')
  const row = (id: string, author = 'ann') =>
    `${id},${author},2026-10-01T10:00:00Z,hello,en,web,brand,positive,0.9,price,true,CA,25-34,725`

  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(home, name)
    await writeFile(path, content)
    return path
  }
  const refuses = (file: string, mapping: string) =>
    polyadRefuses(folder, ['import', file, '--mapping', mapping])

  interface Imported {
    readonly rows: number
    readonly added: number
    readonly rejected: number
    readonly rejectsByReason: Readonly<Record<string, number>>
    readonly rejectsFile: string
  }
  /** Imports rows of which some are bad: the good ones are taken, each bad one is told with its line and reason. */
  async function rejectsOf(file: string, mapping: string): Promise<Imported & { readonly lines: string[] }> {
    const report = await polyadJson<Imported>(folder, ['import', file, '--mapping', mapping])
    expect(basename(report.rejectsFile)).toBe(`${basename(file)}.rejects.csv`)
    const [header, ...lines] = (await readFile(report.rejectsFile, 'utf8')).trimEnd().split('\n')
    expect(header).toBe('line,reason,row')
    return { ...report, lines }
  }

  afterAll(() => expectNothingHalfWritten(folder))

  it('that are empty, missing or folders', async () => {
    expect(await refuses(await write('empty.csv', ''), 'sheet')).toMatch(
      /empty\.csv: it is empty; give a file/,
    )
    expect(await refuses(join(home, 'none.csv'), 'sheet')).toMatch(/none\.csv: there is no such file/)
    expect(await refuses(home, 'sheet')).toMatch(/it is a folder; name the file itself/)
  })

  it('of a name that tells the other format, or of a header alone', async () => {
    const header = await write('header-only.csv', `${GOOD}\n`)
    expect(await refuses(header, 'listening')).toMatch(
      /header-only\.csv: its name says CSV, but the mapping reads JSON lines; set "read"/,
    )
    const nothing = await polyad(folder, ['import', header, '--mapping', 'sheet', '--replace'])
    expect(nothing.status).toBe(0)
    expect(nothing.stderr).toMatch(
      /has a header and no rows: nothing was imported, and nothing imported before was forgotten/,
    )
    expect(nothing.stdout).toMatch(/2,000 people, 6,000 mentions in all/)
  })

  it('that were imported in a wrong way: told, and mended with --replace', async () => {
    const own = await copyOf(workspace)
    try {
      const again = ['import', join(home, 'mentions.jsonl'), '--mapping', 'listening']
      const { stdout } = await polyad(own, again)
      expect(stdout).toMatch(/all 6,012 rows were imported before; .* use --replace/)
      const listening = (await readJson(join(own, 'mappings/listening.json'))) as { fields: Json }
      const { interest: _, ...fields } = listening.fields
      await writeJson(join(own, 'mappings/listening.json'), { ...listening, fields })
      expect(await polyadJson(own, [...again, '--replace'])).toMatchObject({ added: 6_000, forgotten: 6_000 })
      const cells = await polyadJson<{ id: string }[]>(own, ['segments', 'list'])
      expect(cells.filter(({ id }) => id.startsWith('cells/'))).toEqual([])
    } finally {
      await removeFolder(own)
    }
  })

  it('with a wrong delimiter', async () => {
    const text = `${GOOD}\n${row('d1')}\n`.replaceAll(',', ';')
    expect(await refuses(await write('semicolons.csv', text), 'sheet')).toMatch(
      /semicolons\.csv: .*a semicolon; set "delimiter": ";" in the mapping/,
    )
  })

  it('of another format than the mapping says: every row is bad, so the file is', async () => {
    const file = await write('sheet-as-json.jsonl', `${GOOD}\n${row('f1')}\n`)
    const refused = await polyad(folder, ['import', file, '--mapping', 'listening'])
    expect(refused.status).toBe(2)
    expect(refused.stderr).toMatch(/every row was rejected, most as "not valid JSON"; see whether "read"/)
  })

  it('with too many columns, invalid UTF-8 or a line of 50 MB: these rows are told, the others taken', async () => {
    const file = join(home, 'bad-rows.csv')
    const out = createWriteStream(file)
    out.write(`${GOOD}\n${row('b1')}\n${row('b2')},more,columns\n`)
    out.write(Buffer.concat([Buffer.from(row('b3', 'an')), Uint8Array.of(0xff, 0xfe), Buffer.from('\n')]))
    for (let megabytes = 0; megabytes < 50; megabytes++) out.write('x'.repeat(1_000_000))
    out.end(`\n${row('b5', 'bob')}\n`)
    await finished(out)
    const { rows, added, rejected, rejectsByReason, lines } = await rejectsOf(file, 'sheet')
    expect({ rows, added, rejected }).toEqual({ rows: 5, added: 2, rejected: 3 })
    expect(rejectsByReason).toEqual({
      '16 columns where the header has 14': 1,
      'not valid UTF-8': 1,
      'longer than 1 MB': 1,
    })
    expect(lines.map((line) => line.split(',', 2).join())).toEqual([
      '3,16 columns where the header has 14',
      '4,not valid UTF-8',
      '5,longer than 1 MB',
    ])
    expect(lines.join('').length).toBeLessThan(3_000)
  })

  it('by a mapping to a column that is not there, in either format, before anything is imported', async () => {
    const sheet = (await readJson(join(folder, 'mappings/sheet.json'))) as { fields: Json }
    for (const format of ['csv', 'jsonl']) {
      const fields = { ...sheet.fields, ageBand: { column: 'age_bnd', type: 'category' } }
      await writeJson(join(folder, 'mappings/wrong.json'), {
        ...sheet,
        name: 'wrong',
        read: { format },
        fields,
      })
      expect(await refuses(join(home, `mentions.${format}`), 'wrong')).toMatch(
        /mentions\.(csv|jsonl): the mapping uses the column "age_bnd", .*; did you mean "age_band"\?/,
      )
    }
  })

  it('by a mapping that is empty, misspelt, misnamed or missing', async () => {
    const file = join(home, 'mentions.csv')
    const mapping = async (content: unknown) => {
      await writeJson(join(folder, 'mappings/wrong.json'), content)
      return refuses(file, 'wrong')
    }
    const sheet = (await readJson(join(folder, 'mappings/sheet.json'))) as Json
    expect(await mapping({})).toMatch(/mappings\/wrong\.json: \/ lacks the field "name"/)
    expect(await mapping({ ...sheet, name: 'wrong', feilds: {} })).toMatch(/unknown field "feilds"/)
    expect(await mapping(sheet)).toMatch(/\/name is "sheet"; it must be "wrong", as the file/)
    expect(await mapping({ ...sheet, name: 'wrong', identity: 'id' })).toMatch(
      /\/identity must be array or object/,
    )
    expect(await refuses(file, 'nothing')).toMatch(/no mapping "nothing"; make mappings\/NAME\.json/)
  })
})

describe('documents', () => {
  const campaignFile = 'campaigns/vans.json'
  const asset = (campaign: Campaign, slot: string) =>
    campaign.slots.find((each) => each.slot === slot)!.assets[0]!

  /** What `check` says of a spoilt campaign. */
  async function campaignRefusal(spoil: (campaign: Campaign) => void): Promise<string> {
    const path = join(folder, campaignFile)
    const campaign = (await readJson(join(workspace, campaignFile))) as Campaign
    spoil(campaign)
    await writeJson(path, campaign)
    return polyadRefuses(folder, ['check', 'vans'])
  }

  async function refusalOf(file: string, content: unknown, ...command: string[]): Promise<string> {
    const path = join(folder, file)
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
    try {
      return await polyadRefuses(folder, command)
    } finally {
      await cp(join(workspace, file), path).catch(() => rm(path))
    }
  }

  beforeAll(async () => {
    await writeFile(join(folder, 'assets/notes.jpg'), 'these are notes')
    const photo = await readFile(join(folder, 'assets/beach.jpg'))
    await writeFile(join(folder, 'assets/cut.jpg'), photo.subarray(0, photo.length / 2))
  })
  afterAll(async () => {
    await cp(join(workspace, campaignFile), join(folder, campaignFile))
    await expectNothingHalfWritten(folder)
  })

  const cases: [what: string, spoil: (campaign: Campaign) => void, told: RegExp][] = [
    [
      'no segment',
      (c) => {
        c.segments = []
      },
      /\/segments must have at least 1 item/,
    ],
    [
      'a segment that is not there',
      (c) => {
        c.segments = ['asks-about-prise']
      },
      /no segment "asks-about-prise"; write segments\/asks-about-prise\.json/,
    ],
    [
      'an unknown field',
      (c) => {
        c['budgets'] = 1
      },
      /\/ has an unknown field "budgets"; remove it or mend its spelling/,
    ],
    [
      'an unknown field of an asset',
      (c) => {
        asset(c, 'headline')['texts'] = {}
      },
      /\/slots\/0\/assets\/0 has an unknown field "texts"/,
    ],
    [
      'an asset whose file is missing',
      (c) => {
        asset(c, 'photo')['file'] = 'assets/none.jpg'
      },
      /\/slots\/1\/assets\/0\/file: there is no file assets\/none\.jpg; put the picture there/,
    ],
    [
      'a picture that is none',
      (c) => {
        asset(c, 'photo')['file'] = 'assets/notes.jpg'
      },
      /\/slots\/1\/assets\/0\/file: assets\/notes\.jpg cannot be used as a picture: it is not a picture; give/,
    ],
    [
      'a picture that is cut off',
      (c) => {
        asset(c, 'photo')['file'] = 'assets/cut.jpg'
      },
      /\/slots\/1\/assets\/0\/file: assets\/cut\.jpg cannot be used as a picture: it is damaged/,
    ],
    [
      'a path out of the workspace',
      (c) => {
        asset(c, 'photo')['file'] = '../../../../etc/passwd'
      },
      /\/slots\/1\/assets\/0\/file: \.\.\/.*it lies outside the workspace; copy it into assets\//,
    ],
    [
      'one asset id twice',
      (c) => {
        c.slots[0]!.assets.push(asset(c, 'headline'))
      },
      /\/slots\/0\/assets\/3\/id "road-is-calling" is there twice/,
    ],
    [
      'an unknown placement',
      (c) => {
        c.placements = ['iab-300x25']
      },
      /\/placements\/0 there is no placement "iab-300x25" \(did you mean "iab-300x250"\?\)/,
    ],
    [
      'a locale that is none',
      (c) => {
        c.locales = ['english']
      },
      /\/locales\/0 "english" is not a locale such as en-US/,
    ],
    [
      'a negative budget',
      (c) => {
        c.budget.total.amountMicros = -1
      },
      /\/budget\/total\/amountMicros must be >= 0/,
    ],
    [
      'an unknown helper',
      (c) => {
        asset(c, 'headline')['text'] = { en: 'Hi\n{{shout state}}' }
      },
      /\(headline\/road-is-calling, en-US\): line 2, column 1: there is no helper "shout"; use one of/,
    ],
    [
      'copy with a misspelt attribute',
      (c) => {
        asset(c, 'headline')['text'] = { en: '{{fallback intrest "x"}}' }
      },
      /there is no attribute of people "intrest"; did you mean "interest"\?/,
    ],
    [
      'copy with a block that is not closed',
      (c) => {
        asset(c, 'headline')['text'] = { en: '{{#if state}}here' }
      },
      /it ends inside a {{ }} or a block; close what is open/,
    ],
    [
      'a rule on an unknown attribute',
      (c) => {
        c.slots[0]!.assets[1]!['when'] = { stat: 'CA' }
      },
      /\/slots\/0\/assets\/1\/when .*\/stat there is no attribute "stat"; did you mean "state"\?/,
    ],
    [
      'a template that is not there',
      (c) => {
        c.template = 'photo-baner'
      },
      /no template "photo-baner"; campaigns\/vans\.json: \/template names it; there are photo-banner/,
    ],
    [
      'a landing page that is a script',
      (c) => {
        c['landingUrl'] = 'javascript:alert(1)'
      },
      /\/landingUrl "javascript:alert\(1\)" is not an http or https address/,
    ],
  ]

  it.each(cases)('a campaign with %s', async (_what, spoil, told) => {
    const refusal = await campaignRefusal(spoil)
    expect(refusal).toMatch(/^polyad: /)
    expect(refusal).toMatch(told)
  })

  it('a campaign of broken JSON, with line and column', async () => {
    const text = '{\n  "name": "vans",\n  "title": oops\n}'
    expect(await refusalOf(campaignFile, text, 'check', 'vans')).toMatch(
      /campaigns\/vans\.json, line 3, column 12: this is not JSON: expected a value but found "o"/,
    )
  })

  it('a rule with a value that nobody has: sized, and told', async () => {
    const file = join(folder, 'segments/typo.json')
    await writeJson(file, { name: 'typo', rule: { state: 'Californa' } })
    try {
      for (const args of [
        ['segments', 'size'],
        ['segments', 'list'],
        ['segments', 'list', '--json'],
      ]) {
        const { status, stderr } = await polyad(folder, args)
        expect({ args, status }).toEqual({ args, status: 0 })
        expect(stderr).toMatch(
          /^segments\/typo\.json: no person has the state "Californa", .*; did you mean "CA"\?\n$/,
        )
      }
    } finally {
      await rm(file)
    }
  })

  it('segments', async () => {
    const told = (document: Json) =>
      refusalOf('segments/cells.json', { name: 'cells', ...document }, 'segments', 'size')
    expect(await told({ rule: { stat: 'CA' } })).toMatch(
      /segments\/cells\.json \/rule: \/stat there is no attribute "stat"; did you mean "state"\?/,
    )
    expect(await told({ rule: { state: 'CA' }, colour: 'red' })).toMatch(/\/ has an unknown field "colour"/)
    expect(await told({ grid: { attributes: ['topics', 'interest'] } })).toMatch(
      /\/grid\/attributes\/0 "topics" is a set; a grid is made of categories and booleans/,
    )
    expect(await told({ grid: { attributes: [] } })).toMatch(/\/grid\/attributes must have at least 1 item/)
    expect(await told({})).toMatch(/\/ lacks the field "rule" or "grid"/)
    expect(await told({ name: 'other', rule: { state: 'CA' } })).toMatch(/it must be "cells", as the file/)
  })

  it('an attribute catalogue', async () => {
    const file = 'segments/attributes.json'
    const catalogue = (await readJson(join(workspace, file))) as { attributes: Json[] }
    const told = (extra: Json) =>
      refusalOf(file, { attributes: [...catalogue.attributes, extra] }, 'segments', 'size')
    const religion = { name: 'religion', label: 'Religion', dimension: 'psychographic', type: 'category' }
    const from = { scope: 'person', from: { field: 'religion', aggregate: 'top' } }
    expect(await told({ ...religion, ...from })).toMatch(
      /"religion" tells of religion: it cannot become a segment/,
    )
    expect(await told({ ...religion, ...from, lable: 'x' })).toMatch(/has an unknown field "lable"/)
  })

  it('templates', async () => {
    const library = new URL('../../templates/library/photo-banner/template.json', import.meta.url)
    const text = await readFile(library, 'utf8')
    const template = JSON.parse(text) as { layers: Json[] }
    await cp(join(folder, 'assets'), join(folder, 'templates/photo-banner'), { recursive: true })
    const told = (document: unknown) =>
      refusalOf('templates/photo-banner/template.json', document, 'check', 'vans')
    await cp(join(workspace, campaignFile), join(folder, campaignFile))
    expect(await told({ ...template, colour: 1 })).toMatch(/template\.json: \/ has an unknown field "colour"/)
    expect(await told({ ...template, name: 'banner' })).toMatch(/it must be "photo-banner", as the file/)
    const layers = [{ ...template.layers[0], kind: 'video' }, ...template.layers.slice(1)]
    expect(await told({ ...template, layers })).toMatch(/\/layers\/0\/kind must be one of image, shape, text/)
    expect(await told('{ "name": ')).toMatch(/template\.json, line 1, column 11: this is not JSON/)
  })

  it('a workspace', async () => {
    const told = (content: unknown) => refusalOf('polyad.json', content, 'segments', 'size')
    expect(await told({ polyad: '1' })).toMatch(/polyad\.json: .*\/polyad must be 1; mend it/)
    expect(await told({ polyad: 2 })).toMatch(
      /has layout version 2, and this program knows 1; install a newer/,
    )
    expect(await told({ polyad: 1, kfloor: 3 })).toMatch(/unknown field "kfloor"/)
    expect(await polyadRefuses(home, ['check', 'vans'])).toMatch(
      /it has no polyad\.json; run "polyad init" to make one, or name another folder with --workspace/,
    )
    expect(await polyadRefuses(home, ['init', 'mentions.csv'])).toMatch(/a file of that name is in the way/)
    expect(await polyadRefuses(home, ['init', 'brand'])).toMatch(/the folder is not empty; name a new one/)
  })
})

describe('requests', () => {
  let server: Served
  let served: string
  beforeAll(async () => {
    served = await copyOf(workspace)
    expect((await polyad(served, ['check', 'vans', '--apply'])).status).toBe(0)
    server = await polyadServe(served)
  })
  afterAll(async () => {
    expect(await server?.stop()).toBe(0)
    await removeFolder(served)
  })

  const post = (path: string, body: string, type = 'application/json') =>
    fetch(`${server.url}${path}`, { method: 'POST', headers: { 'content-type': type }, body })

  async function expectProblem(response: Response, status: number, told: RegExp): Promise<void> {
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    const problem = (await response.json()) as { status: number; detail: string }
    expect(problem).toMatchObject({ status })
    expect(response.status).toBe(status)
    expect(problem.detail).toMatch(told)
    expect(JSON.stringify(problem)).not.toMatch(/\bat .*\.(js|ts):\d/)
  }

  it('of 10 MB', async () => {
    // By node:http, which reads the answer also when the server stops reading the body.
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request(`${server.url}/v1/decisions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': 10_000_000 },
      })
      asked.once('response', (response) => {
        resolve(response.statusCode)
        asked.destroy()
      })
      asked.once('error', reject)
      asked.write(`"${'x'.repeat(100_000)}`)
    })
    expect(status).toBe(413)
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  })

  it('that are no JSON, of another type, with an unknown field or for nothing there is', async () => {
    const decide = (body: unknown) => post('/v1/decisions', JSON.stringify(body))
    await expectProblem(await post('/v1/decisions', '{"placement": '), 400, /JSON/)
    await expectProblem(await post('/v1/decisions', '<x/>', 'text/xml'), 415, /application\/json/)
    await expectProblem(await decide({ placement: 'iab-300x250', persn: 'x' }), 400, /persn/)
    await expectProblem(await decide({ placement: 'nowhere' }), 404, /nowhere/)
    await expectProblem(await fetch(`${server.url}/v1/ad-units/not-an-id.json`), 404, /not an ad unit id/)
    await expectProblem(await fetch(`${server.url}/v1/campaigns/none/report`), 404, /no campaign "none"/)
  })

  it('with a forged token: not found; with an expired one: still to the landing page it names', async () => {
    const decide = async (person: string) =>
      (await (
        await post('/v1/decisions', JSON.stringify({ placement: 'iab-300x250', campaign: 'vans', person }))
      ).json()) as { click: string | null }
    const answers = await Promise.all(['x', 'y', 'z'].map(decide))
    // One person in fifty is in the holdout, whose house ad has no click.
    const answer = answers.find(({ click }) => click !== null)!
    const click = (token: string) => fetch(`${server.url}/t/c/${token}`, { redirect: 'manual' })
    const token = answer.click!.split('/').at(-1)!
    expect((await click(token)).status).toBe(302)
    const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    await expectProblem(await click(forged), 404, /this link was not made here/)

    const tokenKey = Buffer.from((await readFile(join(served, 'keys/token.key'), 'utf8')).trim(), 'hex')
    const landingUrl = 'https://driftpine.example/vans'
    const past = { decision: 'd', campaign: 'vans', adUnit: 'u', landingUrl, issuedMs: 1, expiresMs: 2 }
    const late = await click(signToken(tokenKey, past))
    expect(late.status).toBe(302)
    expect(late.headers.get('location')).toBe(landingUrl)
  })

  it('to serve where it may not: without keys on this machine alone, and nothing is left behind', async () => {
    const refusal = await polyadRefuses(folder, ['serve', '--host', '0.0.0.0', '--port', '0'])
    expect(refusal).toMatch(
      /without keys .* make a key with "polyad keys add --role admin", or use 127\.0\.0\.1/,
    )
    expect(await polyadRefuses(folder, ['serve', '--port', '70000'])).toMatch(
      /--port: "70000" is not a whole/,
    )
    expect(await polyadRefuses(folder, ['serve', '--public-url', 'shop'])).toMatch(
      /--public-url: "shop" is not/,
    )
    expect(await readdir(folder)).toContain('polyad.json')
    await expectNothingHalfWritten(folder)
  })
})
