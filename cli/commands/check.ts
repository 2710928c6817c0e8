import type { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { createDoor } from '../../core/schema.ts'
import { audit } from '../../engine/audit/audited-documents.ts'
import { applyRollUp } from '../../engine/guard/apply-roll-up.ts'
import { checkCampaign } from '../../engine/guard/check-campaign.ts'
import type { CheckReport } from '../../engine/guard/check-report.ts'
import { checkText } from '../../engine/guard/check-text.ts'
import { type HistorySource, HistorySourceSchema } from '../../engine/guard/history.ts'
import { loadHistory } from '../../engine/guard/load-history.ts'
import { createCounterLoader } from '../../engine/tracking/load-counters.ts'
import { hasEventLog } from '../../store/embedded/event-log.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { getFromHolder } from '../holder.ts'
import { count } from '../output.ts'
import { commandActor } from '../who.ts'

const WITHOUT_HISTORY: ReadonlySet<string> = new Set(['WORKSPACE_HELD', 'HOLDER_REFUSED', 'STORE_DAMAGED'])

const parseHistory = createDoor('campaign history', HistorySourceSchema)

interface CheckCommandOptions {
  readonly apply?: boolean
  readonly override?: string
  readonly workspace: string
  readonly json?: boolean
}

export function checkCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'check',
    'say before launch what a campaign would come to, and what is too narrow in it',
    [
      'polyad check summer                 the verdict, sizes, copy that does not fit, the roll-up it proposes',
      'polyad check summer --apply         write the proposed roll-up as a new revision, and check that',
      'polyad check summer --override "the regions were agreed with the client"',
    ],
  )
    .argument('<campaign>', 'name of a campaign of the workspace')
    .option('--apply', 'write the proposed roll-up as a new revision')
    .option('--override <reason>', 'go ahead although it is refused; the reason is kept, with who and when')
    .action((campaign: string, options: CheckCommandOptions) =>
      invoke(environment, options, async (invocation) => {
        const { config, folder, json, output } = invocation
        const history = await readHistory(campaign, invocation)
        const workspace = await openWorkspace(config, folder)
        try {
          const onProgress = (done: number, total: number) =>
            output.progress(`${count(done)} of ${count(total)} texts laid out`)
          let report = await runCheck(workspace, campaign, {
            history,
            onProgress,
            ...(options.apply ? {} : { override: options.override }),
          })
          if (options.apply && report.rollUp) {
            await audit(workspace.ports, commandActor(), {
              action: 'roll-up-applied',
              subject: `campaign ${campaign}`,
            })
            await applyRollUp(workspace.ports, campaign)
            for (const { id, reason } of report.rollUp.dropped) {
              output.note(
                `segment ${id} left the campaign: ${reason}; its people are served what else they match`,
              )
            }
            // What was rolled up may have served: to the new revision that is history.
            report = await runCheck(workspace, campaign, {
              history: await readHistory(campaign, invocation),
              onProgress,
              override: options.override,
            })
          } else if (options.apply) {
            output.note('there is nothing to roll up: every leaf can live, or no grid can be merged')
          }
          output.print(json ? JSON.stringify(report, null, 2) : checkText(report))
          if (report.verdict === 'refused' && !report.override) {
            const { revision, reasons } = report
            throw new PolyadError('CHECK_REFUSED', { campaign, revision, reason: reasons[0]!.text })
          }
        } finally {
          await workspace.close()
        }
      }),
    )
}

/** Checks the newest revision of a campaign; an override is kept under the name of the user who runs this. */
export async function runCheck(
  workspace: Workspace,
  campaign: string,
  {
    override: reason,
    history,
    onProgress,
  }: {
    readonly override?: string | undefined
    readonly history: HistorySource
    readonly onProgress?: (done: number, total: number) => void
  },
): Promise<CheckReport> {
  if (reason !== undefined && reason.trim().length < 3) {
    const problem = 'an override needs a reason that the next reader understands'
    throw new PolyadError('INPUT_INVALID', { what: 'option', where: '--override', problem })
  }
  if (reason !== undefined) {
    await audit(workspace.ports, commandActor(), {
      action: 'guard-overridden',
      subject: `campaign ${campaign}`,
      note: reason,
    })
  }
  return checkCampaign(workspace.ports, campaign, {
    fingerprint: workspace.fingerprint,
    fonts: workspace.fonts,
    history,
    ...(onProgress && { onProgress }),
    ...(reason !== undefined && { override: { reason, who: commandActor().who } }),
  })
}

/**
 * History from whoever has the counters: a running server by its API, otherwise the workspace's own store, which is
 * held no longer than it takes to read. A check does not fail for want of it; its report says why it had none.
 */
async function readHistory(campaign: string, { config, folder }: Invocation): Promise<HistorySource> {
  try {
    const holder = await holderOf(folder)
    if (holder?.url) {
      const path = `/v1/campaigns/${encodeURIComponent(campaign)}/history`
      return parseHistory(await getFromHolder(holder, path, config.apiKey), `${holder.url}${path}`)
    }
    if (!holder && !(await hasEventLog(folder))) return { without: 'nothing has been served yet' }
    const workspace = await openWorkspace(config, folder, { hold: 'check' })
    try {
      await createCounterLoader(workspace.ports)()
      return await loadHistory(workspace.ports, campaign)
    } finally {
      await workspace.close()
    }
  } catch (error) {
    if (error instanceof PolyadError && WITHOUT_HISTORY.has(error.code)) return { without: error.message }
    throw error
  }
}
