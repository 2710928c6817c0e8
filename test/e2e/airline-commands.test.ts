import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckReport } from '../../engine/guard/check-report.ts'
import type { Report } from '../../engine/reporting/report.ts'
import { polyad, polyadJson, polyadRefuses, polyadServe, removeFolder, type Served } from './polyad.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tweets = join(root, '../shared/data/airline_tweets/tweets.csv')
const missing = !existsSync(tweets)
const needs = missing ? ' (skipped: ../shared/data/airline_tweets is not here)' : ''

describe.skipIf(missing)(`the airline workspace, by the commands of its README${needs}`, () => {
  let folder: string
  let server: Served | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyad-airline-'))
    await cp(join(root, 'examples/airline'), folder, { recursive: true })
  })
  afterAll(async () => {
    await server?.stop()
    await removeFolder(folder)
  })

  it('takes the tweets in, and sizes segments of them', async () => {
    const imported = await polyadJson(folder, ['import', tweets, '--mapping', 'tweets'])
    expect(imported).toMatchObject({ rows: 11_712, added: 11_618, duplicates: 94, rejected: 0 })
    const sizes = await polyadJson<{ id: string; people: number }[]>(folder, ['segments', 'size'])
    const people = new Map(sizes.map(({ id, people }) => [id, people]))
    expect(people.get('broad')).toBe(6_719)
    expect(people.get('negative-about-united')).toBe(1_253)
  })

  it('refuses the campaign as written, and rolls it up', async () => {
    expect(await polyadRefuses(folder, ['check', 'night-train'], 3)).toMatch(/night-train@1/)
    await polyadRefuses(folder, ['generate', 'night-train', '--out', 'ads.jsonl'], 3)
    expect(existsSync(join(folder, 'ads.jsonl'))).toBe(false)
    const report = await polyadJson<CheckReport>(folder, ['check', 'night-train', '--apply'])
    expect(report).toMatchObject({ verdict: 'passed', revision: 2, before: { starvedLeaves: 0 } })
  })

  it('writes every ad unit once, none with an airline in its copy', async () => {
    const generated = await polyadJson<{ adUnits: string }>(folder, [
      'generate',
      'night-train',
      '--out',
      'ads.csv',
    ])
    const rows = parse(await readFile(join(folder, 'ads.csv')), { columns: true }) as Record<string, string>[]
    expect(String(rows.length)).toBe(generated.adUnits)
    expect(rows.length).toBeGreaterThan(5000)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    const copy = rows.flatMap((row) => [row['slots.headline']!, row['slots.offer']!, row['slots.cta']!])
    expect(copy.filter((text) => /United|US Airways|American|Southwest|Delta|Virgin/.test(text))).toEqual([])
  })

  it('draws the same pictures again', async () => {
    for (const file of ['a.zip', 'b.zip']) {
      const sample = ['--sample', '6', '--seed', '1']
      expect((await polyad(folder, ['render', 'night-train', '--out', file, ...sample])).status).toBe(0)
    }
    const [a, b] = await Promise.all(['a.zip', 'b.zip'].map((name) => readFile(join(folder, name))))
    expect(a!.equals(b!)).toBe(true)
  })

  it('serves people of the tweets, counts what they do, and reports it', { timeout: 60_000 }, async () => {
    server = await polyadServe(folder)
    const names = new Set(
      (parse(await readFile(tweets), { columns: true }) as { name: string }[]).map(({ name }) =>
        name.toLowerCase(),
      ),
    )
    const people = [...names].slice(0, 400)
    const arms = new Map<string, number>()
    const events: { token: string; type: string }[] = []
    for (const person of people) {
      const decision = (await post('/v1/decisions?explain=true', {
        placement: 'iab-300x250',
        person,
        consent: { personalise: true },
      })) as { impression: string; explain: { arm: string } }
      arms.set(decision.explain.arm, (arms.get(decision.explain.arm) ?? 0) + 1)
      const token = decision.impression.slice(decision.impression.lastIndexOf('/') + 1)
      events.push({ token, type: 'impression' })
      if (events.length % 5 === 0) events.push({ token, type: 'click' })
    }
    expect(arms.get('narrow')).toBeGreaterThan(100)
    expect(await post('/v1/events', { events })).toMatchObject({ accepted: events.length, refused: [] })
    // A repeat is the same event.
    await post('/v1/events', { events: events.slice(0, 50) })

    const served = await polyadJson<Report>(folder, ['report', 'night-train', '--by', 'headline'])
    expect(await server.stop()).toBe(0)
    server = undefined
    const afterwards = await polyadJson<Report>(folder, ['report', 'night-train', '--by', 'headline'])
    expect(afterwards).toEqual(served)
    expect(served.simulated).toBe(false)
    expect(served.comparison.enough).toBe(false)
    // Arms of fewer people than the k floor are in no number of the report.
    const shown = [...arms].filter(([, people]) => people >= 50)
    expect(served.totals.people).toBe(shown.reduce((sum, [, people]) => sum + people, 0))
    expect(served.totals.impressions).toBe(served.totals.people)
  })

  async function post(path: string, body: object): Promise<unknown> {
    const response = await fetch(`${server!.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(200)
    return response.json()
  }
})
