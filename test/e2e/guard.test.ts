import { existsSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDoor } from '../../core/schema.ts'
import { createStream, type Stream } from '../../core/stream.ts'
import { type CampaignGuard, CampaignGuardSchema } from '../../engine/guard/experiment/guard-campaign.ts'
import { type GuardReport, GuardReportSchema } from '../../engine/guard/experiment/guard-report.ts'
import type { DecisionRecord, LogRecord } from '../../engine/tracking/record.ts'
import { openEventLog } from '../../store/embedded/event-log.ts'
import {
  expectNothingHalfWritten,
  polyad,
  polyadJson,
  polyadProcess,
  polyadRefuses,
  polyadServe,
  readJson,
  removeFolder,
  writeJson,
} from './polyad.ts'

const asReport = createDoor('report', GuardReportSchema)
const NAMES = ['--treatment', 'mail', '--outcome', 'visit', '--segments', 'city,age']

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'polyad-guard-'))
})
afterAll(async () => {
  await expectNothingHalfWritten(home)
  await removeFolder(home)
})

async function write(name: string, text: string): Promise<string> {
  await writeFile(join(home, name), text)
  return join(home, name)
}

/** Womens mail works in Linz, mens elsewhere; ages tell nothing. */
function people(count: number): string[] {
  const stream = createStream('people')
  return Array.from({ length: count }, (_, at) => {
    const city = ['Linz', 'Graz', 'Wels'][stream.integer(3)]!
    const mail = stream.next() < 0.5 ? 'mens' : 'womens'
    const rate = city === 'Linz' ? (mail === 'womens' ? 0.32 : 0.14) : mail === 'mens' ? 0.26 : 0.18
    return `p${at},${mail},${Number(stream.next() < rate)},${city},${18 + stream.integer(40)}`
  })
}

const HEADER = 'person,mail,visit,city,age'

describe('polyad guard TABLE', () => {
  it('answers for a table alone, in any folder: a page, JSON and a chart', async () => {
    const table = await write('people.csv', `${HEADER}\n${people(4_000).join('\n')}\n`)
    const args = ['guard', table, ...NAMES.slice(0, -1), 'city,age:bins=30/40', '--person', 'person']
    const page = await polyadProcess(home, [...args, '--chart', 'gain.svg'])
    expect(page).toMatchObject({ status: 0, stderr: '' })
    expect(page.stdout).toMatch(/^SPLIT: Split by city: held out/)
    expect(page.stdout).toMatch(/\nLinz +1,\d+ .* womens /)
    expect(await sharp(join(home, 'gain.svg')).metadata()).toMatchObject({ format: 'svg', width: 880 })
    const jsonOf = (...more: string[]) => polyadJson<GuardReport>(home, [...args, ...more])
    const report = asReport(await jsonOf(), 'stdout')
    expect(report).toMatchObject({ verdict: 'SPLIT', columns: ['city'] })
    expect(report.candidates.map(({ columns }) => columns.join())).toEqual(['age', 'city', 'city,age'])
    expect(await jsonOf()).toEqual(report)
    const chosen = await jsonOf('--candidates', 'age', '--baseline', 'womens')
    expect(chosen.candidates).toHaveLength(1)
    expect(chosen.experiment).toMatchObject({ broadArm: 'womens', broadArmNamed: true })
  })

  it('says that data cannot be read, and never a confident number', async () => {
    const rows = people(1_000)
    const verdictOf = async (text: string, ...more: string[]) => {
      const args = ['guard', await write('unreadable.csv', text), ...NAMES, ...more]
      const report = asReport(await polyadJson(home, args), 'stdout')
      expect(report).toMatchObject({ verdict: 'UNREADABLE', gain: null, candidates: [], actions: [] })
      return report.reasons[0]!.code
    }
    const table = (lines: readonly string[]) => `${HEADER}\n${lines.join('\n')}\n`
    expect(await verdictOf(table([...rows, rows[0]!]), '--person', 'person')).toBe('DUPLICATE_PEOPLE')
    expect(await verdictOf(table(rows.map((row) => row.replace('womens', 'mens'))))).toBe('ONE_ARM')
    expect(await verdictOf(table(rows.map((row) => row.replace(/,[01],/, ',1,'))))).toBe('CONSTANT_OUTCOME')
    expect(await verdictOf(table(rows), '--shares', 'mens=0.9,womens=0.1')).toBe('SAMPLE_RATIO')
    expect(await verdictOf(table(rows), '--delivered')).toBe('DELIVERY_OPTIMISED')
    const many = Array.from(
      { length: 10_000 },
      (_, at) => `p,${at % 2 ? 'mens' : 'womens'},${at % 3 ? 0 : 1},c${at},1`,
    )
    expect(await verdictOf(table(many))).toBe('TOO_MANY_VALUES')
    const halves = rows.map((row) => `${row},0.4`)
    expect(await verdictOf(`${HEADER},p\n${halves.join('\n')}\n`, '--propensity', 'p')).toBe('PROPENSITY_SUM')
    const sums = 'mail,visit,city,age,n\nmens,10.5,x,1,100\nwomens,12,x,1,100\n'
    expect(await verdictOf(sums, '--count', 'n')).toBe('SPREAD_UNKNOWN')
    expect(
      (await polyad(home, ['guard', 'unreadable.csv', ...NAMES, '--count', 'n', '--chart', 'none.svg']))
        .stderr,
    ).toMatch(/none\.svg was not written: nothing was judged/)
    expect(existsSync(join(home, 'none.svg'))).toBe(false)
  })

  it('refuses bad rows and misspelt columns with exit 2', async () => {
    const refuses = async (text: string, ...more: string[]) =>
      polyadRefuses(home, ['guard', await write('bad.csv', text), ...NAMES, ...more])
    const good = `${HEADER}\np,mens,1,Linz,20\nq,womens,0,Graz,30\n`
    expect(await refuses(good, '--treatment', 'mails')).toMatch(
      /--treatment: "mails" is no column .*did you mean "mail"/,
    )
    expect(await refuses(`${good}r,mens,12€,Linz,20\n`)).toMatch(
      /bad\.csv: line 4, "visit": "12€" is not a plain number/,
    )
    expect(await refuses(`${good}r,mens,-2,Linz,20\n`)).toMatch(/line 4, "visit": "-2" is a negative count/)
    expect(await refuses(`${good}r,mens\n`)).toMatch(/line 4, 2 columns where the header has 5/)
    expect(await refuses('')).toMatch(/it is empty/)
    expect(await refuses(`${HEADER}\n`)).toMatch(/it has no rows/)
    expect(await refuses(good, '--propensity', 'age', '--segments', 'city')).toMatch(/"20" is no probability/)
    expect(await refuses(good, '--segments', 'mail')).toMatch(/"mail" is named by --treatment too/)
    expect(await refuses(good, '--count', 'visit')).toMatch(/"visit" is named by/)
  })

  it('refuses options that make no sense', async () => {
    const table = await write('fine.csv', `${HEADER}\np,mens,1,Linz,20\nq,womens,0,Graz,30\n`)
    const refuses = (...more: string[]) => polyadRefuses(home, ['guard', table, ...NAMES, ...more])
    expect(await refuses('--candidates', 'city;ages')).toMatch(
      /--candidates: "ages" is not among .*did you mean "age"/,
    )
    expect(await refuses('--shares', 'mens=0.5,womens=0.4')).toMatch(/--shares: they sum to 0.9, not 1/)
    expect(await refuses('--worthwhile', 'much')).toMatch(/--worthwhile: "much" is no amount/)
    expect(await refuses('--cost-per-segment', '100')).toMatch(/--cost-per-segment: .* add --value/)
    expect(await refuses('--segments', 'age:bins=30/20')).toMatch(
      /has no rising edges; write them as age:bins/,
    )
    expect(await refuses('--currency', 'dollars')).toMatch(/--currency: "dollars" is no currency/)
    expect(await refuses('--kind', 'rate')).toMatch(/Allowed choices are binary, count, money/)
    expect(await refuses('--campaign', 'summer')).toMatch(/a table and --campaign are two experiments/)
    expect(await polyadRefuses(home, ['guard'])).toMatch(
      /there is nothing to judge; name one: polyad guard TABLE/,
    )
    expect(await polyadRefuses(home, ['guard', table, '--treatment', 'mail'])).toMatch(/--outcome: is needed/)
    expect(await polyadRefuses(home, ['guard', '--campaign', 'x', '--segments', 'y'])).toMatch(
      /--segments: is of tables/,
    )
  })
})

const hillstrom = fileURLToPath(
  new URL('../../../shared/data/hillstrom_email/hillstrom_half.csv', import.meta.url),
)
const missing = !existsSync(hillstrom)
const needs = missing ? ' (skipped: ../shared/data/hillstrom_email is not here)' : ''

describe.skipIf(missing)(`polyad guard on a real mailing${needs}`, () => {
  it('does not believe the finest split, which looks best', async () => {
    const report = asReport(
      await polyadJson<unknown>(home, [
        'guard',
        hillstrom,
        ...['--treatment', 'treatment', '--outcome', 'visit'],
        ...['--segments', 'newbie,zip_code,channel,history_segment', '--max-candidates', '12'],
      ]),
      'stdout',
    )
    expect(report.verdict).toMatch(/^(BROAD|KEEP-TESTING)$/)
    expect(report.experiment).toMatchObject({ people: 32_000, kind: 'binary', broadArm: 'Mens E-Mail' })
    expect(report.assignment?.broken).toBe(false)
    const finest = report.candidates.at(-1)!
    expect(finest.segments).toBeGreaterThan(50)
    expect(finest.inSampleGain).toBeGreaterThan(0.005)
    expect(finest.heldOutGain.value).toBeLessThan(0)
  })
})

describe('polyad guard --campaign', () => {
  let workspace: string

  beforeAll(async () => {
    expect(await polyad(home, ['init', 'brand'])).toMatchObject({ status: 0 })
    workspace = join(home, 'brand')
    const file = join(workspace, 'campaigns/open-road.json')
    await writeJson(file, { ...((await readJson(file)) as object), broadControlShare: 0.5 })
    const log = await openEventLog(workspace)
    await log.append(visits(3_000))
    await log.close()
  })

  /** Decisions, and clicks: narrow pays on the west coast, and loses in Texas. */
  function visits(count: number): LogRecord[] {
    const stream = createStream('visits')
    return Array.from({ length: count }, (_, at) => visit(at, stream)).flat()
  }

  function visit(at: number, stream: Stream): LogRecord[] {
    const state = ['CA', 'TX'][stream.integer(2)]!
    const isNarrow = stream.next() < 0.5
    const leaf = `usa/731/${state}/25-34`
    const decision: DecisionRecord = {
      v: 1,
      type: 'decision',
      id: `d${String(at).padStart(25, '0')}`,
      atMs: Date.UTC(2026, 5, 2),
      campaign: 'open-road',
      revision: 1,
      planHash: '',
      person: at.toString(16).padStart(32, '0'),
      leaf,
      arm: isNarrow ? 'narrow' : 'broad-control',
      propensity: { arm: 0.49, slots: {} },
      weightsVersion: 1,
      segment: isNarrow ? leaf : 'broad',
      locale: 'en-US',
      placement: 'iab-300x250',
      adUnit: 'u',
      simulated: true,
    }
    const rate = isNarrow ? (state === 'CA' ? 0.75 : 0.1) : 0.4
    if (stream.next() >= rate) return [decision]
    const { id, adUnit, campaign, atMs } = decision
    const event = {
      v: 1,
      id: `e${at}`,
      decision: id,
      adUnit,
      campaign,
      atMs,
      valueMicros: null,
      late: false,
    } as const
    return [decision, { ...event, type: 'click' }]
  }

  it('judges its own logs: the same from its store and from a running server', {
    timeout: 60_000,
  }, async () => {
    const ask = ['guard', '--campaign', 'open-road']
    const alone = await polyadJson<CampaignGuard>(workspace, ask)
    expect(createDoor('guard', CampaignGuardSchema)(alone, 'stdout')).toMatchObject({
      verdict: 'SPLIT',
      campaign: 'open-road',
      simulated: true,
      currency: 'USD',
      experiment: { people: 3_000, broadArm: 'broad-control', propensities: 'shares' },
    })
    const server = await polyadServe(workspace)
    try {
      expect(await polyadJson(workspace, ask)).toEqual(alone)
      const { stdout } = await polyad(workspace, [...ask, '--chart', 'campaign.svg', '--worthwhile', '10%'])
      expect(stdout).toContain('SIMULATED TRAFFIC: nobody saw these ads.')
      expect(stdout).toMatch(/Narrow loses in: .*Texas/)
      expect(await readFile(join(workspace, 'campaign.svg'), 'utf8')).toMatch(/^<svg /)
      expect(await polyadRefuses(workspace, ['guard', '--campaign', 'none'])).toMatch(/no campaign "none"/)
    } finally {
      await server.stop()
    }
    const empty = await polyadJson<CampaignGuard>(workspace, [...ask, '--from', '2027-01-01'])
    expect(empty).toMatchObject({ verdict: 'UNREADABLE', from: '2027-01-01' })
    expect(await polyadRefuses(workspace, [...ask, '--outcome', 'clicks'])).toMatch(/use goal or value/)
  })
})
