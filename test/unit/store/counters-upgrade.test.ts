import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCounters } from '../../../store/embedded/counters.ts'
import { openDatabase } from '../../../store/embedded/database.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-upgrade-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('a database of before record version 2 keeps its counts and takes what is new', async () => {
  const old = await openDatabase(folder)
  await old.transaction([
    {
      sql: `CREATE TABLE decisions (id VARCHAR, at_ms BIGINT, campaign VARCHAR, revision BIGINT, person VARCHAR,
        leaf VARCHAR, arm VARCHAR, segment VARCHAR, locale VARCHAR, placement VARCHAR, ad_unit VARCHAR,
        simulated BOOLEAN, PRIMARY KEY (id))`,
    },
    {
      sql: `CREATE TABLE events (id VARCHAR, decision VARCHAR, type VARCHAR, campaign VARCHAR, at_ms BIGINT,
        value_micros BIGINT, late BOOLEAN, PRIMARY KEY (id))`,
    },
    { sql: 'CREATE TABLE loader (position BIGINT)' },
    { sql: 'INSERT INTO loader VALUES (77)' },
    {
      into: 'decisions',
      rows: [['d', 0, 'spring', 1, 'ann', null, 'broad', 'broad', 'en', 'p', 'u', false]],
    },
    {
      into: 'events',
      rows: [
        ['i', 'd', 'impression', 'spring', 5, null, false],
        ['c', 'd', 'click', 'spring', 6, null, false],
      ],
    },
  ])
  await old.close()

  const query = { campaign: 'spring', timeZone: 'UTC' }
  const first = await openCounters(folder)
  expect(await first.position()).toBe(77)
  expect(await first.rows(query)).toMatchObject([
    { impressions: 1, clicks: 1, viewable: 0, chargedMicros: 0 },
  ])
  await first.load(
    [
      {
        v: 2,
        type: 'viewable',
        id: 'v',
        decision: 'd',
        adUnit: 'u',
        campaign: 'spring',
        atMs: 1_000,
        valueMicros: null,
        late: false,
        via: 'page',
        filtered: null,
      },
    ],
    78,
  )
  await first.close()
  const second = await openCounters(folder)
  expect(await second.rows(query)).toMatchObject([{ impressions: 1, clicks: 1, viewable: 1 }])
  await second.close()
})
