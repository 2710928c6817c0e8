import { canonicalJson } from '../../core/canonical-json.ts'
import { typedText } from '../../templates/typed-values.ts'
import type { Asset, Campaign } from '../campaign/campaign.ts'
import type { Plan } from '../campaign/plan.ts'
import { copySources } from '../generate/copy-renderer.ts'
import { CELL_LEVELS } from '../space/compile.ts'
import type { CellChange } from './changed-content.ts'
import type { Comparison } from './compare-plans.ts'
import type { ChangeCounts, Changes } from './count-changes.ts'
import type { MatchedLevel } from './matched-levels.ts'

export const CAUSE_KINDS = [
  'segments added',
  'segments removed',
  'locales added',
  'locales removed',
  'placements added',
  'placements removed',
  'slots changed',
  'asset added',
  'asset retired',
  'asset edited',
  'rules changed',
  'template changed',
  'size changed',
  'link changed',
] as const
export type CauseKind = (typeof CAUSE_KINDS)[number]

/** Something that was changed in a campaign, and the ad units it touches. */
export interface Cause extends Readonly<Changes> {
  readonly kind: CauseKind
  /** Segments, locales, placements, slots, or an asset as SLOT/ASSET; none for rules and link. */
  readonly names: readonly string[]
  /** What was done to it, for people; empty where the kind says it all. */
  readonly detail: string
}

const NONE: Changes = { added: 0n, removed: 0n, changed: 0n }

/**
 * What was changed between two revisions, with every ad unit each change touches; an ad unit that two of them touch
 * counts in both. Changes that touch none are there too.
 */
export function listCauses(comparison: Comparison, counts: ChangeCounts): Cause[] {
  const { levels } = comparison
  const [segments, locales, placements] = levels as readonly [MatchedLevel, MatchedLevel, MatchedLevel]
  return [
    ...valuesOfOne('segments', segments, counts.byLevel[0]!),
    ...valuesOfOne('locales', locales, counts.byLevel[1]!),
    ...valuesOfOne('placements', placements, counts.byLevel[2]!),
    ...otherSlots(comparison, counts),
    ...levels.slice(CELL_LEVELS).flatMap((_, slot) => assetCauses(comparison, counts, CELL_LEVELS + slot)),
    ...ruleCauses(comparison, counts),
    ...cellCauses(comparison, counts),
  ]
}

/** The fields of a campaign's document that changed without a change of its ad units. */
export function quietFields({ before, after }: Comparison): string[] {
  return changedFields(before.campaign, after.campaign).filter((field) => QUIET_FIELDS.has(field))
}

/** Fields that decide who is served and how much is paid, never which ad units there are or what they show. */
const QUIET_FIELDS: ReadonlySet<string> = new Set([
  'title',
  'mode',
  'budget',
  'flight',
  'timeZone',
  'goal',
  'economics',
  'platforms',
  'broadControlShare',
  'holdoutShare',
  'eventsPerLeafWeek',
  'kFloor',
])

function valuesOfOne(
  what: 'segments' | 'locales' | 'placements',
  level: MatchedLevel,
  counts: ReadonlyMap<number, Readonly<Changes>>,
): Cause[] {
  const [older, newer] = [new Set(level.before), new Set(level.after)]
  const causeOf = (kind: CauseKind, isOne: (code: number) => boolean): Cause[] => {
    const codes = [...level.names.keys()].filter(isOne)
    if (codes.length === 0) return []
    const names = codes.map((code) => level.names[code]!)
    return [{ kind, names, detail: '', ...sumOf(codes.map((code) => counts.get(code) ?? NONE)) }]
  }
  return [
    ...causeOf(`${what} added`, (code) => !older.has(code)),
    ...causeOf(`${what} removed`, (code) => !newer.has(code)),
  ]
}

function otherSlots({ levels, hasOtherSlots }: Comparison, { byOtherSlots }: ChangeCounts): Cause[] {
  const slots = levels.slice(CELL_LEVELS)
  const placements = levels[CELL_LEVELS - 1]!
  const [older, newer] = [new Set(placements.before), new Set(placements.after)]
  const where = placements.names.filter(
    (_, code) => older.has(code) && newer.has(code) && hasOtherSlots(code),
  )
  const added = slots.filter(({ before }) => !before).map(({ dimension }) => dimension)
  const removed = slots.filter(({ after }) => !after).map(({ dimension }) => dimension)
  if (where.length === 0 && added.length === 0 && removed.length === 0) return []
  const parts = [
    ...(added.length > 0 ? [`added ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed ${removed.join(', ')}`] : []),
    where.length > 0 ? `other slots in ${where.join(', ')}` : 'shown in no placement of both',
  ]
  return [
    {
      kind: 'slots changed',
      names: [...added, ...removed],
      detail: parts.join('; '),
      ...byOtherSlots,
      changed: 0n,
    },
  ]
}

function assetCauses({ before, after, levels }: Comparison, counts: ChangeCounts, level: number): Cause[] {
  const { dimension: slot, names } = levels[level]!
  const [older, newer] = [assetsOf(before, slot), assetsOf(after, slot)]
  // A slot of one revision alone is told as a slot, not asset by asset.
  if (!older || !newer) return []
  return [...names.entries()].flatMap(([code, name]): Cause[] => {
    const [then, now] = [older.get(name), newer.get(name)]
    const of = counts.byLevel[level]!.get(code) ?? NONE
    const cause = { names: [`${slot}/${name}`] }
    const wasUsed = then && !then.retired
    const isUsed = now && !now.retired
    if (!wasUsed && !isUsed) return []
    if (!wasUsed) {
      const detail = then ? 'used again' : ''
      return [{ ...cause, kind: 'asset added', detail, ...NONE, added: of.added }]
    }
    if (!isUsed) {
      const detail = now ? '' : 'taken out of the document'
      return [{ ...cause, kind: 'asset retired', detail, ...NONE, removed: of.removed }]
    }
    const changed = counts.editedByLevel[level]!.get(code) ?? 0n
    const detail = editText(before, then, after, now)
    if (detail === undefined && changed === 0n) return []
    return [{ ...cause, kind: 'asset edited', detail: detail ?? 'labels in its text', ...NONE, changed }]
  })
}

/** What was done to an asset that both revisions use, undefined when it is as it was. */
function editText(before: Plan, then: Asset, after: Plan, now: Asset): string | undefined {
  const rewritten = after.campaign.locales.filter(
    (locale) =>
      before.campaign.locales.includes(locale) &&
      (canonicalJson(copySources(then, locale)) !== canonicalJson(copySources(now, locale)) ||
        typedText(then, locale) !== typedText(now, locale)),
  )
  const parts = [
    ...(rewritten.length > 0 ? [`text in ${rewritten.join(', ')}`] : []),
    ...(then.colour === now.colour ? [] : [`${then.colour ?? 'no colour'} to ${now.colour ?? 'no colour'}`]),
    ...pictureText(before, then.file, after, now.file),
    ...(canonicalJson(then.focus ?? null) === canonicalJson(now.focus ?? null) ? [] : ['its focal point']),
  ]
  return parts.length > 0 ? parts.join('; ') : undefined
}

function pictureText(before: Plan, then: string | undefined, after: Plan, now: string | undefined): string[] {
  const isSame =
    (then === undefined ? undefined : before.files[then]) ===
    (now === undefined ? undefined : after.files[now])
  if (then !== now)
    return [`${then ?? 'no picture'} to ${now ?? 'no picture'}${isSame ? ', the same picture' : ''}`]
  return isSame ? [] : [`another picture in ${now}`]
}

/** Conditions of assets and every other field that may decide which choices go together. */
function ruleCauses({ before, after, levels }: Comparison, { byRule }: ChangeCounts): Cause[] {
  const conditions = levels.slice(CELL_LEVELS).flatMap(({ dimension, names }) => {
    const [older, newer] = [assetsOf(before, dimension), assetsOf(after, dimension)]
    return names
      .filter((name) => older?.has(name) && newer?.has(name))
      .filter((name) => canonicalJson(older!.get(name)!.when) !== canonicalJson(newer!.get(name)!.when))
      .map((name) => `${dimension}/${name}`)
  })
  const fields = changedFields(before.campaign, after.campaign).filter(
    (field) => !QUIET_FIELDS.has(field) && !TOLD_FIELDS.has(field),
  )
  const parts = [
    ...fields.map((field) => termsText(field, before.campaign, after.campaign)),
    ...(conditions.length > 0 ? [`"when" of ${listed(conditions)}`] : []),
  ]
  if (parts.length === 0 && byRule.added === 0n && byRule.removed === 0n) return []
  const detail =
    parts.length > 0 ? parts.join('; ') : 'what is certain of segments, or copy that has no text there'
  return [{ kind: 'rules changed', names: [], detail, ...byRule, changed: 0n }]
}

/** Fields that other causes tell of. */
const TOLD_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'segments',
  'locales',
  'placements',
  'slots',
  'template',
  'landingUrl',
])

/** Terms of a list that came and went; another field by its name alone. */
function termsText(field: string, before: Campaign, after: Campaign): string {
  const [then, now] = [before, after].map((campaign) => {
    const value = (campaign as Record<string, unknown>)[field] ?? []
    return Array.isArray(value) ? value.map(canonicalJson) : undefined
  })
  if (!then || !now) return field
  const [older, newer] = [new Set(then), new Set(now)]
  const came = now.filter((term) => !older.has(term)).length
  const went = then.filter((term) => !newer.has(term)).length
  return came + went === 0 ? `${field}: order alone` : `${field}: ${came} new, ${went} gone`
}

function cellCauses({ content, levels, before, after }: Comparison, counts: ChangeCounts): Cause[] {
  const { names } = levels[CELL_LEVELS - 1]!
  const ofPlacements = (kind: CauseKind, change: CellChange, detail: string): Cause[] => {
    const codes = [...content.ofPlacement]
      .filter(([, changes]) => changes.includes(change))
      .map(([code]) => code)
    if (codes.length === 0) return []
    const changed = codes.reduce((sum, code) => sum + (counts.commonByPlacement.get(code) ?? 0n), 0n)
    return [{ kind, names: codes.map((code) => names[code]!), detail, ...NONE, changed }]
  }
  const [then, now] = [before.template.name, after.template.name]
  const isLinked = before.campaign.landingUrl !== after.campaign.landingUrl || counts.relinked > 0n
  return [
    ...ofPlacements('template changed', 'template', then === now ? '' : `${then} to ${now}`),
    ...ofPlacements('size changed', 'size', ''),
    ...(isLinked
      ? [
          {
            kind: 'link changed' as const,
            names: [],
            detail: `${before.campaign.landingUrl} to ${after.campaign.landingUrl}`,
            ...NONE,
            changed: counts.relinked,
          },
        ]
      : []),
  ]
}

function changedFields(before: Campaign, after: Campaign): string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)])
  const [then, now] = [before as Record<string, unknown>, after as Record<string, unknown>]
  // A field that is not there and an empty list say the same.
  return [...fields].filter((field) => canonicalJson(then[field] ?? []) !== canonicalJson(now[field] ?? []))
}

function assetsOf({ campaign }: Plan, slot: string): Map<string, Asset> | undefined {
  const assets = campaign.slots.find((each) => each.slot === slot)?.assets
  return assets && new Map(assets.map((asset) => [asset.id, asset]))
}

function sumOf(list: readonly Readonly<Changes>[]): Changes {
  return list.reduce(
    (sum, each) => ({
      added: sum.added + each.added,
      removed: sum.removed + each.removed,
      changed: sum.changed + each.changed,
    }),
    NONE,
  )
}

const LISTED = 5

function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : ''
  return names.slice(0, LISTED).join(', ') + more
}
