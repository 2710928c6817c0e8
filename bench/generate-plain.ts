import Handlebars from 'handlebars'
import { adUnitId } from '../engine/campaign/ad-unit-id.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import { clickThrough } from '../engine/generate/click-through.ts'
import { createSpace } from '../engine/space/space.ts'

type CopyContext = Readonly<Record<string, unknown>>
type SlotMaker = (context: CopyContext, locale: string) => string
type Asset = Plan['campaign']['slots'][number]['assets'][number]

/**
 * The rows of generateRange as one writes them without an engine: a template function for every copy, called for every
 * slot of every unit, one object and one JSON.stringify a row. Look-ups that do not change are made beforehand.
 */
export function createPlainRows(plan: Plan): (fromRank: bigint, toRank: bigint) => Generator<string> {
  const { campaign, ledger, revision } = plan
  const space = createSpace(plan)
  const handlebars = createHandlebars()
  const segments = new Map(
    plan.segments.map((segment) => {
      const contexts = new Map(campaign.locales.map((locale) => [locale, contextOf(plan, segment, locale)]))
      return [segment.id, { title: segment.title, contexts, link: clickThrough(plan, segment.id) }]
    }),
  )
  const placements = new Map(plan.placements.map((placement) => [placement.id, placement]))
  const slots = campaign.slots.map(({ slot, assets }) => ({
    slot,
    assets: new Map(assets.map((asset) => [asset.id, slotMaker(handlebars, asset, campaign.locales)])),
  }))

  return function* rows(fromRank, toRank) {
    let rank = fromRank
    for (const unit of space.units(fromRank, toRank)) {
      const id = adUnitId(ledger, unit)
      const { title, contexts, link } = segments.get(unit.segment)!
      const { widthPx, heightPx } = placements.get(unit.placement)!
      const context = contexts.get(unit.locale)!
      const values: Record<string, string | null> = {}
      for (const { slot, assets } of slots) {
        const asset = unit.choices[slot]
        values[slot] = asset === undefined ? null : assets.get(asset)!(context, unit.locale)
      }
      const row = {
        id,
        rank: String(rank++),
        campaign: campaign.name,
        revision,
        segment: unit.segment,
        segmentTitle: title,
        locale: unit.locale,
        placement: unit.placement,
        widthPx,
        heightPx,
        slots: values,
        clickThroughUrl: link.beforeId + id + link.afterId,
        image: `${id}.jpg`,
      }
      yield `${JSON.stringify(row)}\n`
    }
  }
}

/** Handlebars with the two helpers that the example's copy calls. */
function createHandlebars(): typeof Handlebars {
  const handlebars = Handlebars.create()
  handlebars.registerHelper('fallback', (value: unknown, other: unknown) => value ?? other)
  handlebars.registerHelper('capitalise', (value: unknown) => {
    const text = String(value)
    return text.charAt(0).toUpperCase() + text.slice(1)
  })
  return handlebars
}

function slotMaker(handlebars: typeof Handlebars, asset: Asset, locales: readonly string[]): SlotMaker {
  const fixed = asset.file ?? asset.colour
  if (fixed !== undefined) return () => fixed
  const byLocale = new Map(
    locales.map((locale) => {
      const source = asset.text?.[locale] ?? asset.text?.[languageOf(locale)]
      return [locale, handlebars.compile(source, { noEscape: true })]
    }),
  )
  return (context, locale) => byLocale.get(locale)!(context)
}

/** Labels, in the locale's language, of what is certain of a segment. */
function contextOf(plan: Plan, { certain }: Plan['segments'][number], locale: string): CopyContext {
  return Object.fromEntries(
    Object.entries(certain).map(([name, value]) => {
      const labels = plan.labels[name]?.[String(value)] ?? {}
      return [name, labels[locale] ?? labels[languageOf(locale)] ?? labels['*'] ?? value]
    }),
  )
}

function languageOf(locale: string): string {
  return locale.split('-')[0]!
}
