import { SENSITIVE, type SensitiveSubject } from '../data/sensitive.ts'
import type { AttributeDefinition } from './attributes.ts'
import { valuesOf } from './hierarchy.ts'

const SUBJECT_OF_WORD = new Map(
  Object.entries(SENSITIVE.words).flatMap(([subject, words]) =>
    words.map((word) => [word, subject as SensitiveSubject] as const),
  ),
)
const SUBJECT_OF_VALUE = new Map(Object.entries(SENSITIVE.values))
const SUBJECT_OF_IAB_ROW = new Map(Object.entries(SENSITIVE.iabAudience))
const IAB_HIERARCHY = 'iab-audience-1.1'

/** What sensitive subject an attribute's name tells of; undefined for a harmless one. */
export function sensitiveSubjectOfName(name: string): SensitiveSubject | undefined {
  const words = name.split(/(?=[A-Z])|[^A-Za-z]+|(?<=[A-Za-z])(?=\d)/).map((word) => word.toLowerCase())
  return words.map((word) => SUBJECT_OF_WORD.get(word)).find((subject) => subject !== undefined)
}

/** What sensitive subject a value of this attribute, or a wider value it belongs to, tells of. */
export function sensitiveSubjectOfValue(
  definition: AttributeDefinition,
  value: string,
): SensitiveSubject | undefined {
  const isIab = definition.hierarchy === IAB_HIERARCHY
  const values = valuesOf(definition)
  const seen = new Set<string>()
  for (let at: string | undefined = value; at !== undefined && !seen.has(at); at = values.get(at)?.parent) {
    const subject = SUBJECT_OF_VALUE.get(at.toLowerCase()) ?? (isIab ? SUBJECT_OF_IAB_ROW.get(at) : undefined)
    if (subject) return subject
    seen.add(at)
  }
  return undefined
}
