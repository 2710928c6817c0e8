import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import type { LogRecord } from '../../engine/tracking/record.ts'
import { openEventLog } from '../../store/embedded/event-log.ts'
import {
  expectNothingHalfWritten,
  makeWorkspace,
  polyad,
  polyadJson,
  polyadProcess,
  polyadRefuses,
  polyadServe,
  removeFolder,
  type Served,
} from './polyad.ts'

type Row = Record<string, string>

describe('polyad events export', () => {
  let home: string
  let workspace: string
  let server: Served | undefined

  beforeAll(async () => {
    ;({ home, workspace } = await makeWorkspace())
    expect((await polyad(workspace, ['check', 'vans', '--override', 'a test of exports'])).status).toBe(0)
  })
  afterAll(async () => {
    await server?.stop()
    await removeFolder(home)
  })

  const post = async <T>(path: string, body: object): Promise<T> => {
    const response = await fetch(`${server!.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(200)
    return (await response.json()) as T
  }
  const exportTo = (file: string, ...more: string[]) =>
    polyadJson<{ decisions: number; format: string }>(workspace, ['events', 'export', '--out', file, ...more])
  const csvRows = async (file: string): Promise<Row[]> =>
    parse(await readFile(join(workspace, file)), { columns: true })
  const parquetRows = async (file: string): Promise<Row[]> => {
    const instance = await DuckDBInstance.create(':memory:', { autoload_known_extensions: 'false' })
    const connection = await instance.connect()
    const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet('${join(workspace, file)}')`)
    const rows = reader.getRowObjectsJS()
    connection.closeSync()
    instance.closeSync()
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, String(cell ?? '')])),
    )
  }
  /** The hash of a person differs from export to export; which rows are of one person does not. */
  const withoutHash = (rows: readonly Row[]) => {
    const people = [...new Set(rows.map(({ person }) => person))]
    return rows.map((row) => ({ ...row, person: String(people.indexOf(row.person)) }))
  }

  it('goes through a running server: both formats hold the same rows', async () => {
    server = await polyadServe(workspace)
    for (let at = 0; at < 30; at++) {
      const answer = await post<DecisionAnswer>('/v1/decisions', {
        placement: 'iab-300x250',
        languages: ['en'],
        person: `twitter:visitor-${at % 10}`,
        consent: { personalise: true },
      })
      const token = answer.impression.slice(answer.impression.lastIndexOf('/') + 1)
      const types = ['impression', 'click', 'conversion'].slice(0, at % 4)
      const events = types.map((type) => ({ token, type, ...(type === 'conversion' && { valueMicros: at }) }))
      if (events.length > 0) await post('/v1/events', { events: [...events, events[0]] })
    }
    expect(await exportTo('served.csv')).toMatchObject({ decisions: 30, format: 'csv' })
    expect(await exportTo('served.parquet')).toMatchObject({ decisions: 30, format: 'parquet' })
    const rows = await csvRows('served.csv')
    expect(rows).toHaveLength(30)
    expect(withoutHash(await parquetRows('served.parquet'))).toEqual(withoutHash(rows))
    expect(
      await polyadRefuses(workspace, ['events', 'export', '--out', 'x', '--campaign', 'none']),
    ).toContain('there is no campaign "none"')
  })

  it('is the same without the server, and a recount of the log', async () => {
    await server!.stop()
    server = undefined
    expect(await exportTo('own.csv', '--campaign', 'vans', '--with-person')).toMatchObject({ decisions: 30 })
    const byProcess = ['events', 'export', '--out', 'own.parquet', '--with-person']
    expect(await polyadProcess(workspace, byProcess)).toMatchObject({ status: 0 })
    const rows = await csvRows('own.csv')
    expect(await parquetRows('own.parquet')).toEqual(rows)
    expect(withoutHash(rows)).toEqual(withoutHash(await csvRows('served.csv')))

    const log = await openEventLog(workspace)
    const records: LogRecord[] = []
    for await (const batch of log.read(0)) records.push(...batch.records)
    await log.close()
    const events = new Map(
      records.flatMap((each) => (each.type === 'decision' ? [] : [[each.id, each] as const])),
    )
    const made = records.filter((each) => each.type === 'decision')
    expect(rows).toHaveLength(made.length)
    for (const [at, { id, person, propensity, arm }] of made.entries()) {
      const own = [...events.values()].filter(({ decision }) => decision === id)
      const of = (type: string) => own.filter((each) => each.type === type)
      expect(rows[at]).toMatchObject({
        decision: id,
        person: person ?? '',
        arm,
        arm_propensity: String(propensity.arm),
        // The house ad of the holdout has no slots.
        propensity_headline: String(propensity.slots.headline ?? ''),
        impressions: String(of('impression').length),
        clicks: String(of('click').length),
        conversions: String(of('conversion').length),
        value_micros: String(of('conversion')[0]?.valueMicros ?? 0),
      })
    }
    expect(new Set(rows.map(({ person }) => person)).size).toBe(10)
    await expectNothingHalfWritten(workspace)
  })

  it.each([
    [['--out', 'x.csv', '--from', 'june'], /export: from: "june" is not a day; write it as YYYY-MM-DD/],
    [['--out', 'nowhere/x.csv'], /cannot write nowhere\/x.csv: there is no folder nowhere/],
    [['--out', 'x.parqet'], /its ending .parqet is neither .csv nor .parquet; name it so, or say --format/],
    [[], /required option '--out <file>' not specified/],
  ])('refuses %j', async (args, problem) => {
    expect(await polyadRefuses(workspace, ['events', 'export', ...args])).toMatch(problem)
  })
})
