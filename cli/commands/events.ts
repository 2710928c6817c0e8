import { randomBytes } from 'node:crypto'
import { extname } from 'node:path'
import { Command, Option } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { DAY_MS } from '../../core/time.ts'
import type { FoldResult, RetentionLimits } from '../../engine/ports/upkeep.ts'
import { exportEvents } from '../../engine/reporting/events-export.ts'
import { tableCsv } from '../../engine/reporting/table-csv.ts'
import { writeWhole } from '../../io/write-file.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { type Invocation, invoke, withExamples, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import { type ConfigSource, retentionOf, wholeNumber } from '../config.ts'
import { streamFromHolder } from '../holder.ts'
import { count } from '../output.ts'
import { byUpkeep } from '../upkeep.ts'

interface ExportOptions {
  readonly out: string
  readonly format?: 'csv' | 'parquet'
  readonly campaign?: string
  readonly from?: string
  readonly to?: string
  readonly withPerson?: boolean
  readonly workspace: string
  readonly json?: boolean
}

interface FoldOptions {
  readonly days?: string
  readonly megabytes?: string
  readonly workspace: string
  readonly json?: boolean
}

interface Written {
  readonly decisions: number
  readonly bytes: number
}

export function eventsCommand(environment: ConfigSource): Command {
  const examples = [
    'polyad events export --out events.csv',
    'polyad events export --campaign summer --from 2026-06-01 --to 2026-06-30 --out june.parquet',
  ]
  const group = withExamples(new Command('events').description('decisions and what came of them'), examples)
  group.addCommand(foldCommand(environment))
  return group.addCommand(
    workspaceCommand(
      'export',
      'decisions with their events for your own tools, one row a decision: data of single people, so share it as such',
      examples,
    )
      .requiredOption('--out <file>', 'required: the file to write')
      .addOption(
        new Option('--format <format>', "default: by the file's ending, .csv or .parquet").choices([
          'csv',
          'parquet',
        ]),
      )
      .option('--campaign <name>', 'only this campaign')
      .option('--from <day>', "first day of decisions, YYYY-MM-DD in the campaign's time zone")
      .option('--to <day>', 'last day, included')
      .option(
        '--with-person',
        "the person's hash of this workspace, which joins exports; without it the hash is made anew for each export: " +
          'it joins the rows of one person in this file and nothing elsewhere',
      )
      .action((options: ExportOptions) =>
        invoke(environment, options, async (invocation) => {
          const format = options.format ?? formatOf(options.out)
          const written = await writeExport(options, format, invocation)
          const { decisions, bytes } = written
          invocation.output.print(
            invocation.json
              ? JSON.stringify({ out: options.out, format, decisions, bytes })
              : `${count(decisions)} decisions in ${options.out} (${format}, ${count(bytes)} bytes)`,
          )
        }),
      ),
  )
}

function foldCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'fold',
    'make counts of old events and remove their records: reports keep their numbers, exports and evaluations lose them. ' +
      'A server does so by itself (POLYAD_LOG_DAYS, POLYAD_LOG_MEGABYTES)',
    ['polyad events fold --days 180', 'polyad events fold --megabytes 20000'],
  )
    .option('--days <number>', 'fold what is older in whole; default POLYAD_LOG_DAYS')
    .option('--megabytes <number>', 'fold the oldest until the log is so small; default POLYAD_LOG_MEGABYTES')
    .action((options: FoldOptions) =>
      invoke(environment, options, async (invocation) => {
        const limits = limitsOf(options, invocation)
        const { maxAgeMs, maxBytes } = limits
        const body = {
          ...(maxAgeMs !== undefined && { maxAgeDays: maxAgeMs / DAY_MS }),
          ...(maxBytes !== undefined && { maxBytes }),
        }
        const folded = await byUpkeep<FoldResult>(
          invocation,
          'events fold',
          { path: '/v1/events/fold', body },
          async ({ workspace, openUpkeep, loadCounters }) => {
            await loadCounters()
            return (await openUpkeep()).fold(limits, workspace.ports.clock.nowMs())
          },
        )
        const { decisions, segments, bytes } = folded
        invocation.output.print(
          invocation.json
            ? JSON.stringify(folded)
            : `${count(decisions)} decisions are counts now; ${count(segments)} pieces of the log are gone (${count(bytes)} bytes)`,
        )
      }),
    )
}

/** @throws PolyadError INPUT_INVALID without a limit */
function limitsOf({ days, megabytes }: FoldOptions, { config }: Invocation): RetentionLimits {
  if (days === undefined && megabytes === undefined) {
    if (Object.keys(config.retention).length > 0) return config.retention
    const problem = 'it is not said what to keep'
    const mend = 'give --days or --megabytes'
    throw new PolyadError('INPUT_INVALID', { what: 'events fold', where: 'options', problem, mend })
  }
  return retentionOf(
    days === undefined ? 0 : wholeNumber('--days', days, 1, 36_500),
    megabytes === undefined ? 0 : wholeNumber('--megabytes', megabytes, 1, 1_000_000_000),
  )
}

/** The export from whoever has the log: a running server by its API, otherwise the workspace's own store. */
function formatOf(out: string): 'csv' | 'parquet' {
  const ending = extname(out).toLowerCase()
  if (ending === '.parquet') return 'parquet'
  if (ending === '.csv' || !(ending.length > 1)) return 'csv'
  throw new PolyadError('INPUT_INVALID', {
    what: 'option',
    where: `--out ${out}`,
    problem: `its ending ${ending} is neither .csv nor .parquet`,
    mend: 'name it so, or say --format csv or --format parquet',
  })
}

async function writeExport(
  options: ExportOptions,
  format: 'csv' | 'parquet',
  { config, folder, signal }: Invocation,
): Promise<Written> {
  const { campaign, from, to, withPerson = false } = options
  const holder = await holderOf(folder)
  if (holder?.url) {
    const parameters = new URLSearchParams({
      format,
      person: withPerson ? 'workspace' : 'export',
      ...(campaign !== undefined && { campaign }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    })
    const { headers, bytes } = await streamFromHolder(
      holder,
      `/v1/events/export?${parameters}`,
      config.apiKey,
      signal,
    )
    return {
      decisions: Number(headers.get('polyad-decisions')),
      bytes: await writeWhole(options.out, bytes, { signal }),
    }
  }
  const workspace = await openWorkspace(config, folder, { hold: 'events export' })
  try {
    const { ports } = workspace
    const { decisions, columns, rows } = await exportEvents(
      ports,
      {
        ...(campaign !== undefined && { campaign }),
        ...(from !== undefined && { fromDay: from }),
        ...(to !== undefined && { toDay: to }),
      },
      { personKey: withPerson ? null : randomBytes(32), signal },
    )
    const write = format === 'csv' ? tableCsv : ports.tables.parquet
    return { decisions, bytes: await writeWhole(options.out, write(columns, rows), { signal }) }
  } finally {
    await workspace.close()
  }
}
