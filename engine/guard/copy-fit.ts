import type { Fonts } from '../../templates/fonts.ts'
import { createScene, type TextReport } from '../../templates/scene.ts'
import type { SlotValues } from '../../templates/slot-values.ts'
import type { Template } from '../../templates/template.ts'
import type { Plan } from '../campaign/plan.ts'
import type { CopyTable } from '../generate/copy-table.ts'
import type { Availability } from '../space/availability.ts'
import type { CheckReport } from './check-report.ts'

type CopyCheck = CheckReport['copy']
type Misfit = CopyCheck['misfits'][number]

/** Most texts laid out: a few seconds. The longest come first, so what is left out is what fits most surely. */
const MAX_LAYOUTS = 4000
/** Misfits that are listed, the worst first. */
const MAX_LISTED = 100

/** A text that some ad unit shows, and the first place it comes from. */
interface UsedText {
  readonly slot: string
  readonly placement: number
  readonly locale: string
  readonly text: string
  readonly asset: string
  readonly segment: string
}

/** Copy that cannot be rendered, and rendered copy that does not fit, over all the distinct texts of a campaign. */
export function checkCopy(
  plan: Plan,
  copy: CopyTable,
  availability: Availability,
  fonts: Fonts,
  maxLayouts = MAX_LAYOUTS,
): CopyCheck {
  const texts = usedTexts(plan, copy, availability).sort(
    (a, b) => b.text.length - a.text.length || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0),
  )
  const templates = new Map(plan.campaign.slots.map(({ slot }) => [slot, onlyTexts(plan.template, slot)]))
  const colours = defaultColours(plan)
  const found: { misfit: Misfit; badness: number }[] = []
  for (const used of texts.slice(0, maxLayouts)) {
    const { texts: reports } = createScene({
      template: templates.get(used.slot)!,
      placement: plan.placements[used.placement]!,
      values: { ...colours, [used.slot]: { kind: 'text', text: used.text } },
      locale: used.locale,
      fonts,
    })
    for (const report of reports) {
      const problem = problemOf(report)
      if (!problem) continue
      const { slot, asset, locale, segment, text } = used
      const placement = plan.placements[used.placement]!.id
      const misfit = {
        slot,
        asset,
        locale,
        segment,
        placement,
        layer: report.layer,
        text,
        problem: problem.text,
      }
      found.push({ misfit, badness: problem.badness })
    }
  }
  // Sorting is stable, so among equally bad ones the longest text stays first.
  found.sort((a, b) => b.badness - a.badness)
  return {
    checked: Math.min(texts.length, maxLayouts),
    skipped: Math.max(0, texts.length - maxLayouts),
    broken: [...copy.problems],
    misfits: found.slice(0, MAX_LISTED).map(({ misfit }) => misfit),
    misfitCount: found.length,
  }
}

/** Distinct texts by slot, locale and placement, of assets that the space uses there. */
function usedTexts(plan: Plan, copy: CopyTable, availability: Availability): UsedText[] {
  const { campaign, placements, segments } = plan
  const allowed = new Map<string, readonly ReadonlySet<number>[]>()
  const allowedIn = (segmentClass: number, locale: number, placement: number) => {
    const key = `${segmentClass},${locale},${placement}`
    let options = allowed.get(key)
    if (!options) {
      options = availability.optionsOf(segmentClass, locale, placement).map((positions) => new Set(positions))
      allowed.set(key, options)
    }
    return options
  }
  const used = new Map<string, UsedText>()
  for (const [slotAt, { slot, assets }] of campaign.slots.entries()) {
    for (const [assetAt, asset] of assets.entries()) {
      for (const [localeAt, locale] of campaign.locales.entries()) {
        const entry = copy.entry(slotAt, assetAt, localeAt, 0)
        if (!entry) continue
        const seen = new Set<number>()
        for (const [segmentAt, segment] of segments.entries()) {
          const segmentClass = availability.classOf[segmentAt]!
          const textAt = entry.classOf[segmentAt]!
          const text = entry.texts[textAt]
          const pair = segmentClass * entry.texts.length + textAt
          if (text === undefined || seen.has(pair)) continue
          seen.add(pair)
          for (const placement of placements.keys()) {
            if (!allowedIn(segmentClass, localeAt, placement)[slotAt]!.has(assetAt)) continue
            const key = `${slotAt},${localeAt},${placement},${text}`
            if (used.has(key)) continue
            used.set(key, { slot, placement, locale, text, asset: asset.id, segment: segment.id })
          }
        }
      }
    }
  }
  return [...used.values()]
}

/** The template with nothing but the text layers of one slot: others cannot change how they fit. */
function onlyTexts(template: Template, slot: string): Template {
  return {
    ...template,
    layers: template.layers.filter((layer) => layer.kind === 'text' && layer.slot === slot),
  }
}

function defaultColours(plan: Plan): SlotValues {
  const colours = plan.campaign.slots.flatMap(({ slot, default: fallback, assets }) => {
    const colour = assets.find(({ id }) => id === fallback)?.colour
    return colour ? [[slot, { kind: 'colour', colour }] as const] : []
  })
  return Object.fromEntries(colours)
}

function problemOf(report: TextReport): { text: string; badness: number } | undefined {
  if (report.outcome === 'truncated') {
    return { text: `is cut off even at ${report.fontPx} px`, badness: 1e6 + report.overGraphemes }
  }
  if (report.missing.length > 0) {
    const shown = report.missing.slice(0, 5).join(' ')
    return { text: `has characters no font has: ${shown}`, badness: 1e5 + report.missing.length }
  }
  if (report.overGraphemes > 0) {
    return {
      text: `is ${report.overGraphemes} characters over the slot's limit`,
      badness: report.overGraphemes,
    }
  }
  return undefined
}
