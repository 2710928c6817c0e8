import { PolyadError } from '../../core/errors.ts'
import { nearestName } from '../../rules/nearest-name.ts'
import { type Copy, compileCopy } from '../../templates/copy.ts'
import type { CopyValue } from '../../templates/helpers.ts'
import { typedText } from '../../templates/typed-values.ts'
import type { Asset } from '../campaign/campaign.ts'
import type { Plan } from '../campaign/plan.ts'

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
  /** By positions in the campaign; undefined when the asset is retired or has no text for the locale. */
  entry(slot: number, asset: number, locale: number): CopyEntry | undefined
  /** The text of an asset, undefined where the asset has none for the locale or it cannot be rendered. */
  text(slot: string, asset: string, locale: string, segment: string): string | undefined
  readonly problems: readonly CopyProblem[]
}

/** The source of an asset's copy in a locale: its own, else its language's. */
export function copySource(asset: Asset, locale: string): string | undefined {
  const texts = asset.text ?? {}
  for (const key of [locale, languageOf(locale)]) {
    if (Object.hasOwn(texts, key)) return texts[key]
  }
  return undefined
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
  const { campaign } = plan
  const classes = createSegmentClasses(plan)
  const problems: CopyProblem[] = []
  const copies = new Map<string, Copy>()

  function render(slot: string, asset: Asset, at: string, locale: string): CopyEntry | undefined {
    const source = copySource(asset, locale)
    if (source === undefined) return undefined
    const where = `campaigns/${campaign.name}.json: ${at} (${slot}/${asset.id}, ${locale})`
    let copy = copies.get(source)
    if (!copy) {
      copy = compileCopy(source, where)
      requireAttributes(plan, copy.variables, where)
      copies.set(source, copy)
    }
    const { classOf, members } = classes(copy.variables)
    const texts: (string | undefined)[] = []
    let failed: { example: number; problem: string } | undefined
    let segments = 0
    for (const [first, people] of members) {
      const result = copy.render(contextOf(plan, first, copy.variables, locale), locale)
      texts.push('text' in result ? result.text : undefined)
      if ('problem' in result) {
        failed ??= { example: first, problem: result.problem }
        segments += people
      }
    }
    if (failed) {
      const example = plan.segments[failed.example]!.id
      problems.push({ slot, asset: asset.id, locale, segments, example, problem: failed.problem })
    }
    return { texts, classOf }
  }

  /** A number, price, date or URL is the same for everybody. */
  function typedEntry(asset: Asset, locale: string): CopyEntry | undefined {
    const text = typedText(asset, locale)
    return text === undefined ? undefined : { texts: [text], classOf: new Int32Array(plan.segments.length) }
  }

  const entries = campaign.slots.map(({ slot, assets }, slotAt) =>
    assets.map((asset, assetAt) =>
      campaign.locales.map((locale) =>
        asset.retired
          ? undefined
          : (typedEntry(asset, locale) ?? render(slot, asset, `/slots/${slotAt}/assets/${assetAt}`, locale)),
      ),
    ),
  )
  const positions = {
    slots: positionsOf(campaign.slots, ({ slot }) => slot),
    assets: campaign.slots.map(({ assets }) => positionsOf(assets, ({ id }) => id)),
    locales: positionsOf(campaign.locales, (locale) => locale),
    segments: positionsOf(plan.segments, ({ id }) => id),
  }
  return {
    entry: (slot, asset, locale) => entries[slot]?.[asset]?.[locale],
    text(slot, asset, locale, segment) {
      const slotAt = positions.slots.get(slot) ?? -1
      const assetAt = positions.assets[slotAt]?.get(asset) ?? -1
      const entry = entries[slotAt]?.[assetAt]?.[positions.locales.get(locale) ?? -1]
      return entry?.texts[entry.classOf[positions.segments.get(segment) ?? -1] ?? -1]
    },
    problems,
  }
}

/** A misspelt attribute is never known of anybody: its fallback would be shown to all, and nobody would notice. */
function requireAttributes({ attributes }: Plan, variables: readonly string[], where: string): void {
  for (const name of variables) {
    if (Object.hasOwn(attributes, name)) continue
    const names = Object.keys(attributes)
    const near = nearestName(name, names)
    throw new PolyadError('INPUT_INVALID', {
      what: 'copy',
      where,
      problem: `there is no attribute of people "${name}"`,
      mend: near ? `did you mean "${near}"?` : `there are ${names.join(', ')}`,
    })
  }
}

interface SegmentClasses {
  readonly classOf: Int32Array
  /** For each class its first segment and how many it has. */
  readonly members: readonly (readonly [first: number, size: number])[]
}

/** Groups segments by the values of some attributes, once for each set of attributes. */
function createSegmentClasses(plan: Plan): (variables: readonly string[]) => SegmentClasses {
  const made = new Map<string, SegmentClasses>()
  return (variables) => {
    const key = JSON.stringify(variables)
    let classes = made.get(key)
    if (!classes) {
      const numbers = new Map<string, number>()
      const members: [number, number][] = []
      const classOf = new Int32Array(plan.segments.length)
      for (const [at, { certain }] of plan.segments.entries()) {
        const values = JSON.stringify(
          variables.map((name) => (Object.hasOwn(certain, name) ? certain[name] : null)),
        )
        let number = numbers.get(values)
        if (number === undefined) {
          number = members.length
          numbers.set(values, number)
          members.push([at, 0])
        }
        members[number]![1]++
        classOf[at] = number
      }
      classes = { classOf, members }
      made.set(key, classes)
    }
    return classes
  }
}

/** Labels, in the locale's language, of what is certain of a segment; a number or a boolean without one as it is. */
function contextOf(
  plan: Plan,
  segment: number,
  variables: readonly string[],
  locale: string,
): Record<string, CopyValue> {
  const { certain } = plan.segments[segment]!
  const context: Record<string, CopyValue> = {}
  for (const name of variables) {
    if (!Object.hasOwn(certain, name)) continue
    const value = certain[name]!
    const ofAttribute = Object.hasOwn(plan.labels, name) ? plan.labels[name]! : {}
    const labels = Object.hasOwn(ofAttribute, String(value)) ? ofAttribute[String(value)]! : {}
    context[name] = labels[locale] ?? labels[languageOf(locale)] ?? labels['*'] ?? value
  }
  return context
}

function languageOf(locale: string): string {
  return locale.split('-')[0]!
}

function positionsOf<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, number> {
  return new Map(items.map((item, at) => [nameOf(item), at]))
}
