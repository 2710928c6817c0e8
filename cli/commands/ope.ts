import { stat } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { opeBody } from '../../api/routes/ope.ts'
import { optionProblem } from '../../engine/guard/table/table-roles.ts'
import { evaluatePolicy } from '../../engine/ope/evaluate.ts'
import { type CampaignOpeQuery, valuePolicyOfCampaign } from '../../engine/ope/ope-campaign.ts'
import type { OpeOutcome, OpeReport } from '../../engine/ope/ope-report.ts'
import { opeText } from '../../engine/ope/ope-text.ts'
import { parsePolicy } from '../../engine/ope/policy.ts'
import { readTableLog } from '../../engine/ope/table-log.ts'
import { openTable } from '../../io/open-table.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { postToHolder } from '../holder.ts'
import { readJsonFile } from '../json-file.ts'

const MEANING = `
The policy is a JSON file: for each slot "even", "logged", "best", {"always": OPTION} or {"weights": {OPTION: NUMBER}},
also by place. For example, an even split of headlines, with two shown to people of one segment:
  {"slots": {"headline": "even"},
   "where": [{"when": {"segment": "parents"}, "slots": {"headline": {"weights": {"play": 2, "rest": 1}}}}]}

A LOG is what "polyad events export" writes (CSV or Parquet), or a log of the Open Bandit Dataset; no workspace is
needed for it. It is refused (exit status 3) where too few decisions carry the answer.`

interface OpeOptions {
  readonly policy: string
  readonly outcome?: OpeOutcome
  readonly from?: string
  readonly to?: string
  readonly workspace: string
  readonly json?: boolean
}

export function opeCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'ope',
    'what another policy would have brought, from decisions as they were logged',
    [
      'polyad ope summer --policy even.json',
      'polyad ope summer --policy best.json --outcome value --from 2026-06-01',
      'polyad ope events.parquet --policy even.json',
    ],
  )
    .argument('<campaign-or-log>', 'name of a campaign of the workspace, or a file of logged decisions')
    .requiredOption('--policy <file>', 'JSON file of the policy')
    .addOption(
      new Option('--outcome <outcome>', "what counts; default the campaign's goal, of a file clicks").choices(
        ['click', 'conversion', 'value'],
      ),
    )
    .option('--from <day>', 'of a campaign: first day, YYYY-MM-DD in its time zone')
    .option('--to <day>', 'of a campaign: last day, included')
    .addHelpText('after', MEANING)
    .action((campaignOrLog: string, options: OpeOptions) =>
      invoke(environment, options, async (invocation) => {
        const policy = parsePolicy(await readJsonFile(options.policy), options.policy)
        const { outcome, from, to } = options
        const query: CampaignOpeQuery = {
          policy,
          ...(outcome !== undefined && { outcome }),
          ...(from !== undefined && { fromDay: from }),
          ...(to !== undefined && { toDay: to }),
        }
        const report = (await isFile(campaignOrLog))
          ? await valueOnFile(campaignOrLog, query, options.policy)
          : await valueOnCampaign(campaignOrLog, query, options.policy, invocation)
        invocation.output.print(invocation.json ? JSON.stringify(report, null, 2) : opeText(report))
      }),
    )
}

/** Names of campaigns have no dots or slashes: what has is meant as a file, also when it is not there. */
async function isFile(name: string): Promise<boolean> {
  if (/[./\\]/.test(name)) return true
  return (await stat(name).catch(() => undefined))?.isFile() ?? false
}

async function valueOnFile(
  path: string,
  { policy, outcome, fromDay, toDay }: CampaignOpeQuery,
  policyFile: string,
): Promise<OpeReport> {
  for (const [option, given] of [
    ['--from', fromDay],
    ['--to', toDay],
  ] as const) {
    if (given === undefined) continue
    throw optionProblem(option, 'is of campaigns', 'export only these days: polyad events export --from --to')
  }
  const table = await openTable(path)
  try {
    const what = outcome ?? 'click'
    return evaluatePolicy(await readTableLog(table, what), policy, { outcome: what, where: policyFile })
  } finally {
    table.close()
  }
}

/** From whoever has the log: a running server by its API, otherwise the workspace's own store. */
async function valueOnCampaign(
  campaign: string,
  query: CampaignOpeQuery,
  policyFile: string,
  { config, folder, signal }: Invocation,
): Promise<OpeReport> {
  const holder = await holderOf(folder)
  if (holder?.url) {
    const path = `/v1/campaigns/${encodeURIComponent(campaign)}/ope`
    return postToHolder<OpeReport>(holder, path, opeBody(query), config.apiKey, signal)
  }
  const workspace = await openWorkspace(config, folder, { hold: 'ope' })
  try {
    return await valuePolicyOfCampaign(workspace.ports, campaign, query, policyFile)
  } finally {
    await workspace.close()
  }
}
