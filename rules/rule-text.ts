import type { Range, Rule, Scalar } from './rule.ts'

export type ValueLabel = (attribute: string, value: Scalar) => string

/** The rule in words, e.g. `state is California and (age is 18-24 or age is 25-34)`. Plain text, not escaped. */
export function ruleText(rule: Rule, label: ValueLabel = (_attribute, value) => String(value)): string {
  switch (rule.kind) {
    case 'all':
      return rule.of.length === 0 ? 'everybody' : joined(rule.of, ' and ', label)
    case 'any':
      return rule.of.length === 0 ? 'nobody' : joined(rule.of, ' or ', label)
    case 'not':
      return `not ${bracketed(rule.of, label)}`
    case 'mention':
      return `one mention with ${bracketed(rule.of, label)}`
    case 'in':
      return `${rule.attribute} is ${oneOf(rule.values, rule.attribute, label)}`
    case 'has':
      return `${rule.attribute} include ${oneOf(rule.values, rule.attribute, label)}`
    case 'range':
      return `${rule.attribute} is ${rangeText(rule.range)}`
    case 'known':
      return `${rule.attribute} is known`
  }
}

function joined(parts: readonly Rule[], word: string, label: ValueLabel): string {
  if (parts.length === 1) return ruleText(parts[0]!, label)
  return parts.map((part) => bracketed(part, label)).join(word)
}

function bracketed(part: Rule, label: ValueLabel): string {
  const text = ruleText(part, label)
  return (part.kind === 'all' || part.kind === 'any') && part.of.length > 1 ? `(${text})` : text
}

function oneOf(values: readonly Scalar[], attribute: string, label: ValueLabel): string {
  const labels = values.map((value) => label(attribute, value))
  return labels.length === 1 ? labels[0]! : `one of ${labels.join(', ')}`
}

function rangeText({ gt, gte, lt, lte }: Range): string {
  const bounds: string[] = []
  if (gt !== undefined) bounds.push(`over ${gt}`)
  if (gte !== undefined) bounds.push(`at least ${gte}`)
  if (lt !== undefined) bounds.push(`under ${lt}`)
  if (lte !== undefined) bounds.push(`at most ${lte}`)
  return bounds.join(' and ')
}
