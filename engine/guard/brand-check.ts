import { BRAND_RULES, type Brand, type BrandRule, forbiddenIn, forLocale } from '../../templates/brand.ts'
import type { Fonts } from '../../templates/fonts.ts'
import { colourSlot, layerColours } from '../../templates/layer-slots.ts'
import { layOut, type PixelBox } from '../../templates/layout.ts'
import { isCopyOnly } from '../../templates/placement.ts'
import { plainText } from '../../templates/plain-text.ts'
import type { Plan } from '../campaign/plan.ts'
import type { CheckReason, CheckReport } from './check-report.ts'
import type { UsedText } from './used-texts.ts'

type BrandFinding = NonNullable<CheckReport['brand']>[number]

/** Findings that are listed of each rule. */
const MAX_LISTED = 20

/**
 * Where a campaign is not as its workspace's brand file asks, each thing once: over distinct texts and layers, not ad
 * units.
 */
export function checkBrand(
  plan: Plan,
  brand: Brand,
  texts: readonly UsedText[],
  fonts: Fonts,
): BrandFinding[] {
  const refused = new Set<BrandRule>(brand.refuse)
  return BRAND_RULES.flatMap((rule) => {
    const found = [...new Set(CHECKS[rule](plan, brand, texts, fonts))]
    if (found.length === 0) return []
    return [{ rule, refuses: refused.has(rule), count: found.length, found: found.slice(0, MAX_LISTED) }]
  })
}

/** A reason to refuse for each rule that the brand file says refuses. */
export function brandReasons(findings: readonly BrandFinding[]): CheckReason[] {
  return findings.filter(({ refuses }) => refuses).map((each) => ({ code: 'BRAND', text: summary(each) }))
}

export function brandWarnings(findings: readonly BrandFinding[]): string[] {
  return findings.filter(({ refuses }) => !refuses).map(summary)
}

function summary({ rule, count, found }: BrandFinding): string {
  const more = count > 1 ? ` (and ${count - 1} more)` : ''
  return `brand.json, ${rule}: ${found[0]}${more}`
}

type Check = (plan: Plan, brand: Brand, texts: readonly UsedText[], fonts: Fonts) => string[]

const CHECKS: Readonly<Record<BrandRule, Check>> = {
  colours({ campaign, placements, template }, { colours }) {
    if (!colours) return []
    const allowed = new Set(colours.map((colour) => colour.toLowerCase()))
    const isAllowed = (colour: string) => allowed.has(colour.slice(0, 7).toLowerCase())
    const ofLayers = placements.flatMap((placement) =>
      layOut(template, placement).flatMap(({ layer }) =>
        layerColours(layer)
          .filter((colour) => colourSlot(colour) === undefined && !isAllowed(colour))
          .map((colour) => `layer ${layer.id} has the colour ${colour}`),
      ),
    )
    const ofAssets = campaign.slots.flatMap(({ slot, assets }) =>
      assets.flatMap(({ id, colour, retired }) =>
        colour === undefined || retired || isAllowed(colour) ? [] : [`${slot}/${id} is ${colour}`],
      ),
    )
    return [...ofLayers, ...ofAssets]
  },

  fonts({ placements, template }, { fonts: families }, texts, fonts) {
    if (!families) return []
    return texts.flatMap(({ slot, placement, text, asset, locale }) =>
      layOut(template, placements[placement]!).flatMap(({ layer }) => {
        if (layer.kind !== 'text' || layer.slot !== slot) return []
        const { runs } = fonts.measure(plainText(text), layer.weight ?? 400)
        return runs
          .filter(({ family }) => !families.includes(family))
          .map(({ family }) => `${slot}/${asset} (${locale}) is drawn with ${family}`)
      }),
    )
  },

  forbiddenWords: (_plan, brand, texts) =>
    texts.flatMap(({ slot, asset, locale, text }) =>
      forbiddenIn(brand, text, locale).map(
        (word) => `${slot}/${asset} (${locale}) says "${word}": ${JSON.stringify(text)}`,
      ),
    ),

  requiredLine({ campaign, placements, template }, { requiredLine }, texts) {
    if (!requiredLine) return []
    // A slot carries the line where all its texts do: then every ad unit of that placement and locale does.
    const without = new Set<string>()
    const slots = new Map<string, Set<string>>()
    for (const { slot, placement, locale, text } of texts) {
      const line = forLocale(requiredLine, locale)
      if (line === undefined) continue
      const cell = `${locale} ${placement}`
      slots.set(cell, (slots.get(cell) ?? new Set()).add(slot))
      if (!plainText(text).includes(plainText(line))) without.add(`${cell} ${slot}`)
    }
    return campaign.locales.flatMap((locale) =>
      placements.flatMap((placement, at) => {
        const line = forLocale(requiredLine, locale)
        if (line === undefined) return []
        const drawn = new Set(
          layOut(template, placement).flatMap(({ layer }) => (layer.kind === 'text' ? [layer.slot] : [])),
        )
        const carries = [...(slots.get(`${locale} ${at}`) ?? [])].some(
          (slot) => !without.has(`${locale} ${at} ${slot}`) && (isCopyOnly(placement) || drawn.has(slot)),
        )
        return carries
          ? []
          : [
              `no slot of ${placement.id} (${locale}) has "${line}" in all its texts; give it a slot of its own`,
            ]
      }),
    )
  },

  logo({ placements, template }, { logo }) {
    if (!logo) return []
    return placements.flatMap((placement) => {
      const placed = layOut(template, placement)
      const logos = placed.filter(({ layer }) => layer.kind === 'image' && layer.slot === logo.slot)
      return logos.flatMap(({ box }) =>
        placed
          .filter(({ layer, box: other }) => layer.kind === 'text' && touches(box, other, logo.clearShare))
          .map(
            ({ layer }) =>
              `in ${placement.id} the layer ${layer.id} comes nearer to the ${logo.slot} than ` +
              `${Math.round(logo.clearShare * box.height)} px`,
          ),
      )
    })
  },
}

/** Whether a box reaches into the clear space around another. */
function touches(logo: PixelBox, other: PixelBox, clearShare: number): boolean {
  const clearPx = clearShare * logo.height
  return (
    other.left < logo.left + logo.width + clearPx &&
    other.left + other.width > logo.left - clearPx &&
    other.top < logo.top + logo.height + clearPx &&
    other.top + other.height > logo.top - clearPx
  )
}
