import type { Stream } from '../../core/stream.ts'
import type { Weights } from '../allocation/weights.ts'
import type { Campaign } from '../campaign/campaign.ts'
import type { AdUnit } from './ad-unit.ts'
import { drawOption } from './choose.ts'
import { createNode, type Node, pushRun, type Run } from './diagram.ts'

/** What may not be drawn, for one person at one moment. */
export interface ClosedOptions {
  /** Of an asset, whatever goes with it; undefined where the slot is absent. */
  asset(slot: string, asset: string | undefined): boolean
  /**
   * Of an asset after the choices in the slots before it. Of all that could be drawn it closes a few: looking for what is
   * open passes over them one by one.
   */
  combination(slot: string, asset: string | undefined, choices: AdUnit['choices']): boolean
}

/** What was drawn: a choice a slot, and its probability given those before it. */
export interface DrawnChoices {
  readonly choices: AdUnit['choices']
  readonly propensities: Readonly<Record<string, number>>
}

/**
 * Draws an ad unit below the node of a cell as Space.choose does, among those with nothing closed. An option that leads
 * only to closed ones is left out where it would be drawn, so the propensities stay exact: their product is the unit's
 * among what is open.
 *
 * @param segment whose ad unit is drawn
 * @returns undefined when all is closed
 */
export function drawOpen(
  stream: Stream,
  cell: Node,
  segment: string,
  slots: Campaign['slots'],
  weights: Weights,
  closed: ClosedOptions,
): DrawnChoices | undefined {
  const choices: Record<string, string | undefined> = {}
  const propensities: Record<string, number> = {}
  const leads = new Map<Node, boolean>()

  const assetOf = (level: number, value: number) => slots[level]!.assets[value]?.id

  /** Whether assets leave an ad unit below a node, combinations apart. */
  const leadsOn = (node: Node, level: number): boolean => {
    if (level === slots.length) return true
    let found = leads.get(node)
    if (found === undefined) {
      found = hasOption(
        node,
        (value, child) =>
          !closed.asset(slots[level]!.slot, assetOf(level, value)) && leadsOn(child, level + 1),
      )
      leads.set(node, found)
    }
    return found
  }

  const isOpen = (level: number, value: number, child: Node): boolean => {
    const { slot } = slots[level]!
    const asset = assetOf(level, value)
    if (closed.asset(slot, asset) || !leadsOn(child, level + 1)) return false
    if (closed.combination(slot, asset, choices)) return false
    if (level + 1 === slots.length) return true
    choices[slot] = asset
    const found = hasOption(child, (next, below) => isOpen(level + 1, next, below))
    delete choices[slot]
    return found
  }

  let node = cell
  for (const [level, { slot }] of slots.entries()) {
    const open = keptOptions(node, (value, child) => isOpen(level, value, child))
    if (open.runs.length === 0) return undefined
    const draw = drawOption(
      stream,
      open,
      (value) => weights.weight(slot, assetOf(level, value), segment),
      weights.floor,
    )
    choices[slot] = assetOf(level, draw.value)
    propensities[slot] = draw.propensity
    node = draw.child
  }
  return { choices, propensities }
}

function hasOption({ options, runs }: Node, holds: (value: number, child: Node) => boolean): boolean {
  return runs.some(({ start, length, child }) => {
    for (let at = start; at < start + length; at++) if (holds(options[at]!, child)) return true
    return false
  })
}

/** The node with these options alone. */
function keptOptions({ id, options, runs }: Node, keeps: (value: number, child: Node) => boolean): Node {
  const kept: Run[] = []
  for (const { start, length, child } of runs) {
    for (let at = start; at < start + length; at++)
      if (keeps(options[at]!, child)) pushRun(kept, at, 1, child)
  }
  return createNode(id, options, kept)
}
