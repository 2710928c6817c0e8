import { andBitmaps, type Bitmap, countBits, hasBit, orBitmaps } from '../../core/bitmap.ts'

/**
 * What an ad unit must meet, as tests of single levels joined by all and any; negation is inside the tests. Equal
 * formulas are one object.
 */
export interface Formula {
  readonly id: number
  readonly kind: 'all' | 'any' | 'test'
  /** The first level it asks about; past every level when it is decided. */
  readonly level: number
  readonly of: readonly Formula[]
  /** Of a test: the values it accepts, by `valueIndex`. */
  readonly accepts: Bitmap | undefined
}

export interface Formulas {
  /** Met by every ad unit, and by none. */
  readonly everything: Formula
  readonly nothing: Formula
  test(level: number, accepts: Bitmap): Formula
  join(kind: 'all' | 'any', parts: readonly Formula[]): Formula
  /** What is left to meet below the formula's level, by `valueIndex` of that level's value. */
  branches(formula: Formula): readonly Formula[]
}

/** Where a level's value stands in a test's bitmap: ABSENT, which is -1, comes last. */
export function valueIndex(value: number, size: number): number {
  return value < 0 ? size - 1 : value
}

/**
 * Makes formulas, each in its shortest form that is found by joining tests of one level into one.
 *
 * @param sizes how many values each level has, ABSENT included where it may be
 */
export function createFormulas(sizes: readonly number[]): Formulas {
  const unique = new Map<string, Formula>()
  const branchesOf = new Map<Formula, readonly Formula[]>()
  const decided = sizes.length

  function share(key: string, parts: Omit<Formula, 'id'>): Formula {
    let formula = unique.get(key)
    if (!formula) {
      formula = { id: unique.size, ...parts }
      unique.set(key, formula)
    }
    return formula
  }

  const constant = (kind: 'all' | 'any') => share(kind, { kind, level: decided, of: [], accepts: undefined })
  const everything = constant('all')
  const nothing = constant('any')

  function test(level: number, accepts: Bitmap): Formula {
    const accepted = countBits(accepts)
    if (accepted === 0) return nothing
    if (accepted === accepts.size) return everything
    return share(`${level}|${accepts.words.join()}`, { kind: 'test', level, of: [], accepts })
  }

  function join(kind: 'all' | 'any', parts: readonly Formula[]): Formula {
    const neutral = kind === 'all' ? everything : nothing
    const settling = kind === 'all' ? nothing : everything
    const combine = kind === 'all' ? andBitmaps : orBitmaps
    const tests = new Map<number, Bitmap>()
    const others = new Set<Formula>()
    const add = (part: Formula): void => {
      if (part === neutral) return
      if (part.kind === kind) part.of.forEach(add)
      else if (part.accepts) {
        const before = tests.get(part.level)
        tests.set(part.level, before ? combine(before, part.accepts) : part.accepts)
      } else others.add(part)
    }
    parts.forEach(add)
    const joined = [...others, ...[...tests].map(([level, accepts]) => test(level, accepts))]
    if (joined.includes(settling)) return settling
    const of = joined.filter((part) => part !== neutral).sort((a, b) => a.id - b.id)
    if (of.length <= 1) return of[0] ?? neutral
    const level = Math.min(...of.map((part) => part.level))
    return share(`${kind}|${of.map(({ id }) => id).join()}`, { kind, level, of, accepts: undefined })
  }

  /** What is left of a formula once the tests of one level are answered. */
  function answered(formula: Formula, level: number, isMet: (test: Formula) => boolean): Formula {
    if (formula.level !== level) return formula
    if (formula.kind === 'test') return isMet(formula) ? everything : nothing
    return join(
      formula.kind,
      formula.of.map((part) => answered(part, level, isMet)),
    )
  }

  function branches(formula: Formula): readonly Formula[] {
    const known = branchesOf.get(formula)
    if (known) return known
    const { level } = formula
    const tests = [...testsAt(formula, level)]
    // Values that every test answers alike lead to one formula.
    const byAnswers = new Map<string, Formula>()
    const made = Array.from({ length: sizes[level]! }, (_, value) => {
      const answers = tests.map((each) => (hasBit(each.accepts!, value) ? '1' : '0')).join('')
      let left = byAnswers.get(answers)
      if (!left) {
        left = answered(formula, level, (each) => hasBit(each.accepts!, value))
        byAnswers.set(answers, left)
      }
      return left
    })
    branchesOf.set(formula, made)
    return made
  }

  return { everything, nothing, test, join, branches }
}

/** The distinct tests of one level in a formula. */
function testsAt(formula: Formula, level: number, found = new Set<Formula>()): Set<Formula> {
  if (formula.level !== level) return found
  if (formula.kind === 'test') found.add(formula)
  for (const part of formula.of) testsAt(part, level, found)
  return found
}
