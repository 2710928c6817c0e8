import type { Stream } from '../../core/stream.ts'
import type { Node } from './diagram.ts'

/** One option drawn from a node. */
export interface Draw {
  readonly value: number
  readonly propensity: number
  readonly child: Node
}

/** Whether an option with what lies below it may be drawn. */
export type IsOpen = (value: number, child: Node) => boolean

/** What can be drawn from a node, option by option. */
export interface Options {
  readonly values: readonly number[]
  readonly weights: readonly number[]
  readonly children: readonly Node[]
  propensityAt(at: number): number
}

/**
 * The options of a node that lead to an ad unit, each as likely as its weight; every option keeps at least the floor, or
 * an even share where there are too many options for that. All weights 0 count as even.
 *
 * @param weight of an option's value, at least 0
 * @param floor least probability of an option, 0..1
 * @param isOpen leaves out options; at least one must stay. Default: all are open
 */
export function optionsOf(
  node: Node,
  weight: (value: number) => number,
  floor: number,
  isOpen?: IsOpen,
): Options {
  const values: number[] = []
  const children: Node[] = []
  for (const run of node.runs) {
    for (let offset = 0; offset < run.length; offset++) {
      const value = node.options[run.start + offset]!
      if (isOpen && !isOpen(value, run.child)) continue
      values.push(value)
      children.push(run.child)
    }
  }
  const weights = values.map(weight)
  const total = weights.reduce((sum, each) => sum + each, 0)
  const even = 1 / values.length
  const kept = Math.min(floor, even)
  const free = 1 - kept * values.length
  return {
    values,
    weights,
    children,
    propensityAt: (at) => (total > 0 ? kept + (free * weights[at]!) / total : even),
  }
}

/** Draws one of the options of a node (`optionsOf`). */
export function drawOption(
  stream: Stream,
  node: Node,
  weight: (value: number) => number,
  floor: number,
  isOpen?: IsOpen,
): Draw {
  const { values, children, propensityAt } = optionsOf(node, weight, floor, isOpen)
  let left = stream.next()
  let drawn = -1
  for (let at = 0; at < values.length; at++) {
    const propensity = propensityAt(at)
    if (propensity === 0) continue
    // Also where rounding leaves a little of the draw over: the last option that can be drawn.
    drawn = at
    if (left < propensity) break
    left -= propensity
  }
  return { value: values[drawn]!, propensity: propensityAt(drawn), child: children[drawn]! }
}
