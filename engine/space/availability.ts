import { canonicalJson } from '../../core/canonical-json.ts'
import { decide, factsOf } from '../../rules/certainty.ts'
import { parseRule } from '../../rules/parse.ts'
import type { Rule, Values, Vocabulary } from '../../rules/rule.ts'
import type { PlacedRule } from '../../segments/unknown-values.ts'
import type { Plan } from '../campaign/plan.ts'
import type { CopyTable } from '../generate/copy-table.ts'
import { CELL_ATTRIBUTES } from './cell-attributes.ts'
import { ABSENT } from './diagram.ts'

/** An asset whose `when` is neither certain nor excluded for some segments: it is not used there. */
export interface Undecided {
  readonly slot: string
  readonly asset: string
  /** How many segments leave it open, and the first of them. Broad is not counted: nothing is certain of everybody. */
  readonly segments: number
  readonly example: string
}

/** Which assets may be used where. Segments for which every answer is the same form a class. */
export interface Availability {
  /** Class of each segment, by position. */
  readonly classOf: Int32Array
  /** One segment of each class, by position. */
  readonly members: readonly number[]
  readonly undecided: readonly Undecided[]
  /** Asset positions allowed in each slot of a cell, ascending; ABSENT alone where the placement lacks the slot. */
  optionsOf(segmentClass: number, locale: number, placement: number): readonly Int32Array[]
}

/** The answers of one `when` for every segment: a text of one letter (y, n or ?) for each context it tells apart. */
interface Condition {
  readonly usesLocale: boolean
  readonly usesPlacement: boolean
  readonly answers: readonly string[]
}

const LETTERS = { certain: 'y', excluded: 'n', unknown: '?' } as const

/**
 * Answers for a whole plan, deciding each distinct `when` once a segment and each copy once a class of segments.
 *
 * @throws PolyadError INPUT_INVALID for a `when` that does not parse
 */
export function createAvailability(plan: Plan, copy: CopyTable): Availability {
  const { campaign, placements, segments } = plan
  const conditions = readConditions(plan)
  const absent = campaign.slots.map(({ slot }) => {
    const absentIn = plan.template.slots.find(({ name }) => name === slot)?.absentIn ?? []
    return placements.map(({ id }) => absentIn.includes(id))
  })

  // A segment's answers in one slot, written out, so that equal answers are found by a look-up.
  const slotSignatures = campaign.slots.map(({ assets }, slot) => {
    const parts: ((segment: number) => string)[] = []
    for (const [at, asset] of assets.entries()) {
      if (asset.retired) continue
      const condition = conditions[slot]![at]
      if (condition) parts.push((segment) => condition.answers[segment]!)
      for (const locale of campaign.locales.keys()) {
        const entry = copy.entry(slot, at, locale, 0)
        if (!entry?.texts.includes(undefined)) continue
        parts.push((segment) => (entry.texts[entry.classOf[segment]!] === undefined ? 'n' : 'y'))
      }
    }
    return (segment: number) => parts.map((part) => part(segment)).join(' ')
  })

  const slotNumbers = campaign.slots.map(() => new Map<string, number>())
  const slotClasses: number[][] = []
  const classNumbers = new Map<string, number>()
  const members: number[] = []
  const classOf = new Int32Array(segments.length)
  for (const segment of segments.keys()) {
    const ofSlots = slotSignatures.map((signature, slot) => numberOf(slotNumbers[slot]!, signature(segment)))
    const number = numberOf(classNumbers, ofSlots.join())
    if (number === members.length) {
      members.push(segment)
      slotClasses.push(ofSlots)
    }
    classOf[segment] = number
  }

  function isAllowed(slot: number, at: number, segment: number, locale: number, placement: number): boolean {
    const asset = campaign.slots[slot]!.assets[at]!
    if (asset.retired) return false
    if (asset.text) {
      const entry = copy.entry(slot, at, locale, 0)
      if (entry?.texts[entry.classOf[segment]!] === undefined) return false
    }
    const condition = conditions[slot]![at]
    if (!condition) return true
    const context =
      (condition.usesLocale ? locale : 0) * (condition.usesPlacement ? placements.length : 1) +
      (condition.usesPlacement ? placement : 0)
    return condition.answers[segment]![context] === 'y'
  }

  const nothing = Int32Array.of(ABSENT)
  const made = new Map<string, Int32Array>()
  return {
    classOf,
    members,
    undecided: listUndecided(plan, conditions),
    optionsOf(segmentClass, locale, placement) {
      return campaign.slots.map(({ assets }, slot) => {
        if (absent[slot]![placement]) return nothing
        const key = `${slot},${slotClasses[segmentClass]![slot]},${locale},${placement}`
        let options = made.get(key)
        if (!options) {
          const segment = members[segmentClass]!
          const allowed = [...assets.keys()].filter((at) => isAllowed(slot, at, segment, locale, placement))
          options = Int32Array.from(allowed)
          made.set(key, options)
        }
        return options
      })
    },
  }
}

/**
 * The `when` of every asset in use and where it is written, by slot and asset position; undefined where there is none.
 *
 * @throws PolyadError INPUT_INVALID for a `when` that does not parse
 */
export function readWhens({ campaign, attributes }: Plan): (PlacedRule | undefined)[][] {
  const ofCell = CELL_ATTRIBUTES.map(({ name, type }) => [name, type] as const)
  const vocabulary: Vocabulary = {
    person: new Map([...Object.entries(attributes), ...ofCell]),
    mention: new Map(),
  }
  return campaign.slots.map(({ slot, assets }, slotAt) =>
    assets.map(({ id, when, retired }, at) => {
      if (when === undefined || retired) return undefined
      const where = `campaigns/${campaign.name}.json: /slots/${slotAt}/assets/${at}/when (${slot}/${id})`
      return { where, rule: parseRule(when, vocabulary, where) }
    }),
  )
}

/** By slot and asset position; undefined where the asset has no `when`. */
function readConditions(plan: Plan): (Condition | undefined)[][] {
  const { campaign, placements, segments } = plan
  const facts = segments.map(({ rule }) => factsOf(rule))
  const made = new Map<string, Condition>()

  function decideAll(rule: Rule): Condition {
    const used = CELL_ATTRIBUTES.filter(({ name }) => mentions(rule, name))
    const usesLocale = used.some((attribute) => attribute.of === 'locale')
    const usesPlacement = used.some((attribute) => attribute.of === 'placement')
    // Where the rule does not ask for them, the first stands for all.
    const contexts = campaign.locales
      .slice(0, usesLocale ? undefined : 1)
      .flatMap((locale) =>
        placements
          .slice(0, usesPlacement ? undefined : 1)
          .map(
            (placement): Values =>
              Object.fromEntries(used.map(({ name, valueIn }) => [name, valueIn(locale, placement)])),
          ),
      )
    const answers = facts.map((known) =>
      contexts.map((context) => LETTERS[decide(rule, known, context)]).join(''),
    )
    return { usesLocale, usesPlacement, answers }
  }

  return readWhens(plan).map((whens) =>
    whens.map((when) => {
      if (!when) return undefined
      const key = canonicalJson(when.rule)
      const condition = made.get(key) ?? decideAll(when.rule)
      made.set(key, condition)
      return condition
    }),
  )
}

function listUndecided(plan: Plan, conditions: readonly (readonly (Condition | undefined)[])[]): Undecided[] {
  return plan.campaign.slots.flatMap(({ slot, assets }, slotAt) =>
    assets.flatMap((asset, at) => {
      const answers = conditions[slotAt]![at]?.answers
      const open = plan.segments.filter(
        ({ kind }, segment) => kind !== 'broad' && answers?.[segment]?.includes('?'),
      )
      const [first] = open
      return first ? [{ slot, asset: asset.id, segments: open.length, example: first.id }] : []
    }),
  )
}

function mentions(rule: Rule, attribute: string): boolean {
  switch (rule.kind) {
    case 'all':
    case 'any':
      return rule.of.some((part) => mentions(part, attribute))
    case 'not':
    case 'mention':
      return mentions(rule.of, attribute)
    default:
      return rule.attribute === attribute
  }
}

/** The number of a text, the next free one when it is new. */
function numberOf(numbers: Map<string, number>, text: string): number {
  const known = numbers.get(text)
  if (known !== undefined) return known
  numbers.set(text, numbers.size)
  return numbers.size - 1
}
