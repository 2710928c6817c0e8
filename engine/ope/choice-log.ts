import { createGrowingArray, type GrowingArray } from '../guard/table/growing-array.ts'
import type { ChoiceNode } from './choice-tree.ts'

/** No option: the slot is absent there. Of a column: no value. */
export const NONE = -1

/** Names numbered as they come. */
export interface Names {
  readonly list: readonly string[]
  numberOf(name: string): number
}

/** What is known of where a choice was made, e.g. the placement: a value's number by row, NONE where there is none. */
export interface LogColumn {
  readonly name: string
  readonly values: readonly string[]
  readonly of: Int32Array
}

/** The options chosen for one slot. */
export interface LogSlot {
  readonly name: string
  /** Names of the options known, also those that no row has. */
  readonly options: readonly string[]
  /** By row; NONE: the slot is absent. */
  readonly chosen: Int32Array
  /** Probability it was chosen with, given what was chosen before it; 1 where the slot is absent. */
  readonly propensity: Float64Array
}

/** Logged choices: what was chosen, with which probability, where, and what came of it. Columns, row by row. */
export interface ChoiceLog {
  readonly rows: number
  readonly columns: readonly LogColumn[]
  readonly slots: readonly LogSlot[]
  readonly reward: Float64Array
  /** Rows of one person have the same number; every other row has its own. */
  readonly person: Uint32Array
  /** People, rows without one among them. */
  readonly people: number
  /** What could be chosen, by row. */
  readonly roots: readonly ChoiceNode[]
}

export interface ChoiceRow {
  /** One for each column. */
  readonly context: readonly (string | null)[]
  /** Option name by slot; null: absent. */
  readonly choices: readonly (string | null)[]
  readonly propensities: readonly number[]
  readonly reward: number
  readonly person: string | null
}

/** Takes rows one after the other; 12 bytes a slot and 4 a column are kept of each. */
export interface ChoiceLogBuilder {
  /** By slot. */
  readonly options: readonly Names[]
  readonly rows: number
  add(row: ChoiceRow, root?: ChoiceNode): void
  /** @param rootOf what could be chosen, where `add` was not told it */
  finish(rootOf?: (log: Omit<ChoiceLog, 'roots'>, row: number) => ChoiceNode): ChoiceLog
}

export function createNames(): Names {
  const numbers = new Map<string, number>()
  const list: string[] = []
  return {
    list,
    numberOf(name) {
      let number = numbers.get(name)
      if (number === undefined) {
        number = list.length
        numbers.set(name, number)
        list.push(name)
      }
      return number
    },
  }
}

export function createChoiceLog(columns: readonly string[], slots: readonly string[]): ChoiceLogBuilder {
  const values = columns.map(createNames)
  const options = slots.map(createNames)
  const doubles = () => createGrowingArray<Float64Array>((length) => new Float64Array(length))
  // Numbers up to 2^32 - 1; NONE is stored as the largest.
  const numbers = () => createGrowingArray<Uint32Array>((length) => new Uint32Array(length))
  const of = columns.map(numbers)
  const chosen = slots.map(numbers)
  const propensity = slots.map(doubles)
  const reward = doubles()
  const person = numbers()
  const people = new Map<string, number>()
  const roots: ChoiceNode[] = []
  let unknown = 0

  const numberFor = (names: Names, name: string | null): number =>
    name === null ? NONE : names.numberOf(name)
  const signed = (array: GrowingArray<Uint32Array>) => {
    const finished = array.finish()
    return new Int32Array(finished.buffer, finished.byteOffset, finished.length)
  }
  const personNumber = (key: string | null): number => {
    const next = people.size + unknown
    if (key === null) {
      unknown++
      return next
    }
    const known = people.get(key)
    if (known === undefined) people.set(key, next)
    return known ?? next
  }

  return {
    options,
    get rows() {
      return reward.length
    },
    add(row, root) {
      for (const [at, names] of values.entries()) of[at]!.push(numberFor(names, row.context[at]!))
      for (const [at, names] of options.entries()) {
        chosen[at]!.push(numberFor(names, row.choices[at]!))
        propensity[at]!.push(row.propensities[at]!)
      }
      reward.push(row.reward)
      person.push(personNumber(row.person))
      if (root) roots.push(root)
    },
    finish(rootOf) {
      const log = {
        rows: reward.length,
        columns: columns.map((name, at) => ({ name, values: values[at]!.list, of: signed(of[at]!) })),
        slots: slots.map((name, at) => ({
          name,
          options: options[at]!.list,
          chosen: signed(chosen[at]!),
          propensity: propensity[at]!.finish(),
        })),
        reward: reward.finish(),
        person: person.finish(),
        people: people.size + unknown,
      }
      if (!rootOf) return { ...log, roots }
      return { ...log, roots: Array.from({ length: log.rows }, (_, row) => rootOf(log, row)) }
    },
  }
}
