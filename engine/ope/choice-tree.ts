import type { Node } from '../space/diagram.ts'

/** What may be chosen for a slot after what was chosen before it; equal sub-trees are one object. */
export interface ChoiceNode {
  /** Position of the slot in the log; undefined: everything is chosen. */
  readonly slot: number | undefined
  /** Numbers of the options in the log; NONE alone where the slot is absent. */
  readonly options: Int32Array
  /** What may be chosen next, by option. */
  readonly next: readonly ChoiceNode[]
  /** Every option leads to the same. */
  readonly isFree: boolean
}

export const CHOSEN: ChoiceNode = { slot: undefined, options: new Int32Array(0), next: [], isFree: true }

/** A node whose options all lead to the same next one. */
export function freeNode(slot: number, options: Int32Array, next: ChoiceNode): ChoiceNode {
  return { slot, options, next: new Array<ChoiceNode>(options.length).fill(next), isFree: true }
}

/**
 * The slots' part of a campaign's diagram below a cell, with the log's numbers.
 *
 * @param slots position in the log of each slot, in the order of the diagram
 * @param optionOf number in the log of a value of a level
 * @param made what was made of this diagram before
 */
export function choiceTree(
  node: Node,
  slots: readonly number[],
  optionOf: (level: number, value: number) => number,
  made: Map<Node, ChoiceNode>,
  level = 0,
): ChoiceNode {
  if (level === slots.length) return CHOSEN
  const known = made.get(node)
  if (known) return known
  const options: number[] = []
  const next: ChoiceNode[] = []
  for (const run of node.runs) {
    const child = choiceTree(run.child, slots, optionOf, made, level + 1)
    for (let offset = 0; offset < run.length; offset++) {
      options.push(optionOf(level, node.options[run.start + offset]!))
      next.push(child)
    }
  }
  const tree: ChoiceNode = {
    slot: slots[level]!,
    options: Int32Array.from(options),
    next,
    isFree: next.every((each) => each === next[0]),
  }
  made.set(node, tree)
  return tree
}

/**
 * Probabilities of a node's options, in proportion to their weights, each at least the floor or an even share where
 * there are too many for it; all weights 0 count as even. The same as a decision draws with (engine/space/choose.ts).
 */
export function optionShares(weights: readonly number[], floor: number): readonly number[] {
  const total = weights.reduce((sum, each) => sum + each, 0)
  const even = 1 / weights.length
  if (!(total > 0)) return weights.map(() => even)
  const kept = Math.min(floor, even)
  const free = 1 - kept * weights.length
  return weights.map((weight) => kept + (free * weight) / total)
}
