import { canonicalJson } from '../../core/canonical-json.ts'
import { contentHash } from '../../core/hash.ts'
import type { Asset, Campaign } from '../campaign/campaign.ts'
import type { Ledger } from '../campaign/ledger.ts'
import type { SheetAsset } from './sheet-row.ts'

export interface AssetChange {
  readonly slot: string
  readonly asset: string
  readonly kind: 'added' | 'changed' | 'retired'
  /** What differs: `text.en`, `file`, `when`, ... */
  readonly fields: readonly string[]
}

export interface MergedSheet {
  readonly campaign: Campaign
  readonly changes: readonly AssetChange[]
  readonly unchanged: number
  /** Assets in use of the sheet's slots that the sheet does not name; they stay as they are, or are retired. */
  readonly missing: number
  /** Names of groups that are not as they were. */
  readonly groups: readonly string[]
}

/**
 * A campaign with a sheet's options. An asset keeps its id, and so its ordinal and its ad units': a row with an id is
 * the asset of that id; a row without one is the asset that shows the same, else a new one, named by what it shows and
 * never as one the ledger remembers. Order follows the campaign, new ones last. Nothing is ever taken out.
 *
 * @param options.retireMissing assets that the sheet does not name are no longer used; a default always is
 */
export function mergeSheet(
  campaign: Campaign,
  rows: readonly SheetAsset[],
  ledger: Ledger | undefined,
  options: { readonly retireMissing: boolean },
): MergedSheet {
  const changes: AssetChange[] = []
  let unchanged = 0
  let missing = 0
  const idOfRow = new Map<SheetAsset, string>()
  const slotNames = [...new Set([...campaign.slots.map(({ slot }) => slot), ...rows.map(({ slot }) => slot)])]
  const ofSlot = new Map<string, SheetAsset[]>()
  for (const row of rows) {
    const given = ofSlot.get(row.slot) ?? []
    given.push(row)
    ofSlot.set(row.slot, given)
  }

  const slots = slotNames.map((name) => {
    const before = campaign.slots.find(({ slot }) => slot === name)
    const given = ofSlot.get(name)
    if (!given) return before!
    const assets = new Map((before?.assets ?? []).map((asset) => [asset.id, asset]))
    const byShown = new Map([...assets.values()].map((asset) => [shownKey(asset), asset.id]))
    const taken = new Set([
      ...assets.keys(),
      ...Object.keys(ledger?.assets[name] ?? {}),
      ...given.flatMap(({ id }) => id ?? []),
    ])
    const named = new Set<string>()
    for (const row of given) {
      const id = row.id ?? byShown.get(shownKey(row.content)) ?? newId(row, taken)
      taken.add(id)
      named.add(id)
      idOfRow.set(row, id)
      const old = assets.get(id)
      const made: Asset = { id, ...row.content }
      assets.set(id, made)
      const fields = old ? changedFields(old, made) : []
      if (!old) changes.push({ slot: name, asset: id, kind: 'added', fields: [] })
      else if (fields.length === 0) unchanged++
      else
        changes.push({
          slot: name,
          asset: id,
          kind: made.retired && !old.retired ? 'retired' : 'changed',
          fields,
        })
    }
    const fallback = before?.default ?? idOfRow.get(given[0]!)!
    for (const asset of before?.assets ?? []) {
      if (named.has(asset.id) || asset.retired) continue
      missing++
      if (!options.retireMissing || asset.id === fallback) continue
      assets.set(asset.id, { ...asset, retired: true })
      changes.push({ slot: name, asset: asset.id, kind: 'retired', fields: ['retired'] })
    }
    return { slot: name, default: fallback, assets: [...assets.values()] }
  })

  const groups = mergedGroups(campaign.groups ?? [], rows, idOfRow)
  const { groups: _, ...rest } = campaign
  return {
    campaign: { ...rest, slots, ...(groups.length > 0 && { groups }) },
    changes,
    unchanged,
    missing,
    groups: changedGroups(campaign.groups ?? [], groups),
  }
}

/** What an asset shows, whatever it is called. */
function shownKey({ text, file, colour, number, price, date, url }: Omit<Asset, 'id'>): string {
  return canonicalJson({ text, file, colour, number, price, date, url })
}

/** A name from what the asset shows: the same for the same sheet, on every machine. */
function newId({ content }: SheetAsset, taken: ReadonlySet<string>): string {
  const shown =
    Object.values(content.text ?? {}).flat()[0] ??
    content.file?.replace(/^.*\/|\.[a-z]+$/gi, '') ??
    content.colour ??
    ''
  const words = shown
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  // A text without Latin letters is named by its hash.
  const base = words || `asset-${contentHash(shownKey(content)).slice(0, 8)}`
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`
    if (!taken.has(id)) return id
  }
}

function changedFields(before: Asset, after: Asset): string[] {
  const flat = ({ id: _, text = {}, ...rest }: Asset): Record<string, unknown> => ({
    ...Object.fromEntries(Object.entries(text).map(([locale, value]) => [`text.${locale}`, value])),
    ...rest,
  })
  const [old, now] = [flat(before), flat(after)]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (field) => canonicalJson(old[field] ?? null) !== canonicalJson(now[field] ?? null),
  )
}

type Groups = NonNullable<Campaign['groups']>

/** The sheet says of each of its assets which group it is in; other assets stay in theirs. */
function mergedGroups(
  before: Groups,
  rows: readonly SheetAsset[],
  idOfRow: ReadonlyMap<SheetAsset, string>,
): Groups {
  const inSheet = new Set([...idOfRow].map(([{ slot }, id]) => `${slot} ${id}`))
  const made = new Map<string, Record<string, string[]>>()
  for (const { name, assets } of before) {
    const kept = Object.entries(assets).map(
      ([slot, ids]) => [slot, ids.filter((id) => !inSheet.has(`${slot} ${id}`))] as const,
    )
    made.set(name, Object.fromEntries(kept.map(([slot, ids]) => [slot, [...ids]])))
  }
  for (const row of rows) {
    if (row.group === undefined) continue
    const assets = made.get(row.group) ?? {}
    assets[row.slot] ??= []
    assets[row.slot]!.push(idOfRow.get(row)!)
    made.set(row.group, assets)
  }
  return [...made].flatMap(([name, assets]) => {
    const filled = Object.entries(assets).filter(([, ids]) => ids.length > 0)
    return filled.length > 0 ? [{ name, assets: Object.fromEntries(filled) }] : []
  })
}

function changedGroups(before: Groups, after: Groups): string[] {
  const members = (groups: Groups) =>
    new Map(
      groups.map(({ name, assets }) => [
        name,
        canonicalJson(
          Object.fromEntries(Object.entries(assets).map(([slot, ids]) => [slot, [...ids].sort()])),
        ),
      ]),
    )
  const [old, now] = [members(before), members(after)]
  return [...new Set([...old.keys(), ...now.keys()])].filter((name) => old.get(name) !== now.get(name))
}
