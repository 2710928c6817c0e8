import { PolyadError } from '../core/errors.ts'
import { parseRule } from '../rules/parse.ts'
import type { Rule } from '../rules/rule.ts'
import type { AttributeCatalogue } from './attributes.ts'
import { sensitiveSubjectOfValue } from './sensitive.ts'
import { vocabularyOf } from './vocabulary.ts'

/**
 * A segment's rule, checked against the catalogue and the sensitive list.
 *
 * @throws PolyadError INPUT_INVALID
 */
export function parseSegmentRule(json: unknown, catalogue: AttributeCatalogue, where: string): Rule {
  const rule = parseRule(json, vocabularyOf(catalogue), where)
  refuseSensitive(rule, catalogue, where, 'person')
  return rule
}

function refuseSensitive(
  rule: Rule,
  catalogue: AttributeCatalogue,
  where: string,
  scope: 'person' | 'mention',
): void {
  switch (rule.kind) {
    case 'all':
    case 'any':
      for (const part of rule.of) refuseSensitive(part, catalogue, where, scope)
      return
    case 'not':
      refuseSensitive(rule.of, catalogue, where, scope)
      return
    case 'mention':
      refuseSensitive(rule.of, catalogue, where, 'mention')
      return
    case 'in':
    case 'has': {
      const definition = catalogue.attributes.find(
        (each) => each.name === rule.attribute && each.scope === scope,
      )!
      for (const value of rule.values) {
        const subject = sensitiveSubjectOfValue(definition, String(value))
        if (!subject) continue
        throw new PolyadError('INPUT_INVALID', {
          what: 'rule',
          where,
          problem: `${rule.attribute} "${value}" tells of ${subject}: it cannot become a segment`,
          mend: 'take it out',
        })
      }
    }
  }
}
