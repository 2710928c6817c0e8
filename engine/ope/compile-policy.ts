import { PolyadError } from '../../core/errors.ts'
import { nearestName } from '../../rules/nearest-name.ts'
import type { ChoiceLog } from './choice-log.ts'
import type { Policy, SlotChoice } from './policy.ts'

/** How a slot's option is chosen: a weight by option, or one that is learnt or was logged. */
export type Chooser =
  | { readonly kind: 'weights'; readonly weightOf: (option: number) => number }
  | { readonly kind: 'logged' }
  /** `group`: the rows it is learnt on, those it is used for. */
  | { readonly kind: 'best'; readonly group: string }

/** A policy on a log: the choosers of all slots where a row was made. Equal places give the same object. */
export interface CompiledPolicy {
  choosersOf(row: number): readonly Chooser[]
  readonly floor: number
}

const LOGGED: Chooser = { kind: 'logged' }
const EVEN: Chooser = { kind: 'weights', weightOf: () => 1 }

/**
 * Reads a policy against a log.
 *
 * @param where the policy's source in people's words
 * @throws PolyadError INPUT_INVALID for a slot, an option, a column or a value that the log does not have, with the
 * nearest there is
 */
export function compilePolicy(policy: Policy, log: ChoiceLog, where: string): CompiledPolicy {
  const slotNames = log.slots.map(({ name }) => name)
  const unknown = (pointer: string, what: string, name: string, known: readonly string[]): PolyadError => {
    const near = nearestName(name, known)
    const some = known.length > MOST_TOLD ? `${known.slice(0, MOST_TOLD).join(', ')} ...` : known.join(', ')
    return new PolyadError('INPUT_INVALID', {
      what: 'policy',
      where,
      problem: `${pointer}: the log has no ${what} "${name}"`,
      mend: near === undefined ? `it has ${some || 'none'}` : `did you mean "${near}"?`,
    })
  }
  // An option nobody was shown has no outcome: nothing can be said of a policy that shows it.
  const shown = log.slots.map(({ options, chosen }) => {
    const seen = new Set(chosen)
    return options.filter((_, option) => seen.has(option))
  })

  const chooserFrom = (choice: SlotChoice, slot: number, pointer: string, group: string): Chooser => {
    if (typeof choice === 'string') return plainChooser(choice, group)
    const weights = 'always' in choice ? { [choice.always]: 1 } : choice.weights
    const what = `logged option of slot ${slotNames[slot]}`
    const byOption = new Map<number, number>()
    for (const [name, weight] of Object.entries(weights)) {
      if (!shown[slot]!.includes(name)) throw unknown(pointer, what, name, shown[slot]!)
      byOption.set(log.slots[slot]!.options.indexOf(name), weight)
    }
    if ([...byOption.values()].every((weight) => weight === 0)) {
      const problem = `${pointer}: every weight is 0`
      throw new PolyadError('INPUT_INVALID', { what: 'policy', where, problem, mend: 'give one above 0' })
    }
    return { kind: 'weights', weightOf: (option) => byOption.get(option) ?? 0 }
  }
  const choosersFrom = (slots: NonNullable<Policy['slots']>, pointer: string, group: string) =>
    new Map(
      Object.entries(slots).map(([name, choice]): [number, Chooser] => {
        const slot = slotNames.indexOf(name)
        if (slot < 0) throw unknown(`${pointer}/${name}`, 'slot', name, slotNames)
        return [slot, chooserFrom(choice, slot, `${pointer}/${name}`, group)]
      }),
    )

  const everywhere = choosersFrom(policy.slots ?? {}, '/slots', '')
  const otherwise = plainChooser(policy.otherwise ?? 'logged', '')
  const places = (policy.where ?? []).map(({ when, slots }, at) => {
    const pointer = `/where/${at}`
    const tests = Object.entries(when).map(([name, given]) => {
      const column = log.columns.find((each) => each.name === name)
      const known = log.columns.map((each) => each.name)
      if (!column) throw unknown(`${pointer}/when/${name}`, 'column', name, known)
      const values = [given].flat().map((value) => {
        const number = column.values.indexOf(value)
        if (number < 0) throw unknown(`${pointer}/when/${name}`, `value of ${name}`, value, column.values)
        return number
      })
      return { of: column.of, values: new Set(values) }
    })
    return { tests, choosers: choosersFrom(slots, `${pointer}/slots`, `${at}`) }
  })

  const madeOf = (held: readonly number[]): readonly Chooser[] =>
    slotNames.map((_, slot) => {
      const named = held.find((at) => places[at]!.choosers.has(slot))
      if (named !== undefined) return places[named]!.choosers.get(slot)!
      return everywhere.get(slot) ?? otherwise
    })
  // By the values of the columns asked for, then by what holds: rows are many, different places few.
  const asked = [...new Set(places.flatMap(({ tests }) => tests.map(({ of }) => of)))]
  const byValues = new Map<string, readonly Chooser[]>()
  const byHeld = new Map<string, readonly Chooser[]>()
  return {
    floor: policy.floor ?? 0,
    choosersOf(row) {
      const values = asked.map((of) => of[row]).join()
      let choosers = byValues.get(values)
      if (!choosers) {
        const held = [...places.keys()].filter((at) =>
          places[at]!.tests.every(({ of, values: wanted }) => wanted.has(of[row]!)),
        )
        choosers = byHeld.get(held.join()) ?? madeOf(held)
        byHeld.set(held.join(), choosers)
        byValues.set(values, choosers)
      }
      return choosers
    },
  }
}

/** Names that are told when none is near. */
const MOST_TOLD = 8

function plainChooser(choice: 'even' | 'logged' | 'best', group: string): Chooser {
  switch (choice) {
    case 'even':
      return EVEN
    case 'logged':
      return LOGGED
    case 'best':
      return { kind: 'best', group }
  }
}
