import { type ChoiceLog, NONE } from './choice-log.ts'
import { type ChoiceNode, optionShares } from './choice-tree.ts'
import type { Chooser } from './compile-policy.ts'

/** What `best` goes by, as it was learnt for a slot on a group of rows: a rate by option. */
export type LearntRates = (slot: number, group: string) => Float64Array

/** A policy walking the trees of choices. */
export interface PolicyWalk {
  /**
   * Probability of what was chosen in a row under the policy over the one it was chosen with, by slot; undefined where
   * the row's choices are not in its tree.
   */
  ratiosOf(row: number, choosers: readonly Chooser[]): Float64Array | undefined
  /**
   * Expected sum of the effects of what the policy chooses, slots chosen as logged left out; undefined where it hangs on
   * the unknown probabilities of such a slot: its options lead to different choices.
   *
   * @param key names `effects`: the same key, the same numbers
   */
  expectedEffect(
    root: ChoiceNode,
    choosers: readonly Chooser[],
    effects: readonly (readonly number[] | Float64Array)[],
    key: string,
  ): number | undefined
}

/** Probabilities are made once for a node and a chooser. */
export function createPolicyWalk(log: ChoiceLog, floor: number, learnt: LearntRates): PolicyWalk {
  const shares = new Map<ChoiceNode, Map<Chooser, readonly number[]>>()
  const expected = new Map<string, Map<readonly Chooser[], Map<ChoiceNode, number | undefined>>>()

  const sharesAt = (node: ChoiceNode, chooser: Chooser): readonly number[] => {
    const ofNode = shares.get(node) ?? new Map<Chooser, readonly number[]>()
    shares.set(node, ofNode)
    let made = ofNode.get(chooser)
    if (!made) {
      made = optionShares(weightsAt(node.options, node.slot!, chooser), floor)
      ofNode.set(chooser, made)
    }
    return made
  }
  const weightsAt = (options: Int32Array, slot: number, chooser: Chooser): readonly number[] => {
    if (options[0] === NONE || chooser.kind === 'logged') return Array.from(options, () => 1)
    if (chooser.kind === 'weights') return Array.from(options, chooser.weightOf)
    const rates = learnt(slot, chooser.group)
    const best = options.reduce((before, option) => (rates[option]! > rates[before]! ? option : before))
    return Array.from(options, (option) => (option === best ? 1 : 0))
  }

  return {
    ratiosOf(row, choosers) {
      const ratios = new Float64Array(log.slots.length).fill(1)
      let node = log.roots[row]!
      while (node.slot !== undefined) {
        const { slot } = node
        const { chosen, propensity } = log.slots[slot]!
        const at = node.options.indexOf(chosen[row]!)
        if (at < 0) return undefined
        const chooser = choosers[slot]!
        if (chooser.kind !== 'logged') ratios[slot] = sharesAt(node, chooser)[at]! / propensity[row]!
        node = node.next[at]!
      }
      return ratios
    },

    expectedEffect(root, choosers, effects, key) {
      const ofKey = expected.get(key) ?? new Map<readonly Chooser[], Map<ChoiceNode, number | undefined>>()
      expected.set(key, ofKey)
      const known = ofKey.get(choosers) ?? new Map<ChoiceNode, number | undefined>()
      ofKey.set(choosers, known)
      const expectedAt = (node: ChoiceNode): number | undefined => {
        if (node.slot === undefined) return 0
        if (known.has(node)) return known.get(node)
        const value = sumAt(node, node.slot)
        known.set(node, value)
        return value
      }
      const sumAt = (node: ChoiceNode, slot: number): number | undefined => {
        const chooser = choosers[slot]!
        if (chooser.kind === 'logged') {
          const first = expectedAt(node.next[0]!)
          return node.isFree || node.next.every((each) => expectedAt(each) === first) ? first : undefined
        }
        const probabilities = sharesAt(node, chooser)
        let sum = 0
        for (const [at, option] of node.options.entries()) {
          if (probabilities[at] === 0) continue
          const below = expectedAt(node.next[at]!)
          if (below === undefined) return undefined
          sum += probabilities[at]! * ((option === NONE ? 0 : effects[slot]![option]!) + below)
        }
        return sum
      }
      return expectedAt(root)
    },
  }
}
