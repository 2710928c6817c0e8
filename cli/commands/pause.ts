import type { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { audit } from '../../engine/audit/audited-documents.ts'
import { type ExportRecord, readExports } from '../../engine/delivery/exports.ts'
import { type PauseEffect, pauseEffect } from '../../engine/delivery/pause-effect.ts'
import { parsePauseTarget, pauseTargetText, TARGET_HELP } from '../../engine/delivery/pause-target.ts'
import { type Pause, pause, readPauses, requirePaused, resume } from '../../engine/delivery/pauses.ts'
import { textTable } from '../../engine/reporting/text-table.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { postToHolder } from '../holder.ts'
import { commandActor } from '../who.ts'

interface CommonOptions {
  readonly workspace: string
  readonly json?: boolean
}

interface PauseOptions extends CommonOptions {
  readonly reason?: string
  readonly list?: boolean
}

/** As POST /v1/pauses answers. */
interface Paused extends PauseEffect {
  readonly pause: Pause
  readonly exported: readonly ExportRecord[]
}

const COLUMNS = ['what', 'since', 'by', 'why', 'over'].map((heading) => ({ heading }))

export function pauseCommand(environment: ConfigSource): Command {
  return workspaceCommand('pause', 'stop a campaign, an asset or a segment everywhere, within a second', [
    'polyad pause summer --reason "the price is wrong"',
    'polyad pause asset:beach            wherever an asset has this id; asset:summer/photo/beach: only there',
    'polyad pause segment:usa/CA         its people get the next segment they match; segment:usa: the whole grid',
    'polyad pause --list                 what is paused, and what was',
    'polyad resume summer',
  ])
    .argument('[target]', TARGET_HELP)
    .option('--reason <text>', 'why, for those who ask later')
    .option('--list', 'show what is paused and what was, newest first; nothing is changed')
    .action((target: string | undefined, options: PauseOptions) =>
      invoke(environment, options, async (invocation) => {
        const { json, output } = invocation
        if (options.list) {
          if (target !== undefined) throw wrong('--list', 'it shows everything', 'leave the target out')
          const pauses = await inWorkspace(invocation, ({ ports }) => readPauses(ports))
          output.print(json ? JSON.stringify({ pauses }, null, 2) : listText(pauses))
          return
        }
        if (target === undefined) throw wrong('target', 'nothing is named', TARGET_HELP)
        const subject = pauseTargetText(parsePauseTarget(target))
        const reason = options.reason
        if (reason?.trim() === '') throw wrong('--reason', 'it is empty', 'say why, or leave it out')
        const paused = await change(
          invocation,
          '/v1/pauses',
          { target, ...(reason !== undefined && { reason }) },
          async ({ ports }): Promise<Paused> => {
            const effect = await pauseEffect(ports, target)
            const actor = commandActor()
            await audit(ports, actor, {
              action: 'paused',
              subject,
              ...(reason !== undefined && { note: reason }),
            })
            const made = await pause(ports, target, { by: actor.who, reason: reason ?? null })
            return {
              pause: made,
              ...effect,
              exported: await readExports(ports.documents, effect.campaigns),
            }
          },
        )
        output.print(json ? JSON.stringify(paused, null, 2) : pausedText(paused))
      }),
    )
}

export function resumeCommand(environment: ConfigSource): Command {
  return workspaceCommand('resume', 'let something that is paused go on', [
    'polyad resume summer',
    'polyad resume asset:beach',
  ])
    .argument('<target>', 'as "polyad pause --list" shows it')
    .action((target: string, options: CommonOptions) =>
      invoke(environment, options, async (invocation) => {
        const subject = pauseTargetText(parsePauseTarget(target))
        const ended = await change(invocation, '/v1/pauses/resume', { target }, async ({ ports }) => {
          const actor = commandActor()
          await requirePaused(ports, target)
          await audit(ports, actor, { action: 'resumed', subject })
          return { pause: await resume(ports, target, actor.who) }
        })
        const { json, output } = invocation
        output.print(json ? JSON.stringify(ended, null, 2) : `${ended.pause.target} goes on`)
      }),
    )
}

/** Through a running server, so that it holds when the command ends; else in the workspace itself. */
async function change<T>(
  invocation: Invocation,
  path: string,
  body: object,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const holder = await holderOf(invocation.folder)
  if (holder?.url) {
    return postToHolder<T>(holder, path, body, invocation.config.apiKey, invocation.signal)
  }
  return inWorkspace(invocation, work)
}

async function inWorkspace<T>(
  { config, folder }: Invocation,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace(config, folder)
  try {
    return await work(workspace)
  } finally {
    await workspace.close()
  }
}

function pausedText({ pause: { target, by, atMs, reason }, campaigns, assets, exported }: Paused): string {
  const since = new Date(atMs).toISOString()
  const lines = [`${target} is paused since ${since}, by ${by}${reason === null ? '' : `: ${reason}`}`]
  if (assets.length > 0) {
    for (const { campaign, slot, asset, isDefault, othersLeft } of assets) {
      const what = `${campaign}: ${slot}/${asset}${isDefault ? ', the default of its slot' : ''}`
      const left =
        othersLeft > 0
          ? `${othersLeft} other ${othersLeft === 1 ? 'asset' : 'assets'} of the slot may be served where their rules allow it`
          : 'no other asset of the slot: where the slot is shown, the campaign serves its house ad'
      lines.push(`${what}; ${left}`)
    }
  } else if (!target.startsWith('campaign:')) {
    lines.push(campaigns.length > 0 ? `it is used by ${campaigns.join(', ')}` : 'no campaign uses it')
  }
  if (exported.length === 0) {
    lines.push(
      'no export to a platform is on record, so none is named; stop by hand what was taken there by hand',
    )
  }
  for (const { campaign, revision, platform, atMs: exportedMs, adUnits } of exported) {
    const when = new Date(exportedMs).toISOString()
    lines.push(
      `stop it by hand on ${platform}: ${campaign}@${revision}, ${adUnits} ad units, exported ${when}`,
    )
  }
  return lines.join('\n')
}

function listText(pauses: readonly Pause[]): string {
  if (pauses.length === 0) return 'nothing is paused, and nothing was'
  const lines = pauses.map(({ target, atMs, by, reason, resumed }) => [
    target,
    new Date(atMs).toISOString(),
    by,
    reason ?? '-',
    resumed ? `${new Date(resumed.atMs).toISOString()} by ${resumed.by}` : 'no',
  ])
  return textTable(COLUMNS, lines).join('\n')
}

function wrong(where: string, problem: string, mend: string): PolyadError {
  return new PolyadError('INPUT_INVALID', { what: 'polyad pause', where, problem, mend })
}
