import { rmSync, statSync } from 'node:fs'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { loadPlanByHash } from '../engine/campaign/load-plan.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { clickThrough } from '../engine/generate/click-through.ts'
import type { ChildRun } from './child-run.ts'
import { openDemo, WORKERS } from './demo-workspace.ts'
import { cpuSeconds } from './measurement.ts'

// A process in which DuckDB writes the rows of crossPlan by a cross join in rank order. Its ids are codes of its lists
// put together, as long as ours; it cannot make ours.

const [folder, planHash, format, out] = process.argv.slice(2) as [string, string, 'csv' | 'parquet', string]

const workspace = await openDemo(folder, { hold: false })
const plan = await loadPlanByHash(workspace.ports.blobs, planHash)
await workspace.close()
const instance = await DuckDBInstance.create(`${out}.duckdb`, {
  threads: String(WORKERS),
  temp_directory: `${out}.spill`,
})
const connection = await instance.connect()
try {
  for (const [name, rows] of Object.entries(tablesOf(plan))) await makeTable(connection, name, rows)
  const options = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, COMPRESSION snappy'
  const startMs = performance.now()
  const startCpuS = cpuSeconds()
  await connection.run(`COPY (${crossJoin(plan)}) TO '${out}' (${options})`)
  const run: ChildRun = {
    bytes: statSync(out).size,
    tookS: (performance.now() - startMs) / 1000,
    cpuS: cpuSeconds() - startCpuS,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }
  process.send!(run)
} finally {
  connection.closeSync()
  instance.closeSync()
  for (const more of ['.duckdb', '.duckdb.wal', '.spill'])
    rmSync(`${out}${more}`, { recursive: true, force: true })
}

type Rows = readonly Readonly<Record<string, string | number>>[]

/** A list a level, each entry with its place and its part of an id. */
function tablesOf({ campaign, placements, segments }: Plan): Record<string, Rows> {
  const code = (at: number, digits: number) => at.toString(32).padStart(digits, '0')
  const tables: Record<string, Rows> = {
    segments: segments.map(({ id, title }, at) => {
      const { beforeId, afterId } = clickThrough(plan, id)
      return { at, code: code(at, 3), id, title, beforeId, afterId }
    }),
    placements: placements.map(({ id, widthPx, heightPx }, at) => ({
      at,
      code: code(at, 1),
      id,
      widthPx,
      heightPx,
    })),
  }
  for (const { slot, assets } of campaign.slots) {
    tables[slot] = assets.map((asset, at) => ({
      at,
      code: code(at, 1),
      value: asset.file ?? asset.colour ?? [asset.text?.['en'] ?? ''].flat()[0]!,
    }))
  }
  return tables
}

async function makeTable(to: DuckDBConnection, name: string, rows: Rows): Promise<void> {
  const names = Object.keys(rows[0]!)
  const types = names.map((each) => `"${each}" ${typeof rows[0]![each] === 'number' ? 'INTEGER' : 'VARCHAR'}`)
  await to.run(`CREATE TABLE "${name}" (${types.join(', ')})`)
  const values = rows.map((row) => `(${names.map((each) => literal(row[each]!)).join(', ')})`)
  await to.run(`INSERT INTO "${name}" VALUES ${values.join(', ')}`)
}

function literal(value: string | number): string {
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
}

function crossJoin({ campaign, ledger, placements, revision, segments }: Plan): string {
  const slots = campaign.slots.map(({ slot }) => slot)
  const levels = ['segments', 'placements', ...slots]
  const sizes = [segments.length, placements.length, ...campaign.slots.map(({ assets }) => assets.length)]
  const rank = levels
    .map((level, at) => `CAST(${level}.at AS BIGINT) * ${sizes.slice(at + 1).reduce((a, b) => a * b, 1)}`)
    .join(' + ')
  const id = `'1${ledger.campaignKey.toString(32)}xxxx' || ${levels.map((level) => `${level}.code`).join(' || ')}`
  const values =
    format === 'csv'
      ? slots.map((slot) => `${slot}.value AS "slots.${slot}"`).join(', ')
      : `struct_pack(${slots.map((slot) => `${slot} := ${slot}.value`).join(', ')}) AS slots`
  return `SELECT id, rank, ${literal(campaign.name)} AS campaign, CAST(${revision} AS INTEGER) AS revision, segment,
      "segmentTitle", '${campaign.locales[0]}' AS locale, placement, "widthPx", "heightPx", * EXCLUDE (id, rank,
      segment, "segmentTitle", placement, "widthPx", "heightPx", "beforeId", "afterId"),
      "beforeId" || id || "afterId" AS "clickThroughUrl", id || '.jpg' AS image
    FROM (SELECT ${id} AS id, ${rank} AS rank, segments.id AS segment, segments.title AS "segmentTitle",
        placements.id AS placement, "widthPx", "heightPx", "beforeId", "afterId", ${values}
      FROM ${levels.join(' CROSS JOIN ')})
    ORDER BY rank`
}
