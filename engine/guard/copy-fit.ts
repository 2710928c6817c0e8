import type { Fonts } from '../../templates/fonts.ts'
import { createTextChecker, type TextFinding } from '../../templates/text-check.ts'
import type { Plan } from '../campaign/plan.ts'
import type { CopyTable } from '../generate/copy-table.ts'
import type { Availability } from '../space/availability.ts'
import type { CheckReport } from './check-report.ts'
import { misfitsOf } from './misfits.ts'

type CopyCheck = CheckReport['copy']
type Fit = NonNullable<CopyCheck['fit']>
type Outcome = Exclude<keyof Fit, 'shrunkTo'>

/** About half a minute. The longest come first, so what is left out is what fits most surely. */
const MAX_TEXTS = 200_000
/** Misfits that are listed, the worst first. */
const MAX_LISTED = 100
const PROGRESS_EVERY = 1000

/** A text that some ad unit shows, and the first place it comes from. */
export interface UsedText {
  readonly slot: string
  /** Position in the plan. */
  readonly placement: number
  readonly locale: string
  readonly text: string
  readonly asset: string
  readonly segment: string
  /** It is one of a list from long to short. */
  readonly isListed: boolean
}

/**
 * Copy that cannot be rendered, and how all the distinct texts of a campaign come out in each placement.
 *
 * Costs about 0.1 ms a text and placement, whatever the number of ad units.
 */
export function checkCopy(
  plan: Plan,
  copy: CopyTable,
  availability: Availability,
  fonts: Fonts,
  {
    maxTexts = MAX_TEXTS,
    onProgress,
  }: {
    readonly maxTexts?: number | undefined
    readonly onProgress?: ((done: number, total: number) => void) | undefined
  } = {},
): CopyCheck {
  const texts = usedTexts(plan, copy, availability).sort(
    (a, b) => b.text.length - a.text.length || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0),
  )
  const checked = Math.min(texts.length, maxTexts)
  const check = createTextChecker(plan.template, fonts)
  const outcomes: Record<Outcome, number> = {
    fits: 0,
    shrunk: 0,
    truncated: 0,
    missingGlyphs: 0,
    overLimit: 0,
  }
  const shrunkTo = new Map<number, number>()
  const found: ReturnType<typeof misfitsOf>[number][] = []
  let misfitCount = 0
  for (const [at, used] of texts.slice(0, checked).entries()) {
    const { slot, locale, text } = used
    const placement = plan.placements[used.placement]!
    const finding = check({ slot, placement, locale, text })
    const outcome = outcomeOf(finding)
    outcomes[outcome]++
    if (outcome === 'shrunk') {
      const fontPx = Math.min(
        ...finding.layers.filter((layer) => layer.outcome === 'shrunk').map((layer) => layer.fontPx),
      )
      shrunkTo.set(fontPx, (shrunkTo.get(fontPx) ?? 0) + 1)
    } else if (outcome !== 'fits') {
      misfitCount++
      found.push(...misfitsOf(used, finding, placement.id))
    }
    if (onProgress && (at + 1) % PROGRESS_EVERY === 0) onProgress(at + 1, checked)
  }
  // Sorting is stable, so among equally bad ones the longest text stays first.
  found.sort((a, b) => b.badness - a.badness)
  return {
    checked,
    skipped: texts.length - checked,
    fit: {
      ...outcomes,
      shrunkTo: [...shrunkTo]
        .map(([fontPx, count]) => ({ fontPx, texts: count }))
        .sort((a, b) => a.fontPx - b.fontPx),
    },
    broken: [...copy.problems],
    misfits: found.slice(0, MAX_LISTED).map(({ misfit }) => misfit),
    misfitCount,
  }
}

/** The worst of what happened to a text. */
function outcomeOf({ layers, over }: TextFinding): Outcome {
  if (layers.some(({ outcome }) => outcome === 'truncated')) return 'truncated'
  if (layers.some(({ missing }) => missing.length > 0)) return 'missingGlyphs'
  if (over.length > 0) return 'overLimit'
  return layers.some(({ outcome }) => outcome === 'shrunk') ? 'shrunk' : 'fits'
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
        const entries = placements.map((_, placement) => copy.entry(slotAt, assetAt, localeAt, placement))
        const [first] = entries
        if (!first) continue
        const isListed = copy.isList(slotAt, assetAt, localeAt)
        const seen = new Set<number>()
        for (const [segmentAt, segment] of segments.entries()) {
          const segmentClass = availability.classOf[segmentAt]!
          const textAt = first.classOf[segmentAt]!
          const pair = segmentClass * first.texts.length + textAt
          if (first.texts[textAt] === undefined || seen.has(pair)) continue
          seen.add(pair)
          for (const placement of placements.keys()) {
            if (!allowedIn(segmentClass, localeAt, placement)[slotAt]!.has(assetAt)) continue
            const text = entries[placement]!.texts[textAt]!
            const key = `${slotAt},${localeAt},${placement},${text}`
            if (used.has(key)) continue
            used.set(key, {
              slot,
              placement,
              locale,
              text,
              asset: asset.id,
              segment: segment.id,
              isListed,
            })
          }
        }
      }
    }
  }
  return [...used.values()]
}
