import type { Command } from 'commander'
import { allocateCampaign } from '../../engine/allocation/allocate-campaign.ts'
import { type AllocationReport, allocationText } from '../../engine/allocation/allocation-report.ts'
import { learnOptions } from '../../engine/allocation/learn.ts'
import { loadKeptPlan, readCheckedPlan } from '../../engine/campaign/checked-plans.ts'
import { loadPlan } from '../../engine/campaign/load-plan.ts'
import type { Plan } from '../../engine/campaign/plan.ts'
import { createCounterLoader } from '../../engine/tracking/load-counters.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { getFromHolder, postToHolder } from '../holder.ts'

interface AllocateOptions {
  readonly now?: boolean
  readonly segment?: string
  readonly workspace: string
  readonly json?: boolean
}

const MEANING = `
A campaign says how its options are drawn: "allocation": {"rule": "even" | "fixed" | "thompson"}.
thompson learns from what was served: an option is drawn with the probability that it is the best of its slot in that
segment, and never below the floor. A server does it by itself every POLYAD_STEER_SECONDS (default 300).`

export function allocateCommand(environment: ConfigSource): Command {
  return workspaceCommand('allocate', 'show how the options of each slot are drawn, and learn it anew', [
    'polyad allocate summer                          what was learnt so far, beside what is in service',
    'polyad allocate summer --now                    put it into service, also beside a running server',
    'polyad allocate summer --segment "usa/hiking/CA/25-34"',
  ])
    .argument('<campaign>', 'name of a campaign of the workspace')
    .option('--now', 'put the weights into service')
    .option('--segment <id>', 'whose options are listed; default broad')
    .addHelpText('after', MEANING)
    .action((campaign: string, options: AllocateOptions) =>
      invoke(environment, options, async (invocation) => {
        const report = await allocate(campaign, options, invocation)
        invocation.output.print(
          invocation.json ? JSON.stringify(report, null, 2) : `${allocationText(report)}\n`,
        )
      }),
    )
}

/** By whoever has the counters: a running server by its API, otherwise here. */
async function allocate(
  campaign: string,
  { now = false, segment }: AllocateOptions,
  { config, folder, signal }: Invocation,
): Promise<AllocationReport> {
  const holder = await holderOf(folder)
  if (holder?.url) {
    const query = segment === undefined ? '' : `?${new URLSearchParams({ segment })}`
    const path = `/v1/campaigns/${encodeURIComponent(campaign)}/allocation${query}`
    return now
      ? postToHolder<AllocationReport>(holder, path, {}, config.apiKey, signal)
      : getFromHolder<AllocationReport>(holder, path, config.apiKey)
  }
  const workspace = await openWorkspace(config, folder, { hold: 'allocate' })
  try {
    await createCounterLoader(workspace.ports)()
    const plan = await planToServe(workspace, campaign)
    return await allocateCampaign(workspace.ports, plan, {
      learn: learnOptions,
      store: now,
      ...(segment === undefined ? {} : { segment }),
    })
  } finally {
    await workspace.close()
  }
}

/** What a server would serve: the last plan that was checked, or the newest where none was. */
async function planToServe({ ports, fingerprint }: Workspace, campaign: string): Promise<Plan> {
  const newest = await ports.documents.read('campaign', campaign)
  const checked = newest && (await readCheckedPlan(ports, campaign))
  const run = { publicUrl: '', fingerprint }
  if (checked && (await ports.blobs.has(checked.planHash))) {
    return (await loadKeptPlan(ports, checked.planHash, run)).plan
  }
  return (await loadPlan(ports, campaign, run)).plan
}
