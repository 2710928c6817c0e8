import { PolyadError } from '../../core/errors.ts'
import { nearestName } from '../../rules/nearest-name.ts'
import { type Copy, compileCopy } from '../../templates/copy.ts'
import type { CopyValue } from '../../templates/helpers.ts'
import type { Asset } from '../campaign/campaign.ts'
import type { Plan } from '../campaign/plan.ts'
import { createSegmentClasses, type SegmentClasses } from './segment-classes.ts'

/** The copy of one asset in one locale for all segments; those alike in what it mentions are a class. */
export interface RenderedCopy extends SegmentClasses {
  /** From long to short, texts by class; undefined where one cannot be rendered. */
  readonly alternatives: readonly (readonly (string | undefined)[])[]
  /** The segments for which none can be rendered, the first of them, and why. */
  readonly failure:
    | { readonly segments: number; readonly first: number; readonly problem: string }
    | undefined
}

/** The copy of an asset in a locale, from long to short: its own, else its language's. */
export function copySources(asset: Asset, locale: string): readonly string[] | undefined {
  const texts = asset.text ?? {}
  for (const key of [locale, languageOf(locale)]) {
    if (!Object.hasOwn(texts, key)) continue
    const text = texts[key]!
    return typeof text === 'string' ? [text] : text
  }
  return undefined
}

/** Names a text of a campaign by SLOT/ASSET/LOCALE. */
export function textKey({ campaign }: Plan, slot: number, asset: number, locale: number): string {
  const { slot: name, assets } = campaign.slots[slot]!
  return `${name}/${assets[asset]!.id}/${campaign.locales[locale]}`
}

/**
 * Renders copy by positions of slot, asset and locale; undefined when the asset is retired or has no text there. Equal
 * sources are compiled once.
 *
 * @throws PolyadError INPUT_INVALID for copy that does not compile or names an attribute there is not
 */
export function createCopyRenderer(
  plan: Plan,
): (slot: number, asset: number, locale: number) => RenderedCopy | undefined {
  const { campaign } = plan
  const classesBy = createSegmentClasses(plan)
  const copies = new Map<string, Copy>()

  function compiled(source: string, where: string): Copy {
    let copy = copies.get(source)
    if (!copy) {
      copy = compileCopy(source, where)
      requireAttributes(plan, copy.variables, where)
      copies.set(source, copy)
    }
    return copy
  }

  return (slotAt, assetAt, localeAt) => {
    const { slot, assets } = campaign.slots[slotAt]!
    const asset = assets[assetAt]!
    const locale = campaign.locales[localeAt]!
    const sources = asset.retired ? undefined : copySources(asset, locale)
    if (!sources) return undefined
    const where = `campaigns/${campaign.name}.json: /slots/${slotAt}/assets/${assetAt} (${slot}/${asset.id}, ${locale})`
    const compiledAll = sources.map((source, at) =>
      compiled(source, sources.length === 1 ? where : `${where}: text ${at + 1}`),
    )
    const variables = [...new Set(compiledAll.flatMap((copy) => copy.variables))].sort()
    const { classOf, classes } = classesBy(variables)
    const alternatives = compiledAll.map((): (string | undefined)[] => [])
    let failure: { segments: number; first: number; problem: string } | undefined
    for (const { first, size } of classes) {
      const context = contextOf(plan, first, variables, locale)
      let problem: string | undefined
      let isRendered = false
      for (const [at, copy] of compiledAll.entries()) {
        const result = copy.render(context, locale)
        alternatives[at]!.push('text' in result ? result.text : undefined)
        if ('text' in result) isRendered = true
        else problem ??= result.problem
      }
      if (isRendered) continue
      failure ??= { segments: 0, first, problem: problem! }
      failure.segments += size
    }
    return { classOf, classes, alternatives, failure }
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
