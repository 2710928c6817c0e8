import type { Rule } from '../rules/rule.ts'
import type { Segment } from './segment.ts'

/**
 * Whether a segment's rule reads these attributes and no other, and no mention: then it can be matched without anything
 * of a person. A rule that reads nothing is none of these.
 */
export function isContextual({ rule }: Segment, attributes: ReadonlySet<string>): boolean {
  const read = attributesOf(rule)
  return read !== undefined && read.size > 0 && [...read].every((name) => attributes.has(name))
}

/** The attributes of the person that a rule reads; undefined when it reads mentions. */
function attributesOf(rule: Rule): ReadonlySet<string> | undefined {
  const found = new Set<string>()
  const walk = (part: Rule): boolean => {
    switch (part.kind) {
      case 'all':
      case 'any':
        return part.of.every(walk)
      case 'not':
        return walk(part.of)
      case 'mention':
        return false
      default:
        found.add(part.attribute)
        return true
    }
  }
  return walk(rule) ? found : undefined
}
