import type { TextFinding } from '../../templates/text-check.ts'
import { UNIT_NAMES } from '../../templates/text-units.ts'
import type { CheckReport } from './check-report.ts'
import type { UsedText } from './used-texts.ts'

type Misfit = CheckReport['copy']['misfits'][number]

/** Any cut text is worse than any missing character, and that than any text over a limit. */
const BADNESS = { truncated: 1e9, missing: 1e6 } as const
const CHARACTERS_SHOWN = 5

/** What is wrong with a text in a placement, and what would mend it; one for each layer and limit. */
export function misfitsOf(
  used: UsedText,
  { layers, over }: TextFinding,
  placement: string,
): { readonly misfit: Misfit; readonly badness: number }[] {
  const { slot, asset, locale, segment, text, isListed } = used
  const found: { misfit: Misfit; badness: number }[] = []
  const add = (layer: string, badness: number, problem: string, mend: string) => {
    found.push({
      misfit: { slot, asset, locale, segment, placement, layer, text, problem, mend },
      badness,
    })
  }
  const shorter = isListed ? 'add a shorter text to its list' : 'make the text a list with a shorter one'
  for (const { layer, outcome, fontPx, missing, shownGraphemes } of layers) {
    if (outcome === 'truncated') {
      const lost = text.length - shownGraphemes
      add(
        layer,
        BADNESS.truncated + lost,
        `is cut off even at ${fontPx} px`,
        `about ${shownGraphemes} characters fit: ${shorter}, or give the layer more room, lines or a smaller ` +
          `"minFontPx" under placements/${placement}/${layer} of the template`,
      )
    }
    if (missing.length > 0) {
      const shown = missing.slice(0, CHARACTERS_SHOWN).join(' ')
      add(
        layer,
        BADNESS.missing + missing.length,
        `has characters no font has: ${shown}`,
        'write it without them: they are left out of the picture',
      )
    }
  }
  for (const { limit, unit, length, most } of over) {
    const whose = limit === 'slot' ? "the slot's limit" : `the platform's limit of its ${limit}`
    add(
      layers[0]?.layer ?? slot,
      length - most,
      `is ${length - most} ${UNIT_NAMES[unit]} over ${whose} of ${most}`,
      shorter,
    )
  }
  return found
}
