import type { Command } from 'commander'
import { guardParameters } from '../../api/routes/guard.ts'
import {
  type CampaignGuard,
  campaignRemarks,
  guardCampaign,
} from '../../engine/guard/experiment/guard-campaign.ts'
import { guardChart } from '../../engine/guard/experiment/guard-chart.ts'
import type { GuardReport } from '../../engine/guard/experiment/guard-report.ts'
import { guardText } from '../../engine/guard/experiment/guard-text.ts'
import { judgeExperiment } from '../../engine/guard/experiment/judge.ts'
import { readExperiment } from '../../engine/guard/table/table-experiment.ts'
import { optionProblem } from '../../engine/guard/table/table-roles.ts'
import { unreadableTable } from '../../engine/guard/table/unreadable-table.ts'
import { createCounterLoader } from '../../engine/tracking/load-counters.ts'
import { openTable } from '../../io/open-table.ts'
import { writeWhole } from '../../io/write-file.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import {
  campaignQueryFrom,
  candidatesFrom,
  decisionFrom,
  type GuardOptions,
  onlyCampaign,
  rolesFrom,
  settingsFrom,
  withGuardOptions,
} from '../guard-options.ts'
import { getFromHolder } from '../holder.ts'
import { isMove, moveLeaves } from '../move-leaves.ts'

const MEANING = `
The verdicts, each an answer (exit status 0):
  SPLIT         treating these segments differently is proved to pay, on people held out; with no columns
                chosen, one treatment for everybody is proved better than the one they have
  BROAD         no split pays enough: one arm for everybody
  KEEP-TESTING  neither is shown yet; the answer says how many people it would take
  UNREADABLE    the data cannot answer, and why

TABLE is CSV, TSV, JSON lines (also gzipped) or Parquet, one row a person; no workspace is needed for it.
Bad rows refuse the table (exit status 2): leaving them out could bias the answer.`

export function guardCommand(environment: ConfigSource): Command {
  const command = workspaceCommand(
    'guard',
    'say whether narrow pays: any randomised experiment, judged on people held out',
    [
      'polyad guard visits.csv --treatment mail --outcome visit --segments zip,channel',
      'polyad guard spend.parquet --treatment mail --outcome spend --segments zip,age:bins=25/35/50 --chart gain.svg',
      'polyad guard daily.csv --treatment arm --outcome buyers --count people --segments city --shares a=90%,b=10%',
      'polyad guard --campaign summer --from 2026-06-01',
      'polyad guard --campaign summer --apply           merge the leaves in which narrow is shown to lose',
      'polyad guard --campaign summer --restore usa/ca --reason "new headlines since Monday"',
    ],
  )
  return withGuardOptions(command.argument('[table]', 'file of an experiment'))
    .addHelpText('after', MEANING)
    .action((table: string | undefined, options: GuardOptions) =>
      invoke(environment, options, async (invocation) => {
        if ((table === undefined) === (options.campaign === undefined)) {
          throw optionProblem(
            'guard',
            table === undefined ? 'there is nothing to judge' : 'a table and --campaign are two experiments',
            'name one: polyad guard TABLE ... or polyad guard --campaign NAME',
          )
        }
        if (table !== undefined) await guardTable(table, options, invocation)
        else if (isMove(options)) await moveLeaves(options.campaign!, options, invocation)
        else await guardLogs(options.campaign!, options, invocation)
      }),
    )
}

async function guardTable(path: string, options: GuardOptions, invocation: Invocation): Promise<void> {
  const wrong = onlyCampaign(options)
  if (wrong) throw wrong
  const roles = rolesFrom(options)
  const candidates = candidatesFrom(
    options,
    roles.segments.map(({ column }) => column),
  )
  const decision = decisionFrom(options)
  const settings = settingsFrom(options)
  const table = await openTable(path)
  try {
    const read = await readExperiment(table, roles, settings)
    const { treatment, outcome } = roles
    const { propensities, kind } = read.facts
    const economics = {
      // An amount is worth itself.
      ...(kind === 'money' && { valuePerOutcomeMicros: 1_000_000 }),
      ...decision.economics,
    }
    if (economics.costPerSegmentMicros !== undefined && economics.valuePerOutcomeMicros === undefined) {
      throw optionProblem(
        '--cost-per-segment',
        `what one ${outcome} is worth is not known, so costs cannot be set against it`,
        'add --value',
      )
    }
    const report =
      'unreadable' in read
        ? unreadableTable(read.unreadable, read.facts, { treatment, outcome, seed: options.seed })
        : judgeExperiment(read.experiment, {
            ...decision,
            ...candidates,
            treatment,
            outcome,
            propensities,
            economics,
            ...(read.baseline !== undefined && { baseline: read.baseline }),
          })
    const remarks = 'remarks' in read ? read.remarks : []
    await tell(report, { remarks, currency: options.currency, options, invocation })
  } finally {
    table.close()
  }
}

async function guardLogs(campaign: string, options: GuardOptions, invocation: Invocation): Promise<void> {
  const guard = await readGuard(campaign, options, invocation)
  await tell(guard, { remarks: campaignRemarks(guard), currency: guard.currency, options, invocation })
}

/** From whoever has the counters: a running server by its API, otherwise the workspace's own store. */
async function readGuard(
  campaign: string,
  options: GuardOptions,
  { config, folder }: Invocation,
): Promise<CampaignGuard> {
  const query = campaignQueryFrom(options)
  const holder = await holderOf(folder)
  if (holder?.url) {
    const path = `/v1/campaigns/${encodeURIComponent(campaign)}/guard?${guardParameters(query)}`
    return getFromHolder<CampaignGuard>(holder, path, config.apiKey)
  }
  const workspace = await openWorkspace(config, folder, { hold: 'guard' })
  try {
    await createCounterLoader(workspace.ports)()
    return await guardCampaign(workspace.ports, campaign, query, judgeExperiment)
  } finally {
    await workspace.close()
  }
}

async function tell(
  report: GuardReport,
  how: {
    readonly remarks: readonly string[]
    readonly currency: string | undefined
    readonly options: GuardOptions
    readonly invocation: Invocation
  },
): Promise<void> {
  const { remarks, currency, options, invocation } = how
  const { output, json, signal } = invocation
  if (options.chart !== undefined) {
    const chart = guardChart(report, currency)
    if (chart === undefined)
      output.note(`${options.chart} was not written: nothing was judged, so there is no chart`)
    else await writeWhole(options.chart, [Buffer.from(chart)], { signal })
  }
  if (json) {
    for (const remark of remarks) output.note(remark)
    output.print(JSON.stringify(report, null, 2))
  } else output.print(guardText(report, { remarks, ...(currency !== undefined && { currency }) }))
}
