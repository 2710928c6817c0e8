import { bitmapFromRows } from '../../core/bitmap.ts'
import { PolyadError } from '../../core/errors.ts'
import { decide, type Facts, factsOf } from '../../rules/certainty.ts'
import { compileRule } from '../../rules/compile.ts'
import { nearestName } from '../../rules/nearest-name.ts'
import { parseRule } from '../../rules/parse.ts'
import type { AttributeType, Rule, RuleJson, Values, Vocabulary } from '../../rules/rule.ts'
import type { Placement } from '../../templates/placement.ts'
import type { Plan } from '../campaign/plan.ts'
import { CELL_ATTRIBUTES } from './cell-attributes.ts'
import { CELL_LEVELS } from './compile.ts'
import type { Formula, Formulas } from './formula.ts'

const [SEGMENT, LOCALE, PLACEMENT] = [0, 1, 2]

/** What a name in a rule asks about. */
interface Asked {
  readonly level: number
  /** In the rule language; for `segment.X` the attribute X of people. */
  readonly attribute: string
  readonly type: AttributeType
  /** Every value there is, for names of things; undefined for attributes. */
  readonly values?: readonly string[]
  /** What such a value is called. */
  readonly thing?: string
}

/**
 * Reads a rule over ad units and turns it into a formula over a diagram's levels. It may name
 *
 * - `segment`, and of the cell what cell-attributes.ts has: `locale`, `placement`, `placement.width` and so on
 * - `slot.NAME`: the asset by id, no value where the placement lacks the slot
 * - `segment.ATTRIBUTE`: what the segment's rule makes certain of everybody in it. A test that is neither certain nor
 *   excluded is not met, and neither is its `not`: broad, of which nothing is certain, is in neither.
 *
 * `slot.` and `segment.` may be left out where only one thing has the name.
 *
 * @param where its source in people's words
 * @throws PolyadError INPUT_INVALID: not a rule, or an unknown name, asset, segment, locale or placement, with the
 * nearest there is
 */
export function readWhere(plan: Plan, formulas: Formulas, json: RuleJson, where: string): Formula {
  const asked = namesOf(plan)
  const vocabulary: Vocabulary = {
    person: new Map([...asked].map(([name, { type }]) => [name, type])),
    mention: new Map(),
    adviceOn: (unknown) => adviceOn(unknown, asked),
  }
  const refuse = (problem: string, mend: string): never => {
    throw new PolyadError('INPUT_INVALID', { what: 'rule', where, problem, mend })
  }
  const people = createFacts(plan)

  function formulaOf(rule: Rule, holds: boolean): Formula {
    switch (rule.kind) {
      case 'all':
      case 'any': {
        const parts = rule.of.map((part) => formulaOf(part, holds))
        return formulas.join((rule.kind === 'all') === holds ? 'all' : 'any', parts)
      }
      case 'not':
        return formulaOf(rule.of, !holds)
      case 'mention':
        return ofSegments(rule, holds)
      default:
        return ofTest(rule, holds)
    }
  }

  function ofTest(rule: Extract<Rule, { attribute: string }>, holds: boolean): Formula {
    const { level, attribute, values, thing } = asked.get(rule.attribute)!
    if (values && rule.kind === 'in') {
      for (const value of rule.values) requireValue(String(value), values, thing!)
    }
    const test = { ...rule, attribute }
    if (level === SEGMENT && attribute !== 'segment') return ofSegments(test, holds)
    const isMet = compileRule(test)
    return atLevel(level, recordsOf(plan, level), (record) => isMet({ values: record }) === holds)
  }

  function ofSegments(rule: Rule, holds: boolean): Formula {
    const wanted = holds ? 'certain' : 'excluded'
    return atLevel(SEGMENT, people(), (facts) => decide(rule, facts, {}) === wanted)
  }

  function atLevel<T>(level: number, records: readonly T[], isAccepted: (record: T) => boolean): Formula {
    const accepted = [...records.keys()].filter((at) => isAccepted(records[at]!))
    return formulas.test(level, bitmapFromRows(records.length, accepted))
  }

  function requireValue(value: string, values: readonly string[], thing: string): void {
    if (values.includes(value)) return
    const nearest = nearestName(value, values)
    refuse(
      `there is no ${thing} "${value}"`,
      nearest ? `did you mean "${nearest}"?` : `there is ${listed(values)}`,
    )
  }

  return formulaOf(parseRule(json, vocabulary, where), true)
}

/** Every name a rule over ad units may use. */
function namesOf(plan: Plan): Map<string, Asked> {
  const { campaign, attributes, segments } = plan
  const asked = new Map<string, Asked>()
  const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)
  const named = (level: number, attribute: string, values: readonly string[], thing: string): Asked => ({
    level,
    attribute,
    type: 'category',
    values,
    thing,
  })
  asked.set('segment', named(SEGMENT, 'segment', ids(segments), 'segment'))
  for (const { name, of, type, values } of CELL_ATTRIBUTES) {
    const level = of === 'locale' ? LOCALE : PLACEMENT
    asked.set(name, values ? named(level, name, values(plan), name) : { level, attribute: name, type })
  }
  for (const [at, { slot, assets }] of campaign.slots.entries()) {
    const attribute = `slot.${slot}`
    const meant = named(CELL_LEVELS + at, attribute, ids(assets), `asset of ${slot}`)
    asked.set(attribute, meant)
    if (!Object.hasOwn(attributes, slot)) asked.set(slot, meant)
  }
  for (const [attribute, type] of Object.entries(attributes)) {
    const meant: Asked = { level: SEGMENT, attribute, type }
    asked.set(`segment.${attribute}`, meant)
    if (!asked.has(attribute) && !asked.has(`slot.${attribute}`)) asked.set(attribute, meant)
  }
  return asked
}

function adviceOn(unknown: string, asked: ReadonlyMap<string, Asked>): string {
  const whole = [`slot.${unknown}`, `segment.${unknown}`]
  if (whole.every((name) => asked.has(name))) {
    return `it is a slot and an attribute of people: write ${whole.join(' or ')}`
  }
  const nearest = nearestName(unknown, asked.keys())
  if (nearest) return `did you mean "${nearest}"?`
  const names = [...asked].filter(([name, { attribute }]) => name === attribute || name.includes('.'))
  return `there is ${listed(names.map(([name]) => name))}`
}

/** What each value of a level is to a rule, in the order of its positions; ABSENT last. */
function recordsOf({ campaign, placements, segments }: Plan, level: number): Values[] {
  if (level === SEGMENT) return segments.map(({ id }) => ({ segment: id }))
  if (level === LOCALE) return campaign.locales.map((locale) => valuesIn('locale', locale, placements[0]!))
  if (level === PLACEMENT)
    return placements.map((placement) => valuesIn('placement', campaign.locales[0]!, placement))
  const { slot, assets } = campaign.slots[level - CELL_LEVELS]!
  return [...assets.map(({ id }) => ({ [`slot.${slot}`]: id })), {}]
}

function valuesIn(of: 'locale' | 'placement', locale: string, placement: Placement): Values {
  const attributes = CELL_ATTRIBUTES.filter((attribute) => attribute.of === of)
  return Object.fromEntries(attributes.map(({ name, valueIn }) => [name, valueIn(locale, placement)]))
}

/** What is certain of each segment's people, worked out when first asked. */
function createFacts({ segments }: Plan): () => readonly Facts[] {
  let facts: readonly Facts[] | undefined
  return () => {
    facts ??= segments.map(({ rule }) => factsOf(rule))
    return facts
  }
}

/** Names told in a message. */
const LISTED = 10

function listed(values: readonly string[]): string {
  const more = values.length > LISTED ? ` and ${values.length - LISTED} more` : ''
  return values.slice(0, LISTED).join(', ') + more
}
