import { andBitmaps, type Bitmap, countBits, hasBit, orBitmaps, rowsOf } from '../../core/bitmap.ts'

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

  /** What is left of a formula once its level has a value, by `valueIndex`. */
  function answered(formula: Formula, level: number, value: number): Formula {
    if (formula.level !== level) return formula
    const { kind, accepts, of } = formula
    if (accepts) return hasBit(accepts, value) ? everything : nothing
    const [neutral, settling] = kind === 'all' ? [everything, nothing] : [nothing, everything]
    const left: Formula[] = []
    for (const part of of) {
      const answer = answered(part, level, value)
      if (answer === settling) return settling
      if (answer !== neutral) left.push(answer)
    }
    return join(kind === 'all' ? 'all' : 'any', left)
  }

  function branches(formula: Formula): readonly Formula[] {
    let made = branchesOf.get(formula)
    if (!made) {
      const { level } = formula
      // Values that every test answers alike lead to one formula.
      const byClass = new Map<number, Formula>()
      made = Array.from(alikeClasses(sizes[level]!, testsAt(formula, level)), (alike, value) => {
        let left = byClass.get(alike)
        if (!left) {
          left = answered(formula, level, value)
          byClass.set(alike, left)
        }
        return left
      })
      branchesOf.set(formula, made)
    }
    return made
  }

  return { everything, nothing, test, join, branches }
}

/** A class for every value: those of one class are accepted by the same tests. Costs what the tests accept. */
function alikeClasses(size: number, tests: Iterable<Formula>): Int32Array {
  const classOf = new Int32Array(size)
  let last = 0
  for (const { accepts } of tests) {
    const moved = new Map<number, number>()
    for (const value of rowsOf(accepts!)) {
      const before = classOf[value]!
      let after = moved.get(before)
      if (after === undefined) {
        after = ++last
        moved.set(before, after)
      }
      classOf[value] = after
    }
  }
  return classOf
}

/** The distinct tests of one level in a formula. */
function testsAt(formula: Formula, level: number, found = new Set<Formula>()): Set<Formula> {
  if (formula.level !== level) return found
  if (formula.kind === 'test') found.add(formula)
  for (const part of formula.of) testsAt(part, level, found)
  return found
}
