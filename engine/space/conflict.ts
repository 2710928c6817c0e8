import type { CombinationRule } from '../campaign/combination-rules.ts'
import { createDiagramBuilder } from './diagram-builder.ts'

/** Size up to which a part of the rules is tried. */
const MAX_TRIED_RUNS = 200_000

/**
 * A smallest set of rules that leaves nothing of these options: without any one of them something is left. Empty when
 * all of them leave something. Parts are tried away in halves, quarters and so on, then one by one. Where what is left
 * of a part takes a larger diagram than is tried, the part stays in, so the set may then be larger than needed.
 *
 * @param options asset positions by slot, ABSENT alone where the slot is absent
 */
export function conflictOver(
  rules: readonly CombinationRule[],
  options: readonly Int32Array[],
): readonly CombinationRule[] {
  let kept = leavesNothing(rules, options) ? rules : []
  for (let size = Math.ceil(kept.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length; ) {
      const without = kept.toSpliced(at, size)
      if (leavesNothing(without, options)) kept = without
      else at += size
    }
  }
  return kept
}

function leavesNothing(rules: readonly CombinationRule[], options: readonly Int32Array[]): boolean {
  const tooLarge = new Error('the diagram is larger than is tried')
  try {
    return (
      createDiagramBuilder(options.length, rules, MAX_TRIED_RUNS, () => tooLarge).slots(options).count === 0n
    )
  } catch (error) {
    if (error === tooLarge) return false
    throw error
  }
}
