import { PolyadError } from '../../../core/errors.ts'
import { DAY_MS, dayIn } from '../../../core/time.ts'
import { nearestName } from '../../../rules/nearest-name.ts'
import { parseCampaign } from '../../campaign/validate-campaign.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Report } from '../../reporting/report.ts'
import { reportCampaign } from '../../reporting/report-campaign.ts'
import { changeMerges, type Merge, type Merges, type MovedLeaves, readMerges } from './merges.ts'

type MovePorts = Pick<Ports, 'documents' | 'counters' | 'clock'>

/** Who merges leaves: a person, or the server's schedule. */
export type Mover = { readonly by: 'person'; readonly who: string } | { readonly by: 'schedule' }

/**
 * Merges the leaves in which narrow is shown to do worse than broad control: the upper bound of the confidence sequence
 * of their difference is below 0, which holds however often one looks. From the counters as they stand: bring them up to
 * the log first. A leaf that was given back is judged on the days after that alone. What is merged stays so until a
 * person gives it back (`restoreLeaf`): from then on narrow is not shown there, so nothing more is learnt.
 *
 * @throws PolyadError NOT_FOUND without such a campaign; CONFLICT
 */
export async function mergeLosing(ports: MovePorts, name: string, mover: Mover): Promise<MovedLeaves> {
  const merges = await readMerges(ports, name)
  const report = await reportCampaign(ports, name)
  if (report.simulated === 'mixed') {
    const without = 'real and simulated traffic are mixed, so no leaf is judged'
    return { merged: [], standing: merges.merged, without }
  }
  const isMerged = new Set(merges.merged.map(({ leaf }) => leaf))
  const restoredDay = new Map(merges.restored.map(({ leaf, day }) => [leaf, day]))
  const losing = losingLeaves(report).filter(({ leaf }) => !isMerged.has(leaf) && !restoredDay.has(leaf))
  for (const [day, leaves] of leavesByDay(restoredDay)) {
    const fromDay = dayAfter(day)
    const since = await reportCampaign(ports, name, { fromDay })
    losing.push(...losingLeaves(since).filter(({ leaf }) => leaves.has(leaf) && !isMerged.has(leaf)))
  }
  const atMs = ports.clock.nowMs()
  const found = losing.map(({ leaf, difference }): Merge => {
    const reason = 'narrow does worse than broad control here, at any number of looks'
    return { leaf, atMs, ...mover, reason, difference }
  })
  if (found.length === 0) return { merged: [], standing: merges.merged, without: null }
  let merged: readonly Merge[] = []
  const changed = await changeMerges(ports, name, (now) => {
    merged = found.filter(({ leaf }) => !now.merged.some((each) => each.leaf === leaf))
    return { ...now, merged: [...now.merged, ...merged] }
  })
  return { merged: [...merged], standing: changed.merged, without: null }
}

/**
 * Gives a merged leaf its own ads back.
 *
 * @throws PolyadError NOT_FOUND for a leaf that is not merged; INPUT_INVALID without a reason; CONFLICT
 */
export async function restoreLeaf(
  ports: Pick<Ports, 'documents' | 'clock'>,
  name: string,
  leaf: string,
  { who, reason }: { readonly who: string; readonly reason: string },
): Promise<Merges> {
  const document = await ports.documents.read('campaign', name)
  if (!document) throw new PolyadError('NOT_FOUND', { what: 'campaign', name })
  if (reason.trim().length < 3) {
    const problem = 'giving a leaf back needs a reason that the next reader understands'
    throw new PolyadError('INPUT_INVALID', { what: 'merges', where: 'reason', problem })
  }
  const atMs = ports.clock.nowMs()
  const day = dayIn(parseCampaign(document.body, name).timeZone, atMs)
  return changeMerges(ports, name, ({ merged, restored }) => {
    if (!merged.some((each) => each.leaf === leaf)) throw notMerged(leaf, merged)
    return {
      version: 1,
      merged: merged.filter((each) => each.leaf !== leaf),
      restored: [...restored.filter((each) => each.leaf !== leaf), { leaf, atMs, day, who, reason }],
    }
  })
}

function losingLeaves({ leaves, assignment }: Report): Pick<Merge, 'leaf' | 'difference'>[] {
  if (assignment.broken) return []
  return leaves.rows.flatMap(({ leaf, compared, verdict }) =>
    compared && verdict !== 'broken' && compared.sequence.high < 0
      ? [{ leaf, difference: { ...compared.sequence, value: compared.difference.value } }]
      : [],
  )
}

function leavesByDay(restoredDay: ReadonlyMap<string, string>): Map<string, Set<string>> {
  const byDay = new Map<string, Set<string>>()
  for (const [leaf, day] of restoredDay) byDay.set(day, (byDay.get(day) ?? new Set()).add(leaf))
  return byDay
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)
}

function notMerged(leaf: string, merged: readonly Merge[]): PolyadError {
  const leaves = merged.map((each) => each.leaf)
  const near = nearestName(leaf, leaves)
  const others = leaves.length > 0 ? `merged are ${leaves.slice(0, 12).join(', ')}` : 'no leaf is merged'
  const mend = near === undefined ? others : `did you mean "${near}"?`
  return new PolyadError('NOT_FOUND', { what: 'merged leaf', name: leaf, mend })
}
