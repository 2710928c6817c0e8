import { PolyadError } from '../core/errors.ts'
import type { Rule, Scalar } from '../rules/rule.ts'
import type { AttributeCatalogue } from './attributes.ts'
import { definitionOf, labelOf, valuesOf } from './hierarchy.ts'
import { sensitiveSubjectOfValue } from './sensitive.ts'

/**
 * What a grid node says of one attribute: its value; any value under a wider one (written `pacific+`, so a wider value
 * that people also have as their own is told from it); or nothing.
 */
export type GridPart =
  | { readonly kind: 'value'; readonly value: string | boolean }
  | { readonly kind: 'under'; readonly value: string }
  | { readonly kind: 'free' }

export const FREE: GridPart = { kind: 'free' }

/** A grid: attributes by name, broadest first, and the rule of those who are in it. */
export interface GridDefinition {
  readonly name: string
  readonly attributes: readonly string[]
  readonly within: Rule | undefined
  readonly catalogue: AttributeCatalogue
}

/** The node's id: `GRID/V1/V2/*`. */
export function nodeId(grid: GridDefinition, parts: readonly GridPart[]): string {
  return [grid.name, ...parts.map(partText)].join('/')
}

function partText(part: GridPart): string {
  if (part.kind === 'free') return '*'
  // encodeURIComponent leaves * as it is; + it encodes, so a + at the end is ours alone.
  const value = encodeURIComponent(String(part.value)).replaceAll('*', '%2A')
  return part.kind === 'under' ? `${value}+` : value
}

/**
 * The parts of a node's id.
 *
 * @throws PolyadError INPUT_INVALID for the id of no node of this grid
 */
export function parseNodeId(grid: GridDefinition, id: string): GridPart[] {
  const texts = id.split('/')
  const name = texts.shift()
  if (name !== grid.name || texts.length !== grid.attributes.length) {
    throw new PolyadError('INPUT_INVALID', {
      what: 'grid node',
      where: id.slice(0, 200),
      problem: `a node of grid ${grid.name} is written ${[grid.name, ...grid.attributes].join('/')}`,
      mend: 'run polyad check --apply again',
    })
  }
  return texts.map((text, i) => {
    if (text === '*') return FREE
    const isWider = text.endsWith('+')
    const value = decoded(isWider ? text.slice(0, -1) : text)
    if (isWider) return { kind: 'under', value }
    const isBoolean = definitionOf(grid.catalogue, grid.attributes[i]!)?.type === 'boolean'
    return { kind: 'value', value: isBoolean ? value === 'true' : value }
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * The node one step wider: the last attribute that is not free takes the next wider value of its hierarchy, or becomes
 * free. Undefined for the root, where all are free.
 */
export function widerParts(grid: GridDefinition, parts: readonly GridPart[]): GridPart[] | undefined {
  const last = parts.findLastIndex(({ kind }) => kind !== 'free')
  if (last < 0) return undefined
  const wider = parts.slice()
  wider[last] = widerPart(grid, grid.attributes[last]!, parts[last]!)
  return wider
}

function widerPart(grid: GridDefinition, attribute: string, part: GridPart): GridPart {
  const definition = definitionOf(grid.catalogue, attribute)
  if (part.kind === 'free' || typeof part.value === 'boolean' || !definition) return FREE
  // A value that has narrower ones of its own first joins them, then goes on with them.
  if (part.kind === 'value' && childrenOf(definition).has(part.value))
    return { kind: 'under', value: part.value }
  const parent = valuesOf(definition).get(part.value)?.parent
  return parent === undefined ? FREE : { kind: 'under', value: parent }
}

/** The test of one attribute, undefined where it is free. */
export function partRule(grid: GridDefinition, attribute: string, part: GridPart): Rule | undefined {
  if (part.kind === 'free') return undefined
  const values: readonly Scalar[] =
    part.kind === 'value' ? [part.value] : valuesUnder(grid, attribute, part.value)
  return { kind: 'in', attribute, values }
}

/** The node's rule: within the grid, and the test of each attribute that is not free. */
export function nodeRule(grid: GridDefinition, parts: readonly GridPart[]): Rule {
  const tests = grid.attributes
    .map((attribute, i) => partRule(grid, attribute, parts[i]!))
    .filter((rule) => !!rule)
  return { kind: 'all', of: grid.within ? [grid.within, ...tests] : tests }
}

/** The node in words, e.g. `California, 25 to 34, Hiking`; the root has none. */
export function nodeTitle(grid: GridDefinition, parts: readonly GridPart[], language = 'en'): string {
  const words = parts.flatMap((part, i) => {
    if (part.kind === 'free') return []
    const attribute = grid.attributes[i]!
    if (typeof part.value !== 'boolean') return [labelOf(grid.catalogue, attribute, part.value, language)]
    const name = definitionOf(grid.catalogue, attribute)?.label ?? attribute
    return [part.value ? name : `not ${name}`]
  })
  return words.join(', ')
}

type Definition = NonNullable<ReturnType<typeof definitionOf>>

const childrenByDefinition = new WeakMap<Definition, ReadonlyMap<string, readonly string[]>>()

function childrenOf(definition: Definition): ReadonlyMap<string, readonly string[]> {
  const known = childrenByDefinition.get(definition)
  if (known) return known
  const children = new Map<string, string[]>()
  for (const [value, { parent }] of valuesOf(definition)) {
    if (parent === undefined) continue
    const siblings = children.get(parent)
    if (siblings) siblings.push(value)
    else children.set(parent, [value])
  }
  childrenByDefinition.set(definition, children)
  return children
}

/** The value and all narrower ones, in text order; none of the sensitive list. */
function valuesUnder(grid: GridDefinition, attribute: string, value: string): string[] {
  const definition = definitionOf(grid.catalogue, attribute)
  if (!definition) return [value]
  const children = childrenOf(definition)
  const found = new Set<string>()
  const open = [value]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue
    found.add(at)
    open.push(...(children.get(at) ?? []))
  }
  return [...found].filter((each) => sensitiveSubjectOfValue(definition, each) === undefined).sort()
}
