import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { reportCharts } from '../../engine/reporting/charts/report-charts.ts'
import { type CompareQuery, compareCampaigns } from '../../engine/reporting/compare-reports.ts'
import type { ComparedReports } from '../../engine/reporting/compared-reports.ts'
import { comparedText } from '../../engine/reporting/compared-text.ts'
import type { Report } from '../../engine/reporting/report.ts'
import { type ReportQuery, reportCampaign } from '../../engine/reporting/report-campaign.ts'
import { CSV_TABLES, type CsvTable, reportCsv } from '../../engine/reporting/report-csv.ts'
import { reportText } from '../../engine/reporting/report-text.ts'
import { createCounterLoader } from '../../engine/tracking/load-counters.ts'
import { makeFolder, writeWhole } from '../../io/write-file.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { getFromHolder } from '../holder.ts'

interface ReportCommandOptions {
  readonly by?: string
  readonly from?: string
  readonly to?: string
  readonly compare?: string
  readonly compareFrom?: string
  readonly compareTo?: string
  readonly format?: 'text' | 'csv'
  readonly table?: CsvTable
  readonly charts?: string
  readonly workspace: string
  readonly json?: boolean
}

export function reportCommand(environment: ConfigSource): Command {
  return workspaceCommand('report', 'what happened: broad against narrow, and every dimension', [
    'polyad report summer',
    'polyad report summer --by headline --from 2026-06-01 --to 2026-06-30',
    'polyad report summer --compare spring',
    'polyad report summer --charts charts/',
    'polyad report summer --format csv --table leaves > leaves.csv',
    'polyad report summer --from 2026-06-15 --to 2026-06-30 --compare-from 2026-06-01 --compare-to 2026-06-14',
  ])
    .argument('<campaign>', 'name of a campaign of the workspace')
    .option('--by <dimension>', 'segment, placement, day, or a slot', 'segment')
    .option('--from <day>', "first day, YYYY-MM-DD in the campaign's time zone")
    .option('--to <day>', 'last day, included')
    .option('--compare <campaign>', 'another campaign beside it, of the same days unless others are given')
    .option('--compare-from <day>', 'first day to compare with')
    .option('--compare-to <day>', 'last day to compare with, included')
    .addOption(
      new Option('--format <format>', 'text for people; csv: one of its tables for sheets').choices([
        'text',
        'csv',
      ]),
    )
    .addOption(
      new Option('--table <table>', 'with --format csv: which table; default breakdown').choices(CSV_TABLES),
    )
    .option(
      '--charts <dir>',
      'also write looks.svg, leaves.svg and elements.svg there, as far as there is enough',
    )
    .action((campaign: string, options: ReportCommandOptions) =>
      invoke(environment, options, async (invocation) => {
        const query = queryFrom(options)
        if (options.table !== undefined && options.format !== 'csv') {
          const problem = 'it is of the CSV file'
          const mend = 'add --format csv, or leave it out'
          throw new PolyadError('INPUT_INVALID', { what: 'option', where: '--table', problem, mend })
        }
        if (isComparison(options)) {
          if (options.format === 'csv') throw onlyAlone('--format csv')
          if (options.charts !== undefined) throw onlyAlone('--charts')
          const compared = await readComparison(campaign, comparisonFrom(query, options), invocation)
          return printResult(compared, comparedText, invocation)
        }
        const report = await readReport(campaign, query, invocation)
        if (options.charts !== undefined) await writeCharts(report, options.charts, invocation)
        const csv = (made: Report) => reportCsv(made, options.table)
        printResult(report, options.format === 'csv' ? csv : reportText, invocation)
      }),
    )
}

/** Writes the charts there are enough data for; one of an earlier report that there are none for any more is removed. */
async function writeCharts(report: Report, folder: string, { output, signal }: Invocation): Promise<void> {
  await makeFolder(folder)
  for (const [name, chart] of Object.entries(reportCharts(report))) {
    const file = join(folder, `${name}.svg`)
    if (chart === undefined) {
      await rm(file, { force: true })
      output.note(`${file}: not enough data, so it is not there`)
    } else await writeWhole(file, [new TextEncoder().encode(chart)], { signal })
  }
}

function printResult<T>(result: T, write: (result: T) => string, { json, output }: Invocation): void {
  output.print(json ? JSON.stringify(result, null, 2) : write(result))
}

function queryFrom({ by, from, to }: ReportCommandOptions): ReportQuery {
  return {
    ...(by !== undefined && { by }),
    ...(from !== undefined && { fromDay: from }),
    ...(to !== undefined && { toDay: to }),
  }
}

function isComparison({ compare, compareFrom, compareTo }: ReportCommandOptions): boolean {
  return compare !== undefined || compareFrom !== undefined || compareTo !== undefined
}

function comparisonFrom(query: ReportQuery, options: ReportCommandOptions): CompareQuery {
  const { compare, compareFrom, compareTo } = options
  return {
    ...query,
    ...(compare !== undefined && { other: compare }),
    ...((compareFrom !== undefined || compareTo !== undefined) && {
      otherDays: {
        ...(compareFrom !== undefined && { fromDay: compareFrom }),
        ...(compareTo !== undefined && { toDay: compareTo }),
      },
    }),
  }
}

function onlyAlone(where: string): PolyadError {
  const problem = 'it is of one report alone'
  return new PolyadError('INPUT_INVALID', { what: 'option', where, problem, mend: 'leave --compare out' })
}

function readReport(campaign: string, query: ReportQuery, invocation: Invocation): Promise<Report> {
  return fromCounters(invocation, pathOf(campaign, 'report', parametersOf(query)), ({ ports }) =>
    reportCampaign(ports, campaign, query),
  )
}

function readComparison(
  campaign: string,
  query: CompareQuery,
  invocation: Invocation,
): Promise<ComparedReports> {
  const { other, otherDays } = query
  const parameters = {
    ...parametersOf(query),
    with: other,
    withFrom: otherDays?.fromDay,
    withTo: otherDays?.toDay,
  }
  return fromCounters(invocation, pathOf(campaign, 'report/comparison', parameters), ({ ports }) =>
    compareCampaigns(ports, campaign, query),
  )
}

type Parameters = Readonly<Record<string, string | undefined>>

function parametersOf({ by, fromDay, toDay }: ReportQuery): Parameters {
  return { by, from: fromDay, to: toDay }
}

function pathOf(campaign: string, part: string, parameters: Parameters): string {
  const given = Object.entries(parameters).filter((each): each is [string, string] => each[1] !== undefined)
  return `/v1/campaigns/${encodeURIComponent(campaign)}/${part}?${new URLSearchParams(given)}`
}

/** An answer from whoever has the counters: a running server by its API, otherwise the workspace's own store. */
async function fromCounters<T>(
  { config, folder }: Invocation,
  path: string,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const holder = await holderOf(folder)
  if (holder?.url) return getFromHolder<T>(holder, path, config.apiKey)
  const workspace = await openWorkspace(config, folder, { hold: 'report' })
  try {
    await createCounterLoader(workspace.ports)()
    return await work(workspace)
  } finally {
    await workspace.close()
  }
}
