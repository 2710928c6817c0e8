import { PolyadError } from '../../core/errors.ts'
import type { Fonts } from '../../templates/fonts.ts'
import { createTextChecker, isFitting } from '../../templates/text-check.ts'
import type { Plan } from '../campaign/plan.ts'
import { copySources, createCopyRenderer, textKey } from './copy-renderer.ts'

/**
 * Of every text that is a list, which one each placement takes: the first that fits in its boxes and limits, or the last
 * where none does. Undefined where no text is a list.
 *
 * Costs a layout for each distinct text and placement until one fits.
 *
 * @param fonts needed where a text is a list
 */
export function takeTexts(plan: Plan, fonts: Fonts | undefined): Plan['takenTexts'] {
  const { campaign, placements, template } = plan
  const lists = campaign.slots.flatMap(({ assets }, slot) =>
    assets.flatMap((asset, at) =>
      campaign.locales.flatMap((locale, localeAt) =>
        !asset.retired && (copySources(asset, locale)?.length ?? 0) > 1
          ? [[slot, at, localeAt] as const]
          : [],
      ),
    ),
  )
  if (lists.length === 0) return undefined
  if (!fonts) throw new PolyadError('FONTS_NEEDED', { campaign: campaign.name })

  const render = createCopyRenderer(plan)
  const check = createTextChecker(template, fonts)
  const known = new Map<string, boolean>()
  const fits = (slot: string, placement: number, locale: string, text: string): boolean => {
    const key = `${slot} ${placement} ${locale} ${text}`
    let answer = known.get(key)
    if (answer === undefined) {
      answer = isFitting(check({ slot, placement: placements[placement]!, locale, text }))
      known.set(key, answer)
    }
    return answer
  }
  return Object.fromEntries(
    lists.map(([slotAt, assetAt, localeAt]) => {
      const { slot } = campaign.slots[slotAt]!
      const locale = campaign.locales[localeAt]!
      const { alternatives, classes } = render(slotAt, assetAt, localeAt)!
      const taken = classes.map(({ key }, number): [string, string] => {
        const there = [...alternatives.keys()].filter((at) => alternatives[at]![number] !== undefined)
        const digits = placements.map((_, placement) =>
          String(
            there.find((at) => fits(slot, placement, locale, alternatives[at]![number]!)) ??
              there.at(-1) ??
              0,
          ),
        )
        return [key, digits.join('')]
      })
      return [textKey(plan, slotAt, assetAt, localeAt), Object.fromEntries(taken)]
    }),
  )
}
