import { canonicalJson } from '../../core/canonical-json.ts'
import { ruleText } from '../../rules/rule-text.ts'
import type { LoadPlanPorts } from '../campaign/load-plan.ts'
import { counted, wholeNumber } from '../reporting/text-table.ts'
import { CELL_LEVELS } from '../space/compile.ts'
import { createSpace } from '../space/space.ts'
import { listCauses, quietFields } from './causes.ts'
import { type Comparison, comparePlans } from './compare-plans.ts'
import { type ChangeCounts, countChanges } from './count-changes.ts'
import type { DiffReport } from './diff-report.ts'
import { type LoadedRevision, loadRevision, revisionBefore } from './load-revision.ts'

/** Two revisions of one campaign. Before: default the one before `after`. After: default the newest, as it is now. */
export interface DiffRequest {
  readonly campaign: string
  readonly before?: number
  readonly after?: number
  /** Of code, sharp, ICU and fonts. */
  readonly fingerprint: string
}

export interface CampaignDiff {
  readonly report: DiffReport
  /** For `changedUnits`. */
  readonly comparison: Comparison
}

/**
 * Compares two revisions of a campaign: which ad units came, went, or show something else under the same id, what was
 * changed, and whose segments are other people now. Both are compiled; ad units are counted on their diagrams.
 *
 * @throws PolyadError NOT_FOUND for a revision that is not there, saying which are; INPUT_INVALID for one that does not
 * compile; LEDGER_CONFLICT
 */
export async function diffCampaign(ports: LoadPlanPorts, request: DiffRequest): Promise<CampaignDiff> {
  const { campaign, fingerprint } = request
  const first = request.before ?? (await revisionBefore(ports, campaign, request.after))
  const before = await loadRevision(ports, campaign, first, fingerprint)
  const after = await loadRevision(ports, campaign, request.after, fingerprint)
  const comparison = comparePlans(before.plan, after.plan)
  const counts = countChanges(comparison)
  return { report: reportOf(before, after, comparison, counts), comparison }
}

function reportOf(
  before: LoadedRevision,
  after: LoadedRevision,
  comparison: Comparison,
  counts: ChangeCounts,
): DiffReport {
  const { levels } = comparison
  const audiences = redefined(comparison, counts)
  const causes = listCauses(comparison, counts).map((cause) => ({
    ...cause,
    names: [...cause.names],
    ...texts(cause),
  }))
  const dimensions = levels.map(({ dimension, names }, level) => ({
    dimension,
    values: [...counts.byLevel[level]!]
      .map(([code, of]) => ({ name: names[code] ?? '', of, total: of.added + of.removed + of.changed }))
      .sort((a, b) => (a.total === b.total ? 0 : a.total > b.total ? -1 : 1))
      .map(({ name, of }) => ({ name, ...texts(of) })),
  }))
  const valuesAt = (level: number) => dimensions[level]!.values
  return {
    version: 1,
    campaign: after.plan.campaign.name,
    before: sideOf(before),
    after: sideOf(after),
    answer: answerOf(before, after, counts),
    adUnits: { ...texts(counts), same: String(counts.same) },
    causes,
    audiences,
    by: {
      segment: valuesAt(0),
      locale: valuesAt(1),
      placement: valuesAt(2),
      slots: Object.fromEntries(
        dimensions.slice(CELL_LEVELS).map(({ dimension, values }) => [dimension, values]),
      ),
    },
    otherFields: quietFields(comparison),
    remarks: remarksOn(before, after),
  }
}

function texts({ added, removed, changed }: Pick<ChangeCounts, 'added' | 'removed' | 'changed'>) {
  return { added: String(added), removed: String(removed), changed: String(changed) }
}

function sideOf({ plan, source, atMs }: LoadedRevision): DiffReport['before'] {
  return { revision: plan.revision, adUnits: String(createSpace(plan).count), source, atMs: atMs ?? null }
}

function answerOf(before: LoadedRevision, after: LoadedRevision, counts: ChangeCounts): string {
  const { name } = after.plan.campaign
  const from = `${name}@${before.plan.revision} to ${name}@${after.plan.revision}`
  const { added, removed, changed, same } = counts
  if (added + removed + changed === 0n) {
    return `${from}: nothing changed; ${counted(same, 'ad unit is as it was', 'ad units are as they were')}.`
  }
  return (
    `${from}: ${counted(added, 'ad unit')} added, ${wholeNumber(removed)} removed, ${wholeNumber(changed)} changed; ` +
    `${wholeNumber(same)} as ${same === 1n ? 'it was' : 'they were'}.`
  )
}

/** Segments that both have, with another rule. */
function redefined({ before, after, levels }: Comparison, counts: ChangeCounts): DiffReport['audiences'] {
  const older = new Map(before.segments.map(({ id, rule }) => [id, rule]))
  const codes = new Map(levels[0]!.names.map((name, code) => [name, code]))
  return after.segments.flatMap(({ id, rule }) => {
    const then = older.get(id)
    if (!then || canonicalJson(then) === canonicalJson(rule)) return []
    const adUnits = String(counts.commonBySegment.get(codes.get(id)!) ?? 0n)
    return [{ segment: id, before: ruleText(then), after: ruleText(rule), adUnits }]
  })
}

function remarksOn(before: LoadedRevision, after: LoadedRevision): string[] {
  const remarks = [before, after].flatMap(({ plan, source }) =>
    source === 'rebuilt'
      ? [
          `revision ${plan.revision} was never compiled while it was the newest, so only its document is known: its ` +
            "segments, template and pictures are today's",
        ]
      : [],
  )
  const order = (what: string, then: readonly string[], now: readonly string[]) => {
    const [both, other] = [
      then.filter((name) => now.includes(name)),
      now.filter((name) => then.includes(name)),
    ]
    return canonicalJson(both) === canonicalJson(other) ? [] : [what]
  }
  const [then, now] = [before.plan.campaign, after.plan.campaign]
  const moved = [
    ...order('slots', slotsOf(then), slotsOf(now)),
    ...now.slots.flatMap(({ slot, assets }) => {
      const olderAssets = then.slots.find((each) => each.slot === slot)?.assets ?? []
      return order(`assets of ${slot}`, olderAssets.map(idOf), assets.map(idOf))
    }),
    ...order('locales', then.locales, now.locales),
    ...order('placements', then.placements, now.placements),
  ]
  if (moved.length > 0) remarks.push(`the order of ${moved.join(', ')} changed: that moves ranks, not ids`)
  if (before.plan.fingerprint !== after.plan.fingerprint) {
    remarks.push(
      'the two were compiled by other versions of Polyad, sharp, ICU or fonts: pictures may differ though nothing in ' +
        'the campaign does',
    )
  }
  return remarks
}

function slotsOf({ slots }: LoadedRevision['plan']['campaign']): string[] {
  return slots.map(({ slot }) => slot)
}

function idOf({ id }: { readonly id: string }): string {
  return id
}
