import type { ErrorObject } from 'ajv'

/** What of ajv's errors we read. `schema` and `data` are there because ajv is `verbose`. */
type Problem = Pick<ErrorObject, 'keyword' | 'instancePath' | 'schemaPath' | 'params' | 'message'> &
  Partial<Pick<ErrorObject, 'data' | 'parentSchema'>>

/** Longest part of a wrong value that is repeated in a message. */
const SHOWN_VALUE = 60

/** The errors of one validation in words, each once. Of a union, only the alternative the value comes nearest to. */
export function problemsOf(errors: readonly ErrorObject[]): string[] {
  const unions = errors
    .filter(({ keyword }) => keyword === 'anyOf')
    // Inner unions first: what remains of them counts in the outer ones.
    .sort((a, b) => b.schemaPath.length - a.schemaPath.length)
  let problems: readonly Problem[] = errors.filter(({ keyword }) => keyword !== 'if')
  for (const union of unions) problems = withoutUnion(problems, union)
  return [...new Set(problems.map(problemText))]
}

/** Replaces a union's error and those of its alternatives by what the author of the value can use. */
function withoutUnion(problems: readonly Problem[], union: ErrorObject): readonly Problem[] {
  const alternatives = new Map<string, Problem[]>()
  const others: Problem[] = []
  for (const problem of problems) {
    if (problem === union) continue
    const alternative = alternativeOf(problem, union)
    if (alternative === undefined) others.push(problem)
    else alternatives.set(alternative, [...(alternatives.get(alternative) ?? []), problem])
  }
  return alternatives.size > 0 ? [...others, ...nearest([...alternatives.values()], union)] : problems
}

/** The number of the alternative of `union` that a problem belongs to. */
function alternativeOf({ schemaPath, instancePath }: Problem, union: ErrorObject): string | undefined {
  const inUnion = schemaPath.startsWith(`${union.schemaPath}/`)
  const inValue = instancePath === union.instancePath || instancePath.startsWith(`${union.instancePath}/`)
  return inUnion && inValue ? schemaPath.slice(union.schemaPath.length + 1).split('/')[0] : undefined
}

function nearest(alternatives: readonly Problem[][], union: ErrorObject): readonly Problem[] {
  const { instancePath, schemaPath, data } = union
  const together = (keyword: string, params: Record<string, unknown>, message?: string): Problem[] => [
    { keyword, instancePath, schemaPath, params, data, ...(message && { message }) },
  ]
  const here = (keyword: string) =>
    alternatives.filter(([first]) => first?.keyword === keyword && first.instancePath === instancePath)

  if (here('const').length === alternatives.length) {
    return together('enum', { allowedValues: alternatives.map(([first]) => first!.params['allowedValue']) })
  }
  const ofOtherType = here('type')
  if (ofOtherType.length === alternatives.length) {
    const types = new Set(alternatives.map(([first]) => String(first!.params['type'])))
    return together('type', {}, `must be ${[...types].join(' or ')}`)
  }
  const ofType = alternatives.filter((each) => !ofOtherType.includes(each))
  const fewest = Math.min(...ofType.map((each) => each.length))
  const candidates = ofType.filter((each) => each.length === fewest)
  if (candidates.length > 1 && candidates.every(([first]) => first!.keyword === 'required')) {
    return together('required', {
      missingProperty: candidates.map(([first]) => first!.params['missingProperty']),
    })
  }
  return candidates[0]!
}

function problemText(problem: Problem): string {
  const at = problem.instancePath || '/'
  const { params, parentSchema, data } = problem
  const count = (one: string) => `${params['limit']} ${one}${params['limit'] === 1 ? '' : 's'}`
  switch (problem.keyword) {
    case 'additionalProperties':
      return `${at} has an unknown field "${String(params['additionalProperty'])}"; remove it or mend its spelling`
    case 'required':
      return `${at} lacks the field ${[params['missingProperty']].flat().map(quoted).join(' or ')}`
    case 'enum':
      return `${at} must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`
    case 'const':
      return `${at} must be ${JSON.stringify(params['allowedValue'])}`
    case 'minItems':
      return `${at} must have at least ${count('item')}`
    case 'maxItems':
      return `${at} must have at most ${count('item')}`
    case 'minProperties':
      return `${at} must have at least ${count('field')}`
    case 'maxProperties':
      return `${at} must have at most ${count('field')}`
    case 'maxLength':
      return `${at} must have at most ${count('character')}`
    case 'pattern':
    case 'format': {
      const expected = (parentSchema as { description?: string } | undefined)?.description
      if (expected) return `${at} ${quoted(data)} is not ${expected}`
      return `${at} ${quoted(data)} ${problem.message ?? 'is invalid'}`
    }
    default:
      return `${at} ${problem.message ?? 'is invalid'}`
  }
}

function quoted(value: unknown): string {
  const text = String(value)
  return JSON.stringify(text.length > SHOWN_VALUE ? `${text.slice(0, SHOWN_VALUE)}...` : text)
}
