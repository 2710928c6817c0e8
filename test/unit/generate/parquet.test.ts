import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { type GenerateRequest, generateCampaign } from '../../../engine/generate/generate.ts'
import { type GenerateOptions, generateRange } from '../../../engine/generate/generate-range.ts'
import { snappyCompress } from '../../../engine/generate/parquet/snappy.ts'
import type { Jobs } from '../../../engine/ports/jobs.ts'
import { createSpace } from '../../../engine/space/space.ts'
import { arbitraryPlan } from '../space/arbitrary-plan.ts'
import { COPY, segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'
import { snappyExpand } from './snappy-expand.ts'

let folder: string
let database: DuckDBConnection

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-parquet-'))
  database = await (await DuckDBInstance.create(':memory:')).connect()
})
afterAll(async () => {
  database.closeSync()
  await rm(folder, { recursive: true })
})

async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
  return (await database.runAndReadAll(sql)).getRowObjectsJson()
}

let written = 0

/** Writes a selection in both formats; their paths. */
async function writeBoth(plan: Plan, selection: Partial<GenerateRequest> = {}) {
  const jobs: Jobs = {
    async *run(given) {
      for (const job of given) {
        const [from, to] = [BigInt(job.fromRank), BigInt(job.toRank)]
        const bytes = generateRange(plan, from, to, job.options as unknown as GenerateOptions)
        yield { job, bytes, units: Number(to - from) }
      }
    },
    close: async () => {},
  }
  const write = async (format: 'jsonl' | 'parquet'): Promise<string> => {
    const parts: Uint8Array[] = []
    const request = { plan, planHash: 'hash', format, ...selection }
    for await (const part of generateCampaign({ jobs }, request)) parts.push(part)
    // A path of its own each time: DuckDB keeps parts of files, and tells a new file of the same moment by nothing.
    const path = join(folder, `rows-${written++}.${format}`)
    await writeFile(path, Buffer.concat(parts))
    return path
  }
  return { parquet: await write('parquet'), jsonl: await write('jsonl') }
}

/** The values of a file in the order of its rows, as JSON has them. */
async function valuesOf(path: string): Promise<unknown[]> {
  const slots = 'to_json(slots) AS slots'
  const from = path.endsWith('.parquet')
    ? `SELECT * REPLACE (CAST(rank AS VARCHAR) AS rank, ${slots}) FROM '${path}'`
    : `SELECT * REPLACE (${slots}) FROM read_json('${path}', format='newline_delimited', maximum_depth=2,
         map_inference_threshold=-1, sample_size=-1, columns={id: 'VARCHAR', rank: 'VARCHAR', campaign: 'VARCHAR',
         revision: 'INTEGER', segment: 'VARCHAR', segmentTitle: 'VARCHAR', locale: 'VARCHAR', placement: 'VARCHAR',
         widthPx: 'INTEGER', heightPx: 'INTEGER', slots: 'JSON', clickThroughUrl: 'VARCHAR', image: 'VARCHAR'})`
  return rowsOf(from)
}

async function expectEqual(plan: Plan, selection?: Partial<GenerateRequest>): Promise<number> {
  const { parquet, jsonl } = await writeBoth(plan, selection)
  const rows = await valuesOf(parquet)
  expect(rows).toEqual(await valuesOf(jsonl))
  return rows.length
}

function slotsOf(slots: number, assets: number) {
  return Array.from({ length: slots }, (_, slot) => ({
    slot: `s${slot}`,
    default: 'a0',
    assets: Array.from({ length: assets }, (_, at) => textAsset(`a${at}`)),
  }))
}

describe('Parquet', () => {
  it('says what JSONL says, value by value in the same order, read by DuckDB: any small campaign', async () => {
    let rows = 0
    await fc.assert(
      fc.asyncProperty(arbitraryPlan, async (plan) => {
        try {
          createSpace(plan)
        } catch {
          return
        }
        rows += await expectEqual(plan)
      }),
      { numRuns: 40 },
    )
    expect(rows).toBeGreaterThan(50)
  })

  it('says what JSONL says of placements of copy alone', async () => {
    const plan = smallPlan({
      segments: [segmentOf('broad'), segmentOf('ca', 'CA')],
      placements: [WIDE, COPY, TALL, { ...COPY, id: 'mail' }],
      slots: slotsOf(2, 3),
    })
    expect(await expectEqual(plan)).toBe(2 * 4 * 9)
  })

  it('has row groups at fixed ranks, with bounds for readers to skip by', async () => {
    const plan = smallPlan({
      segments: [segmentOf('broad'), segmentOf('ca', 'CA')],
      placements: [WIDE, TALL],
      slots: slotsOf(4, 15),
      absentIn: { s2: ['tall'] },
    })
    const { parquet, jsonl } = await writeBoth(plan, { fromRank: 100_000n, toRank: 107_000n })
    expect(await rowsOf(`SELECT count(*) AS n FROM '${parquet}'`)).toEqual([{ n: '7000' }])
    const differing = `(SELECT * REPLACE (CAST(rank AS VARCHAR) AS rank) FROM '${parquet}') EXCEPT ALL
      (SELECT * FROM read_json('${jsonl}', format='newline_delimited', sample_size=-1))`
    expect(await rowsOf(differing)).toEqual([])

    const { parquet: whole } = await writeBoth(plan)
    const groups = await rowsOf(
      `SELECT row_group_id AS "group", row_group_num_rows AS "rows", stats_min_value AS least, stats_max_value AS most
       FROM parquet_metadata('${whole}') WHERE path_in_schema = 'rank' ORDER BY row_group_id`,
    )
    const { count } = createSpace(plan)
    expect(groups).toEqual([{ group: '0', rows: String(count), least: '0', most: String(count - 1n) }])
    const segments = await rowsOf(
      `SELECT stats_min_value AS least, stats_max_value AS most
       FROM parquet_metadata('${whole}') WHERE path_in_schema = 'segment'`,
    )
    expect(segments).toEqual([{ least: 'broad', most: 'ca' }])
    expect(await rowsOf(`SELECT count(*) AS n FROM '${whole}' WHERE segment = 'nobody'`)).toEqual([
      { n: '0' },
    ])
  })

  it('cuts a window at the same ranks as the whole line', async () => {
    const plan = smallPlan({ placements: [WIDE], slots: slotsOf(3, 60) })
    const { parquet } = await writeBoth(plan, { fromRank: 122_000n, toRank: 124_000n })
    const groups = await rowsOf(
      `SELECT row_group_num_rows AS "rows", stats_min_value AS least FROM parquet_metadata('${parquet}')
       WHERE path_in_schema = 'rank' ORDER BY row_group_id`,
    )
    expect(groups).toEqual([
      { rows: '880', least: '122000' },
      { rows: '1120', least: '122880' },
    ])
    expect(await rowsOf(`SELECT count(DISTINCT id) AS n FROM '${parquet}'`)).toEqual([{ n: '2000' }])
  })

  it.each([
    ['differences', 5, 'BIGINT'],
    ['plain numbers past 2^30', 7, 'BIGINT'],
    ['texts past 2^63', 12, 'VARCHAR'],
  ])('keeps ranks of a drawn sample as %s', async (_, slots, type) => {
    const plan = smallPlan({ slots: slotsOf(slots, 40) })
    const sample = { size: 2000n, seed: 'ranks' }
    expect(await expectEqual(plan, { sample })).toBe(2000)
    const { parquet } = await writeBoth(plan, { sample })
    expect(await rowsOf(`SELECT typeof(rank) AS type FROM '${parquet}' LIMIT 1`)).toEqual([{ type }])
  })

  it('of no rows is a file without any', async () => {
    const { parquet } = await writeBoth(smallPlan({ slots: slotsOf(2, 2) }), { fromRank: 2n, toRank: 2n })
    expect(await rowsOf(`SELECT count(*) AS n FROM '${parquet}'`)).toEqual([{ n: '0' }])
  })
})

describe('Snappy', () => {
  it('expands to what went in, whatever that is', () => {
    const repeating = fc
      .tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(400), fc.uint8Array({ maxLength: 100 }))
      .map(([unit, times, rest]) => Buffer.concat([...Array.from({ length: times }, () => unit), rest]))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), repeating), (input) => {
        expect(Buffer.compare(snappyExpand(snappyCompress(input)), input)).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('takes noise longer than a fragment, and makes rows much shorter', () => {
    const chance = createStream('noise')
    const noise = Uint8Array.from({ length: 200_000 }, () => chance.integer(256))
    const packed = snappyCompress(noise)
    expect(Buffer.compare(snappyExpand(packed), noise)).toBe(0)
    expect(packed.length).toBeLessThan(noise.length * 1.01)
    const rows = generateRange(smallPlan({ slots: slotsOf(3, 10) }), 0n, 1000n, { format: 'jsonl' })
    expect(snappyCompress(rows).length * 5).toBeLessThan(rows.length)
    expect(Buffer.compare(snappyExpand(snappyCompress(rows)), rows)).toBe(0)
  })
})
