import { userInfo } from 'node:os'
import type { Merge, Merges, MovedLeaves } from '../engine/guard/moves/merges.ts'
import { mergeLosing, restoreLeaf } from '../engine/guard/moves/move-leaves.ts'
import { optionProblem } from '../engine/guard/table/table-roles.ts'
import { createCounterLoader } from '../engine/tracking/load-counters.ts'
import { holderOf } from '../store/embedded/hold-workspace.ts'
import type { Invocation } from './command.ts'
import { openWorkspace } from './compose.ts'
import type { GuardOptions } from './guard-options.ts'
import { postToHolder } from './holder.ts'

type MoveOptions = Pick<GuardOptions, 'apply' | 'restore' | 'reason' | 'from' | 'to'>

/** Whether the guard is asked to move traffic, not to judge. */
export function isMove({ apply, restore, reason }: MoveOptions): boolean {
  return apply !== undefined || restore !== undefined || reason !== undefined
}

/**
 * Merges the losing leaves of a campaign, or gives one back: by a running server, which serves them so at once, otherwise
 * in the workspace's own store.
 *
 * @throws PolyadError INPUT_INVALID for options that do not go together; NOT_FOUND; CONFLICT
 */
export async function moveLeaves(
  campaign: string,
  options: MoveOptions,
  invocation: Invocation,
): Promise<void> {
  const { output, json } = invocation
  const { restore } = options
  refuseWrong(options)
  if (restore !== undefined) {
    const merges = await restored(campaign, restore, options.reason!, invocation)
    const left =
      merges.merged.length === 0 ? 'no leaf is merged any more' : `still merged: ${merges.merged.length}`
    output.print(
      json
        ? JSON.stringify(merges, null, 2)
        : `${restore} is served its own ads again; ${left}. It is judged anew on the days after today.`,
    )
    return
  }
  const moved = await applied(campaign, invocation)
  output.print(json ? JSON.stringify(moved, null, 2) : movedText(campaign, moved))
}

function refuseWrong({ apply, restore, reason, from, to }: MoveOptions): void {
  if (apply && restore !== undefined)
    throw optionProblem('--apply', 'and --restore are two things', 'do one after the other')
  if (restore !== undefined && reason === undefined)
    throw optionProblem('--restore', 'needs a reason that the next reader understands', 'add --reason "..."')
  if (restore === undefined && reason !== undefined)
    throw optionProblem('--reason', 'is of --restore', 'name the leaf: --restore LEAF')
  if (from !== undefined || to !== undefined)
    throw optionProblem(
      from === undefined ? '--to' : '--from',
      'does not go with moving leaves: they are judged on all days',
      'leave it out',
    )
}

async function applied(campaign: string, { config, folder, signal }: Invocation): Promise<MovedLeaves> {
  const holder = await holderOf(folder)
  if (holder?.url) return postToHolder<MovedLeaves>(holder, pathOf(campaign), {}, config.apiKey, signal)
  const workspace = await openWorkspace(config, folder, { hold: 'guard' })
  try {
    await createCounterLoader(workspace.ports)()
    return await mergeLosing(workspace.ports, campaign, { by: 'person', who: userInfo().username })
  } finally {
    await workspace.close()
  }
}

async function restored(
  campaign: string,
  leaf: string,
  reason: string,
  { config, folder, signal }: Invocation,
): Promise<Merges> {
  const holder = await holderOf(folder)
  if (holder?.url) {
    return postToHolder<Merges>(
      holder,
      `${pathOf(campaign)}/restore`,
      { leaf, reason },
      config.apiKey,
      signal,
    )
  }
  const workspace = await openWorkspace(config, folder)
  try {
    return await restoreLeaf(workspace.ports, campaign, leaf, { who: userInfo().username, reason })
  } finally {
    await workspace.close()
  }
}

function pathOf(campaign: string): string {
  return `/v1/campaigns/${encodeURIComponent(campaign)}/merges`
}

function movedText(campaign: string, { merged, standing, without }: MovedLeaves): string {
  const before = standing.length - merged.length
  return [
    without !== null
      ? `Nothing was merged: ${without}.`
      : merged.length === 0
        ? 'Nothing was merged: in no leaf is narrow shown to do worse than broad control, at any number of looks.'
        : 'Merged: these leaves are served by a wider segment from now on',
    ...merged.map((each) => `  ${mergeText(each)}`),
    ...(before > 0
      ? ['Merged before', ...standing.slice(0, before).map((each) => `  ${mergeText(each)}`)]
      : []),
    ...(standing.length > 0
      ? [`Give one back: polyad guard --campaign ${campaign} --restore ${standing[0]!.leaf} --reason "..."`]
      : []),
  ].join('\n')
}

function mergeText({ leaf, difference, by, who }: Merge): string {
  const number = (value: number) => Math.abs(value).toPrecision(2)
  const { value, low, high } = difference
  const whose = by === 'person' ? `by ${who ?? 'a person'}` : 'by the schedule'
  return `${leaf}: ${number(value)} goal events a person less than broad control's (${number(high)} to ${number(low)} less), ${whose}`
}
