import { canonicalJson } from '../../core/canonical-json.ts'
import { safeBox, shownLayers } from '../../templates/layout.ts'
import type { Placement } from '../../templates/placement.ts'
import type { Plan } from '../campaign/plan.ts'
import { clickThrough } from '../generate/click-through.ts'
import { type CopyEntry, createCopyTable } from '../generate/copy-table.ts'
import { assetValue } from '../generate/unit-values.ts'
import { CELL_LEVELS } from '../space/compile.ts'
import type { MatchedLevel } from './matched-levels.ts'

/** What an ad unit of both revisions shows otherwise, whatever its assets are. */
export type CellChange = 'size' | 'template' | 'link'

/** The assets that show something else in a segment and locale. Equal contexts are one object. */
export interface Context {
  /** Codes by slot, undefined for a slot in which nothing changed. */
  readonly changed: readonly (ReadonlySet<number> | undefined)[]
  /** By slot: a number that is equal where everything from this slot on is; 0 where nothing changed from here on. */
  readonly from: Int32Array
}

/** What ids of both revisions show, compared; by codes of the matched levels. */
export interface ChangedContent {
  /** Changes of a placement that both have. */
  readonly ofPlacement: ReadonlyMap<number, readonly CellChange[]>
  /** Whether the link of a segment's ad units changed. */
  isLinkChanged(segment: number): boolean
  context(segment: number, locale: number): Context
}

/**
 * Whether an asset shows something else, by segment code and locale code where that matters. A text that is a list shows
 * something else where it does in any placement.
 */
type Difference = true | ((segment: number, locale: number) => boolean)

/** A text that is no list is the same in every placement. */
const FIRST_PLACEMENT: readonly Positions[] = [{ before: 0, after: 0 }]

/** Compares what two plans show. It costs assets and segments, not ad units. */
export function compareContent(before: Plan, after: Plan, levels: readonly MatchedLevel[]): ChangedContent {
  const [segments, , placements] = levels as readonly [MatchedLevel, MatchedLevel, MatchedLevel]
  const segmentsAt = sharedPositions(segments)
  const slots = levels
    .slice(CELL_LEVELS)
    .map((level) => differencesOf(before, after, level, levels, segmentsAt))
  const contexts = createContexts(slots.length)

  const linkAt = new Map(
    [...segmentsAt].map(([code, at]) => {
      const older = clickThrough(before, before.segments[at.before]!.id)
      const newer = clickThrough(after, after.segments[at.after]!.id)
      return [code, canonicalJson(older) !== canonicalJson(newer)]
    }),
  )
  const ofPlacement = new Map<number, readonly CellChange[]>()
  for (const [code, at] of sharedPositions(placements)) {
    const changes = placementChanges(
      before,
      before.placements[at.before]!,
      after,
      after.placements[at.after]!,
    )
    if (changes.length > 0) ofPlacement.set(code, changes)
  }
  return {
    ofPlacement,
    isLinkChanged: (segment) => linkAt.get(segment) ?? false,
    context: (segment, locale) =>
      contexts(
        slots.map((differences) =>
          [...differences].flatMap(([code, differs]) =>
            differs === true || differs(segment, locale) ? [code] : [],
          ),
        ),
      ),
  }
}

interface Positions {
  readonly before: number
  readonly after: number
}

/** Positions in both revisions of the codes that both have. */
function sharedPositions({ before, after }: MatchedLevel): Map<number, Positions> {
  const older = new Map([...(before ?? [])].map((code, at) => [code, at]))
  return new Map(
    [...(after ?? [])].flatMap((code, at): [number, Positions][] => {
      const position = older.get(code)
      return position === undefined ? [] : [[code, { before: position, after: at }]]
    }),
  )
}

/** Interns contexts: most segments share one. */
function createContexts(slotCount: number): (changed: readonly (readonly number[])[]) => Context {
  const numbers = new Map<string, number>()
  const known = new Map<string, Context>()
  return (changed) => {
    const key = changed.join(';')
    let context = known.get(key)
    if (!context) {
      const from = new Int32Array(slotCount + 1)
      for (let slot = slotCount - 1; slot >= 0; slot--) {
        if (changed[slot]!.length === 0 && from[slot + 1] === 0) continue
        const rest = `${slot}|${changed[slot]!.join()}|${from[slot + 1]}`
        if (!numbers.has(rest)) numbers.set(rest, numbers.size + 1)
        from[slot] = numbers.get(rest)!
      }
      context = { changed: changed.map((codes) => (codes.length > 0 ? new Set(codes) : undefined)), from }
      known.set(key, context)
    }
    return context
  }
}

/** Assets of a slot of both revisions that show something else somewhere. */
function differencesOf(
  before: Plan,
  after: Plan,
  level: MatchedLevel,
  [segments, locales, placements]: readonly MatchedLevel[],
  segmentsAt: ReadonlyMap<number, Positions>,
): Map<number, Difference> {
  const differences = new Map<number, Difference>()
  const older = before.campaign.slots.findIndex(({ slot }) => slot === level.dimension)
  const newer = after.campaign.slots.findIndex(({ slot }) => slot === level.dimension)
  const [olderCopy, newerCopy] = [createCopyTable(before), createCopyTable(after)]
  const localesAt = sharedPositions(locales!)
  const placementsAt = [...sharedPositions(placements!).values()]
  const classPairs = createClassPairs(segmentsAt, segments!.names.length)
  for (const [code, at] of sharedPositions(level)) {
    const olderValue = fixedValue(before, older, at.before)
    const newerValue = fixedValue(after, newer, at.after)
    if (olderValue !== newerValue) {
      differences.set(code, true)
      continue
    }
    const byLocale = new Map<number, (segment: number) => boolean>()
    for (const [locale, localeAt] of localesAt) {
      const isList =
        olderCopy.isList(older, at.before, localeAt.before) ||
        newerCopy.isList(newer, at.after, localeAt.after)
      const differs = (isList ? placementsAt : FIRST_PLACEMENT).flatMap(
        (placement) =>
          copyDiffers(
            olderCopy.entry(older, at.before, localeAt.before, placement.before),
            newerCopy.entry(newer, at.after, localeAt.after, placement.after),
            classPairs,
          ) ?? [],
      )
      if (differs.length > 0) byLocale.set(locale, (segment) => differs.some((each) => each(segment)))
    }
    if (byLocale.size > 0) {
      differences.set(code, (segment, locale) => byLocale.get(locale)?.(segment) ?? false)
    }
  }
  return differences
}

/** A picture by its content, a colour; empty for a text, which segment and locale decide. */
function fixedValue(plan: Plan, slot: number, asset: number): string {
  const value = assetValue(plan.campaign.slots[slot]!.assets[asset]!, undefined)
  if (!value) return ''
  if (value.kind === 'image') {
    const focus = value.focus ? ` ${value.focus.x},${value.focus.y}` : ''
    return `image ${plan.files[value.file] ?? value.file}${focus}`
  }
  return value.kind === 'colour' ? `colour ${value.colour}` : ''
}

/** Classes of copy of both revisions that some segment has together, and which pair a segment has. */
interface ClassPairs {
  readonly pairs: readonly (readonly [before: number, after: number])[]
  /** By segment code, -1 for a segment that only one revision has. */
  readonly pairOf: Int32Array
}

type ClassPairsOf = (before: Int32Array, after: Int32Array) => ClassPairs

function createClassPairs(segmentsAt: ReadonlyMap<number, Positions>, segmentCount: number): ClassPairsOf {
  // Copies that mention the same attributes share their classes, so there are few of these.
  const known = new Map<Int32Array, Map<Int32Array, ClassPairs>>()
  return (before, after) => {
    const ofBefore = known.get(before) ?? new Map<Int32Array, ClassPairs>()
    known.set(before, ofBefore)
    let made = ofBefore.get(after)
    if (!made) {
      const numbers = new Map<string, number>()
      const pairs: [number, number][] = []
      const pairOf = new Int32Array(segmentCount).fill(-1)
      for (const [code, at] of segmentsAt) {
        const pair: [number, number] = [before[at.before]!, after[at.after]!]
        const key = pair.join()
        if (!numbers.has(key)) {
          numbers.set(key, pairs.length)
          pairs.push(pair)
        }
        pairOf[code] = numbers.get(key)!
      }
      made = { pairs, pairOf }
      ofBefore.set(after, made)
    }
    return made
  }
}

/** Whether a copy comes out otherwise, by segment; undefined where it does for none. */
function copyDiffers(
  before: CopyEntry | undefined,
  after: CopyEntry | undefined,
  classPairsOf: ClassPairsOf,
): ((segment: number) => boolean) | undefined {
  if (!before || !after) return undefined
  const { pairs, pairOf } = classPairsOf(before.classOf, after.classOf)
  // A text that cannot be rendered makes no ad unit, so there is nothing to compare.
  const differs = pairs.map(([older, newer]) => {
    const [then, now] = [before.texts[older], after.texts[newer]]
    return then !== undefined && now !== undefined && then !== now
  })
  return differs.includes(true) ? (segment) => differs[pairOf[segment]!] ?? false : undefined
}

function placementChanges(before: Plan, older: Placement, after: Plan, newer: Placement): CellChange[] {
  const size = ({ widthPx, heightPx, maxBytes }: Placement) => canonicalJson({ widthPx, heightPx, maxBytes })
  const isResized = size(older) !== size(newer)
  return [
    ...(isResized ? (['size'] as const) : []),
    ...(looks(before, older) === looks(after, newer) ? [] : (['template'] as const)),
  ]
}

/** The layers as a placement shows them, with their own pictures by content. */
function looks(plan: Plan, placement: Placement): string {
  const layers = shownLayers(plan.template, placement.id).map(({ id: _, ...layer }) => {
    const file = layer.kind === 'image' && layer.file !== undefined ? plan.files[layer.file] : undefined
    return file === undefined ? layer : { ...layer, file }
  })
  return canonicalJson({ layers, safe: safeBox(plan.template, placement) })
}
