import { csvLine } from '../reporting/table-csv.ts'
import { CELL_LEVELS } from '../space/compile.ts'
import type { ChangedUnit } from './changed-units.ts'
import type { Comparison } from './compare-plans.ts'

/** Rows that are written at once. */
const BATCH = 2_000

/**
 * Changed ad units as JSON Lines: kind, id, rankBefore and rankAfter (decimal texts, null where the revision does not
 * make it), segment, locale, placement, slots (asset by slot, null where it has none), changed (what shows otherwise).
 */
export function changedJsonl(comparison: Comparison, units: Iterable<ChangedUnit>): Generator<Uint8Array> {
  const slots = slotsOf(comparison)
  return inBatches(units, '', ({ kind, id, rankBefore, rankAfter, segment, locale, placement, ...unit }) => {
    const row = {
      kind,
      id,
      rankBefore: rankBefore === undefined ? null : String(rankBefore),
      rankAfter: rankAfter === undefined ? null : String(rankAfter),
      segment,
      locale,
      placement,
      slots: Object.fromEntries(slots.map((slot, at) => [slot, unit.choices[at] ?? null])),
      changed: unit.changed,
    }
    return `${JSON.stringify(row)}\n`
  })
}

/** The same as CSV: slots as columns `slots.NAME`, what changed separated by spaces, empty cells for what there is not. */
export function changedCsv(comparison: Comparison, units: Iterable<ChangedUnit>): Generator<Uint8Array> {
  const header = csvLine([
    ...['kind', 'id', 'rankBefore', 'rankAfter', 'segment', 'locale', 'placement'],
    ...slotsOf(comparison).map((slot) => `slots.${slot}`),
    'changed',
  ])
  return inBatches(units, header, (unit) =>
    csvLine([
      unit.kind,
      unit.id,
      unit.rankBefore === undefined ? null : String(unit.rankBefore),
      unit.rankAfter === undefined ? null : String(unit.rankAfter),
      unit.segment,
      unit.locale,
      unit.placement,
      ...unit.choices.map((asset) => asset ?? null),
      unit.changed.join(' '),
    ]),
  )
}

function* inBatches(
  units: Iterable<ChangedUnit>,
  header: string,
  lineOf: (unit: ChangedUnit) => string,
): Generator<Uint8Array> {
  let lines = [header]
  for (const unit of units) {
    lines.push(lineOf(unit))
    if (lines.length <= BATCH) continue
    yield Buffer.from(lines.join(''))
    lines = []
  }
  yield Buffer.from(lines.join(''))
}

function slotsOf({ levels }: Comparison): string[] {
  return levels.slice(CELL_LEVELS).map(({ dimension }) => dimension)
}
