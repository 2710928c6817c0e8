import { decide, factsOf } from '../../rules/certainty.ts'
import { parseRule } from '../../rules/parse.ts'
import { EVERYBODY, type Rule } from '../../rules/rule.ts'
import type { AttributeCatalogue } from '../../segments/attributes.ts'
import { labelsOf, vocabularyOf } from '../../segments/vocabulary.ts'
import { type Copy, compileCopy } from '../../templates/copy.ts'
import type { Fonts } from '../../templates/fonts.ts'
import type { CopyValue } from '../../templates/helpers.ts'
import type { Placement } from '../../templates/placement.ts'
import type { SlotValue, SlotValues } from '../../templates/slot-values.ts'
import type { Template } from '../../templates/template.ts'
import { typedText } from '../../templates/typed-values.ts'
import type { Asset, Campaign } from '../campaign/campaign.ts'
import { copySources } from '../generate/copy-renderer.ts'
import { CELL_ATTRIBUTES } from '../space/cell-attributes.ts'
import { SAMPLE_LOCALES, sampleText } from './sample-copy.ts'

export type CopyLength = 'longest' | 'shortest'

/** What a preview fills a template's slots with. */
export interface PreviewValues {
  /** Names of the campaigns whose assets are used; none: sample copy. */
  readonly campaigns: readonly string[]
  readonly locales: readonly string[]
  of(placement: Placement, locale: string, length: CopyLength): SlotValues
}

/** The picture shown where no campaign gives one. */
export const SAMPLE_PICTURE = 'sample-picture'
const SAMPLE_COLOUR = '#1f6f6b'
/** Of a text slot without a limit. */
const SAMPLE_GRAPHEMES = 60
const SAMPLE_TYPED = {
  number: 1234.5,
  price: { amountMicros: 1_299_500_000, currency: 'USD' },
  date: '2026-11-30',
  url: 'https://www.example.com/',
} as const

/** What is certain in some segment of the campaigns, by attribute. */
export type CertainValues = ReadonlyMap<string, ReadonlySet<string>>

/**
 * The longest and the shortest that each slot may show: of all texts of the campaigns' assets, with the longest and
 * shortest labels of the attributes they name and with none, those that are widest and narrowest. What a `when`
 * certainly keeps out of a placement or locale is not shown there; who is in a segment is not asked, so no listening
 * data are needed. A slot that no campaign fills has sample copy.
 *
 * @param certain the labels that may be shown are of these values; undefined: of any value
 * @throws PolyadError INPUT_INVALID for copy or a `when` that cannot be read
 */
export function previewValues(
  template: Template,
  campaigns: readonly Campaign[],
  catalogue: AttributeCatalogue,
  certain: CertainValues | undefined,
  fonts: Fonts,
): PreviewValues {
  const locales =
    campaigns.length > 0 ? [...new Set(campaigns.flatMap((each) => each.locales))] : SAMPLE_LOCALES
  const options = optionsBySlot(campaigns, catalogue)
  const labels = labelsOf(catalogue)
  const textsOf = remembered((option: Option, locale: string) => renderings(option, locale, labels, certain))
  const isSkipped = ({ when }: Option, placement: Placement, locale: string): boolean => {
    if (!when) return false
    const cell = Object.fromEntries(
      CELL_ATTRIBUTES.map(({ name, valueIn }) => [name, valueIn(locale, placement)]),
    )
    return decide(when, NOBODY_KNOWN, cell) === 'excluded'
  }

  function textOf(
    slot: string,
    placement: Placement,
    locale: string,
    length: CopyLength,
  ): string | undefined {
    let best: { readonly text: string; readonly em: number } | undefined
    for (const option of options.get(slot) ?? []) {
      if (isSkipped(option, placement, locale)) continue
      for (const text of textsOf(option, locale)) {
        const em = fonts.measure(text, 400).widthEm
        if (!best || (length === 'longest' ? em > best.em : em < best.em)) best = { text, em }
      }
    }
    return best?.text
  }

  function plainValue(kind: 'image' | 'colour', slot: string, length: CopyLength): SlotValue {
    const given = (options.get(slot) ?? []).map(({ asset }) => (kind === 'image' ? asset.file : asset.colour))
    const known = given.filter((each) => each !== undefined)
    const value = length === 'longest' ? known[0] : known.at(-1)
    return kind === 'image'
      ? { kind, file: value ?? SAMPLE_PICTURE }
      : { kind, colour: value ?? SAMPLE_COLOUR }
  }

  return {
    campaigns: campaigns.map(({ name }) => name),
    locales,
    of(placement, locale, length) {
      const values = template.slots.flatMap((slot) => {
        const { name, kind, maxGraphemes = SAMPLE_GRAPHEMES } = slot
        // What the template has for want of a value is shown by the scene itself.
        if (kind !== 'text' && slot.default !== undefined && !options.has(name)) return []
        if (kind === 'image' || kind === 'colour') return [[name, plainValue(kind, name, length)] as const]
        const sample =
          kind === 'text'
            ? sampleText(locale, length, maxGraphemes)
            : typedText({ [kind]: SAMPLE_TYPED[kind] }, locale)!
        const text = textOf(name, placement, locale, length) ?? (options.has(name) ? '' : sample)
        return [[name, { kind: 'text', text }] as const]
      })
      return Object.fromEntries(values)
    },
  }
}

const NOBODY_KNOWN = factsOf(EVERYBODY)

interface Option {
  readonly asset: Asset
  readonly when: Rule | undefined
  /** Names it in messages. */
  readonly where: string
}

function optionsBySlot(campaigns: readonly Campaign[], catalogue: AttributeCatalogue): Map<string, Option[]> {
  const cell = CELL_ATTRIBUTES.map(({ name, type }) => [name, type] as const)
  const vocabulary = { person: new Map([...vocabularyOf(catalogue).person, ...cell]), mention: new Map() }
  const bySlot = new Map<string, Option[]>()
  for (const { name, slots } of campaigns) {
    for (const { slot, assets, default: first } of slots) {
      const options = bySlot.get(slot) ?? []
      bySlot.set(slot, options)
      // The default comes first: its picture is the one that is shown.
      const ordered = [...assets].sort((a, b) => Number(b.id === first) - Number(a.id === first))
      for (const asset of ordered) {
        if (asset.retired) continue
        const where = `campaigns/${name}.json: ${slot}/${asset.id}`
        const when =
          asset.when === undefined ? undefined : parseRule(asset.when, vocabulary, `${where}: when`)
        options.push({ asset, when, where })
      }
    }
  }
  return bySlot
}

/** An asset's text with the longest labels, the shortest, and with nothing known; those that can be rendered. */
function renderings(
  { asset, where }: Option,
  locale: string,
  labels: Readonly<Record<string, Labels>>,
  certain: CertainValues | undefined,
): string[] {
  const typed = typedText(asset, locale)
  if (typed !== undefined) return [typed]
  const sources = copySources(asset, locale) ?? []
  return [...new Set(sources.flatMap((source) => renderingsOf(compileCopy(source, where))))]

  function renderingsOf(copy: Copy): string[] {
    const context = (length: CopyLength): Record<string, CopyValue> =>
      Object.fromEntries(
        copy.variables.flatMap((name) => {
          const values = certain ? [...(certain.get(name) ?? [])] : Object.keys(labels[name] ?? {})
          const shown = values.map((value) => labelIn(labels[name]?.[value], locale) ?? value)
          shown.sort((a, b) => a.length - b.length)
          const label = length === 'longest' ? shown.at(-1) : shown[0]
          return label === undefined ? [] : [[name, label] as const]
        }),
      )
    const texts = [context('longest'), context('shortest'), {}].flatMap((each) => {
      const made = copy.render(each, locale)
      return 'text' in made ? [made.text] : []
    })
    return texts
  }
}

/** By value, then by language. */
type Labels = Readonly<Record<string, Readonly<Record<string, string>>>>

function labelIn(byLanguage: Labels[string] | undefined, locale: string): string | undefined {
  return byLanguage?.[locale] ?? byLanguage?.[locale.split('-')[0]!] ?? byLanguage?.['*']
}

function remembered<T>(make: (option: Option, locale: string) => T): (option: Option, locale: string) => T {
  const made = new Map<Option, Map<string, T>>()
  return (option, locale) => {
    const byLocale = made.get(option) ?? new Map<string, T>()
    made.set(option, byLocale)
    if (!byLocale.has(locale)) byLocale.set(locale, make(option, locale))
    return byLocale.get(locale)!
  }
}
