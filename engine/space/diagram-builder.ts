import { type Bitmap, clearBit, emptyBitmap, hasBit, setBit } from '../../core/bitmap.ts'
import { BROKEN, type CombinationRule } from '../campaign/combination-rules.ts'
import { ABSENT, createNode, END, type Node, pushRun, type Run } from './diagram.ts'

export interface DiagramBuilder {
  /**
   * The sub-diagram of one cell's slots.
   *
   * @param options asset positions allowed in each slot, ascending; ABSENT alone where the slot is absent
   */
  slots(options: readonly Int32Array[]): Node
  /** A node above the slots: option i leads to `children[i]`. */
  above(children: readonly Node[]): Node
}

/** Options of one slot, met before or not: equal lists are one object. */
interface OptionList {
  readonly id: number
  readonly options: Int32Array
  /** Positions in `options` of those that a rule of this slot names, ascending, by rule. */
  readonly namedAt: ReadonlyMap<number, readonly number[]>
  /** What stands for every option that a rule does not name. */
  readonly other: typeof ABSENT | typeof UNNAMED
}

/** Options of a slot and of all slots after it. */
interface Suffix {
  readonly id: number
  readonly list: OptionList
  readonly next: Suffix | undefined
  /** States (as codes) from which these slots can still break their rule. */
  readonly breakable: Bitmap
  /** Nodes made so far, by the states on the way to them. */
  readonly nodes: Map<string, Node>
}

/** An asset that no rule names. */
const UNNAMED = -2
/** A step that must keep this many states in mind is as dear as a run. */
const STATES_PER_RUN = 16
/** A bitmap of this many states takes the memory of a run. */
const BITS_PER_RUN = 800

/**
 * Builds nodes from the bottom up. What is left to decide below a node is told by the options still to come and by the
 * states of the rules that they can still break: cells that agree in both share the node. Rules that begin further down
 * need not be remembered, and a rule that no option to come can break is forgotten.
 *
 * A rule's state has a code, ascending by rule, so that a list of codes in order is one text for each set of states: a
 * campaign's schema lets it have 6,000 at most, far below the 65,536 code units of a text.
 *
 * @param maxRuns throws `tooLarge` beyond this size: runs (a node has at least one), and what must be remembered of the
 * rules on the way to them
 * @param tooLarge given the rules that grew it most, the worst first; undefined stands for what no rule did: the
 * options differ from cell to cell
 */
export function createDiagramBuilder(
  slotCount: number,
  rules: readonly CombinationRule[],
  maxRuns: number,
  tooLarge: (heaviest: readonly (CombinationRule | undefined)[]) => Error,
): DiagramBuilder {
  const { ruleOf, firstCode, codes } = numberStates(rules)
  const rulesOfSlot = Array.from({ length: slotCount }, (_, slot) =>
    [...rules.keys()].filter((rule) => rules[rule]!.slots.includes(slot)),
  )
  const beginning = rulesOfSlot.map((here, slot) =>
    here.filter((rule) => rules[rule]!.slots[0] === slot).map((rule) => firstCode[rule]!),
  )
  const isOfSlot = rulesOfSlot.map((here) => {
    const isHere = new Uint8Array(rules.length)
    for (const rule of here) isHere[rule] = 1
    return isHere
  })
  const lists = new Map<string, OptionList>()
  const suffixes = new Map<string, Suffix>()
  const unique = new Map<string, Node>()
  // Nodes that remember something of a rule, and those that remember nothing.
  const remembered = new Float64Array(rules.length)
  let free = 0
  let size = 0

  function listOf(slot: number, options: Int32Array): OptionList {
    const key = `${slot}|${options.join()}`
    let list = lists.get(key)
    if (!list) {
      const positions = new Map<number, number>()
      for (const [position, option] of options.entries()) positions.set(option, position)
      const namedAt = new Map<number, readonly number[]>()
      for (const rule of rulesOfSlot[slot]!) {
        const named = [...rules[rule]!.namedIn(slot)].flatMap((asset) => positions.get(asset) ?? [])
        namedAt.set(
          rule,
          named.sort((a, b) => a - b),
        )
      }
      list = { id: lists.size, options, namedAt, other: options[0] === ABSENT ? ABSENT : UNNAMED }
      lists.set(key, list)
    }
    return list
  }

  function suffixOf(options: readonly Int32Array[]): Suffix | undefined {
    let suffix: Suffix | undefined
    for (let slot = slotCount - 1; slot >= 0; slot--) {
      const list = listOf(slot, options[slot]!)
      const key = `${list.id}|${suffix?.id ?? ''}`
      let found = suffixes.get(key)
      if (!found) {
        grow(codes / BITS_PER_RUN)
        const breakable = breakableFrom(slot, list, suffix)
        found = { id: suffixes.size, list, next: suffix, breakable, nodes: new Map() }
        suffixes.set(key, found)
      }
      suffix = found
    }
    return suffix
  }

  function breakableFrom(slot: number, list: OptionList, next: Suffix | undefined): Bitmap {
    const breakable = emptyBitmap(codes)
    if (next) breakable.words.set(next.breakable.words)
    for (const rule of rulesOfSlot[slot]!) {
      const first = firstCode[rule]!
      const { states } = rules[rule]!
      const positions = list.namedAt.get(rule)!
      const kinds = positions.map((position) => list.options[position]!)
      if (positions.length < list.options.length) kinds.push(list.other)
      for (let state = 0; state < states; state++) {
        const canBreak = kinds.some((asset) => {
          const after = rules[rule]!.step(slot, state, asset)
          return (
            after === BROKEN || (after >= 0 && next !== undefined && hasBit(next.breakable, first + after))
          )
        })
        if (canBreak) setBit(breakable, first + state)
        else clearBit(breakable, first + state)
      }
    }
    return breakable
  }

  /** @param open codes of the states in mind, ascending, each of a rule that can still be broken */
  function nodeOf(slot: number, suffix: Suffix | undefined, open: readonly number[]): Node {
    if (!suffix) return END
    grow(open.length / STATES_PER_RUN)
    const key = String.fromCharCode(...open)
    let node = suffix.nodes.get(key)
    if (!node) {
      if (open.length === 0) free++
      for (const code of open) remembered[ruleOf[code]!]!++
      node = share(suffix.list.options, suffix.list.id, runsOf(slot, suffix, open))
      suffix.nodes.set(key, node)
    }
    return node
  }

  function runsOf(slot: number, suffix: Suffix, open: readonly number[]): Run[] {
    const { list, next } = suffix
    const before = merged(
      open,
      beginning[slot]!.filter((code) => hasBit(suffix.breakable, code)),
    )
    // After an option that no rule names: the rules of other slots stay as they are.
    const otherwise = before.map((code) =>
      isOfSlot[slot]![ruleOf[code]!] ? after(slot, code, list.other) : code,
    )
    const changes = new Map<number, number[]>()
    for (const [at, code] of before.entries()) {
      for (const position of isOfSlot[slot]![ruleOf[code]!] ? list.namedAt.get(ruleOf[code]!)! : []) {
        const here = changes.get(position)
        if (here) here.push(at)
        else changes.set(position, [at])
      }
    }

    const childAfter = (states: readonly number[]): Node | undefined => {
      const left: number[] = []
      for (const code of states) {
        if (code === BROKEN) return undefined
        if (code >= 0 && next && hasBit(next.breakable, code)) left.push(code)
      }
      return nodeOf(slot + 1, next, left)
    }
    const runs: Run[] = []
    let other: Node | undefined
    let isOtherKnown = false
    const pushOthers = (from: number, to: number): void => {
      if (to === from) return
      if (!isOtherKnown) other = childAfter(otherwise)
      isOtherKnown = true
      if (other) pushRun(runs, from, to - from, other)
    }
    let position = 0
    for (const [at, here] of [...changes].sort(([a], [b]) => a - b)) {
      pushOthers(position, at)
      position = at + 1
      const states = [...otherwise]
      for (const each of here) states[each] = after(slot, before[each]!, list.options[at]!)
      const child = childAfter(states)
      if (child) pushRun(runs, at, 1, child)
    }
    pushOthers(position, list.options.length)
    return runs
  }

  /** The code after a step of its rule, or what the step came to instead. */
  function after(slot: number, code: number, asset: number): number {
    const rule = ruleOf[code]!
    const first = firstCode[rule]!
    const state = rules[rule]!.step(slot, code - first, asset)
    return state < 0 ? state : first + state
  }

  function share(options: Int32Array, listKey: number | string, runs: Run[]): Node {
    const key = `${listKey}|${runs.map((run) => `${run.start},${run.length},${run.child.id}`).join(';')}`
    let node = unique.get(key)
    if (!node) {
      grow(Math.max(1, runs.length))
      node = createNode(unique.size + 1, options, runs)
      unique.set(key, node)
    }
    return node
  }

  function grow(by: number): void {
    size += by
    if (size > maxRuns) throw tooLarge(heaviest())
  }

  function heaviest(): (CombinationRule | undefined)[] {
    const grown: [number, CombinationRule | undefined][] = [[free, undefined]]
    for (const [at, rule] of rules.entries()) if (remembered[at]! > 0) grown.push([remembered[at]!, rule])
    return grown
      .sort(([a], [b]) => b - a)
      .slice(0, 3)
      .map(([, rule]) => rule)
  }

  return {
    slots: (options) => nodeOf(0, suffixOf(options), []),
    above(children) {
      const runs: Run[] = []
      for (const [at, child] of children.entries()) pushRun(runs, at, 1, child)
      return share(Int32Array.from(children.keys()), `above${children.length}`, runs)
    },
  }
}

/** Gives every state of every rule a number: its code. */
function numberStates(rules: readonly CombinationRule[]) {
  const ruleOf: number[] = []
  const firstCode = rules.map(({ states }, rule) => {
    const first = ruleOf.length
    for (let state = 0; state < states; state++) ruleOf.push(rule)
    return first
  })
  return { ruleOf: Int32Array.from(ruleOf), firstCode, codes: ruleOf.length }
}

/** Two ascending lists as one. */
function merged(a: readonly number[], b: readonly number[]): number[] {
  return [...a, ...b].sort((left, right) => left - right)
}
