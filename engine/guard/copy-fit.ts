import type { Fonts } from '../../templates/fonts.ts'
import { createTextChecker, type TextFinding } from '../../templates/text-check.ts'
import type { Plan } from '../campaign/plan.ts'
import type { CopyTable } from '../generate/copy-table.ts'
import type { CheckReport } from './check-report.ts'
import { misfitsOf } from './misfits.ts'
import type { UsedText } from './used-texts.ts'

type CopyCheck = CheckReport['copy']
type Fit = NonNullable<CopyCheck['fit']>
type Outcome = Exclude<keyof Fit, 'shrunkTo'>

/** About half a minute. The longest come first, so what is left out is what fits most surely. */
const MAX_TEXTS = 200_000
/** Misfits that are listed, the worst first. */
const MAX_LISTED = 100
const PROGRESS_EVERY = 1000

/**
 * Copy that cannot be rendered, and how all the distinct texts of a campaign come out in each placement.
 *
 * Costs about 0.1 ms a text and placement, whatever the number of ad units.
 */
export function checkCopy(
  plan: Plan,
  copy: CopyTable,
  used: readonly UsedText[],
  fonts: Fonts,
  {
    maxTexts = MAX_TEXTS,
    onProgress,
  }: {
    readonly maxTexts?: number | undefined
    readonly onProgress?: ((done: number, total: number) => void) | undefined
  } = {},
): CopyCheck {
  const texts = used.toSorted(
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
  for (const [at, each] of texts.slice(0, checked).entries()) {
    const { slot, locale, text } = each
    const placement = plan.placements[each.placement]!
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
      found.push(...misfitsOf(each, finding, placement.id))
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
