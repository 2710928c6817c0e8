import type { Command } from 'commander'
import type { Report } from '../../engine/reporting/report.ts'
import { type ReportQuery, reportCampaign } from '../../engine/reporting/report-campaign.ts'
import { reportText } from '../../engine/reporting/report-text.ts'
import { createCounterLoader } from '../../engine/tracking/load-counters.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { getFromHolder } from '../holder.ts'

interface ReportCommandOptions {
  readonly by?: string
  readonly from?: string
  readonly to?: string
  readonly workspace: string
  readonly json?: boolean
}

export function reportCommand(environment: ConfigSource): Command {
  return workspaceCommand('report', 'what happened: broad against narrow, and every dimension', [
    'polyad report summer',
    'polyad report summer --by headline --from 2026-06-01 --to 2026-06-30',
  ])
    .argument('<campaign>', 'name of a campaign of the workspace')
    .option('--by <dimension>', 'segment, placement, day, or a slot', 'segment')
    .option('--from <day>', "first day, YYYY-MM-DD in the campaign's time zone")
    .option('--to <day>', 'last day, included')
    .action((campaign: string, options: ReportCommandOptions) =>
      invoke(environment, options, async (invocation) => {
        const query: ReportQuery = {
          ...(options.by !== undefined && { by: options.by }),
          ...(options.from !== undefined && { fromDay: options.from }),
          ...(options.to !== undefined && { toDay: options.to }),
        }
        const report = await readReport(campaign, query, invocation)
        invocation.output.print(invocation.json ? JSON.stringify(report, null, 2) : reportText(report))
      }),
    )
}

/** The report from whoever has the counters: a running server by its API, otherwise the workspace's own store. */
async function readReport(
  campaign: string,
  query: ReportQuery,
  { config, folder }: Invocation,
): Promise<Report> {
  const holder = await holderOf(folder)
  if (holder?.url) {
    const parameters = new URLSearchParams({
      ...(query.by && { by: query.by }),
      ...(query.fromDay && { from: query.fromDay }),
      ...(query.toDay && { to: query.toDay }),
    })
    return getFromHolder<Report>(
      holder,
      `/v1/campaigns/${encodeURIComponent(campaign)}/report?${parameters}`,
      config.apiKey,
    )
  }
  const workspace = await openWorkspace(config, folder, { hold: 'report' })
  try {
    await createCounterLoader(workspace.ports)()
    return await reportCampaign(workspace.ports, campaign, query)
  } finally {
    await workspace.close()
  }
}
