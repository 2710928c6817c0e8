import { typedText } from '../../templates/typed-values.ts'
import type { Plan } from '../campaign/plan.ts'
import { createCopyRenderer, textKey } from './copy-renderer.ts'

/** An asset whose copy cannot be rendered for some segments: it is not used there. */
interface CopyProblem {
  readonly slot: string
  readonly asset: string
  readonly locale: string
  /** How many segments it fails for, and the first of them. */
  readonly segments: number
  readonly example: string
  /** What is wrong, for people. */
  readonly problem: string
}

/**
 * Copy of one asset in one locale. Segments alike in what the copy mentions share a text: `texts[classOf[segment]]`,
 * undefined where it cannot be rendered.
 */
export interface CopyEntry {
  readonly texts: readonly (string | undefined)[]
  /** By position of the segment in the plan. */
  readonly classOf: Int32Array
}

/** Every text of a plan, rendered once for each distinct (asset, values it mentions, locale). */
export interface CopyTable {
  /**
   * By positions in the campaign; undefined when the asset is retired or has no text for the locale. Of a text that is
   * no list it is one object for all placements. Where there is no text does not depend on the placement.
   */
  entry(slot: number, asset: number, locale: number, placement: number): CopyEntry | undefined
  /** Whether the text is a list, of which each placement takes one. */
  isList(slot: number, asset: number, locale: number): boolean
  /** The text of an asset, undefined where the asset has none for the locale or it cannot be rendered. */
  text(
    slot: string,
    asset: string,
    of: { readonly locale: string; readonly segment: string; readonly placement: string },
  ): string | undefined
  readonly problems: readonly CopyProblem[]
}

const tables = new WeakMap<Plan, CopyTable>()

/**
 * The copy of a plan; rendered once for a plan object.
 *
 * @throws PolyadError INPUT_INVALID for copy that does not compile or names an attribute there is not
 */
export function createCopyTable(plan: Plan): CopyTable {
  let table = tables.get(plan)
  if (!table) {
    table = renderAll(plan)
    tables.set(plan, table)
  }
  return table
}

function renderAll(plan: Plan): CopyTable {
  const { campaign, placements } = plan
  const render = createCopyRenderer(plan)
  const problems: CopyProblem[] = []

  /** One entry for all placements, or one for each where the text is a list. */
  function entriesOf(slotAt: number, assetAt: number, localeAt: number): readonly CopyEntry[] | undefined {
    const rendered = render(slotAt, assetAt, localeAt)
    if (!rendered) return undefined
    const { classOf, classes, alternatives, failure } = rendered
    if (failure) {
      const { slot, assets } = campaign.slots[slotAt]!
      problems.push({
        slot,
        asset: assets[assetAt]!.id,
        locale: campaign.locales[localeAt]!,
        segments: failure.segments,
        example: plan.segments[failure.first]!.id,
        problem: failure.problem,
      })
    }
    const [only] = alternatives
    if (alternatives.length === 1) return [{ texts: only!, classOf }]
    const taken = plan.takenTexts?.[textKey(plan, slotAt, assetAt, localeAt)]
    return placements.map((_, placement) => ({
      classOf,
      texts: classes.map(({ key }, number) => {
        const digit = taken?.[key]?.[placement]
        const text = digit === undefined ? undefined : alternatives[Number(digit)]?.[number]
        return text ?? alternatives.findLast((texts) => texts[number] !== undefined)?.[number]
      }),
    }))
  }

  /** A number, price, date or URL is the same for everybody. */
  function typedEntry(slot: number, asset: number, locale: number): readonly CopyEntry[] | undefined {
    const of = campaign.slots[slot]!.assets[asset]!
    const text = of.retired ? undefined : typedText(of, campaign.locales[locale]!)
    return text === undefined ? undefined : [{ texts: [text], classOf: new Int32Array(plan.segments.length) }]
  }

  const entries = campaign.slots.map(({ assets }, slot) =>
    assets.map((_, asset) =>
      campaign.locales.map((_, locale) => typedEntry(slot, asset, locale) ?? entriesOf(slot, asset, locale)),
    ),
  )
  const positions = {
    slots: positionsOf(campaign.slots, ({ slot }) => slot),
    assets: campaign.slots.map(({ assets }) => positionsOf(assets, ({ id }) => id)),
    locales: positionsOf(campaign.locales, (locale) => locale),
    segments: positionsOf(plan.segments, ({ id }) => id),
    placements: positionsOf(placements, ({ id }) => id),
  }
  const entry = (slot: number, asset: number, locale: number, placement: number) => {
    const found = entries[slot]?.[asset]?.[locale]
    return found?.[found.length === 1 ? 0 : placement]
  }
  return {
    entry,
    isList: (slot, asset, locale) => (entries[slot]?.[asset]?.[locale]?.length ?? 0) > 1,
    text(slot, asset, { locale, segment, placement }) {
      const slotAt = positions.slots.get(slot) ?? -1
      const assetAt = positions.assets[slotAt]?.get(asset) ?? -1
      const found = entry(
        slotAt,
        assetAt,
        positions.locales.get(locale) ?? -1,
        positions.placements.get(placement) ?? -1,
      )
      return found?.texts[found.classOf[positions.segments.get(segment) ?? -1] ?? -1]
    },
    problems,
  }
}

function positionsOf<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, number> {
  return new Map(items.map((item, at) => [nameOf(item), at]))
}
