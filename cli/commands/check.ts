import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { applyRollUp } from '../../engine/guard/apply-roll-up.ts'
import { checkCampaign } from '../../engine/guard/check-campaign.ts'
import type { CheckReport } from '../../engine/guard/check-report.ts'
import { checkText } from '../../engine/guard/check-text.ts'
import { invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'

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
      invoke(environment, options, async ({ config, folder, json, output }) => {
        const workspace = await openWorkspace(config, folder)
        try {
          let report = await runCheck(workspace, campaign, options.apply ? undefined : options.override)
          if (options.apply && report.rollUp) {
            await applyRollUp(workspace.ports, campaign)
            for (const { id, reason } of report.rollUp.dropped ?? []) {
              output.note(
                `segment ${id} left the campaign: ${reason}; its people are served what else they match`,
              )
            }
            report = await runCheck(workspace, campaign, options.override)
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
export function runCheck(
  workspace: Workspace,
  campaign: string,
  overrideReason?: string,
): Promise<CheckReport> {
  if (overrideReason !== undefined && overrideReason.trim().length < 3) {
    const problem = 'an override needs a reason that the next reader understands'
    throw new PolyadError('INPUT_INVALID', { what: 'option', where: '--override', problem })
  }
  return checkCampaign(workspace.ports, campaign, {
    fingerprint: workspace.fingerprint,
    fonts: workspace.fonts,
    ...(overrideReason !== undefined && { override: { reason: overrideReason, who: userInfo().username } }),
  })
}
