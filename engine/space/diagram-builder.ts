import { andBitmaps, type Bitmap, emptyBitmap, fullBitmap, hasBit, setBit } from '../../core/bitmap.ts'
import { createNode, END, type Node, pushRun, type Run } from './diagram.ts'

/** An exclusion: an ad unit that has one of the named assets in every named slot is left out. */
export interface Term {
  /** For people, e.g. /exclude/3. */
  readonly pointer: string
  /** Asset indexes by slot index; undefined where the term does not mention the slot. */
  readonly assets: readonly (ReadonlySet<number> | undefined)[]
}

export interface DiagramBuilder {
  /**
   * The sub-diagram of one cell's slots.
   *
   * @param options asset indexes allowed in each slot, ascending; ABSENT alone where the slot is absent
   */
  slots(options: readonly Int32Array[]): Node
  /** A node above the slots: option i leads to `children[i]`. */
  above(children: readonly Node[]): Node
  /** Terms that can be met in a cell with these options. */
  termsMet(options: readonly Int32Array[]): readonly Term[]
}

/** Options of one slot, met before or not: equal lists are one object. */
interface OptionList {
  readonly id: number
  readonly options: Int32Array
  readonly positions: ReadonlyMap<number, number>
  /** Terms that do not mention the slot, or have one of these options. */
  readonly meets: Bitmap
}

/** Options of a slot and of all slots after it. */
interface Suffix {
  readonly id: number
  readonly list: OptionList
  readonly next: Suffix | undefined
  /** Terms that can still be met by these slots. */
  readonly meets: Bitmap
}

/** A step that must keep this many terms in mind is as dear as a run. */
const TERMS_PER_RUN = 16

/**
 * Builds nodes from the bottom up. What is left to decide below a node is told by the options still to come and by the
 * terms met so far that can still be met: cells that agree in both share the node. Terms that begin further down need
 * not be remembered, and a term that no option to come can complete is forgotten.
 *
 * @param maxRuns throws `tooLarge` beyond this size: runs (a node has at least one), and what must be remembered of the
 * terms on the way to them
 */
export function createDiagramBuilder(
  slotCount: number,
  terms: readonly Term[],
  maxRuns: number,
  tooLarge: (heaviest: readonly Term[]) => Error,
): DiagramBuilder {
  const lastSlot = terms.map((term) => term.assets.findLastIndex((assets) => assets !== undefined))
  const beginning = Array.from({ length: slotCount }, (_, slot) =>
    terms.flatMap((term, at) =>
      term.assets.findIndex((assets) => assets !== undefined) === slot ? [at] : [],
    ),
  )
  const lists = new Map<string, OptionList>()
  const suffixes = new Map<string, Suffix>()
  const made = new Map<string, Node>()
  const unique = new Map<string, Node>()
  const remembered = new Float64Array(terms.length)
  let size = 0

  function listOf(slot: number, options: Int32Array): OptionList {
    const key = `${slot}|${options.join()}`
    let list = lists.get(key)
    if (!list) {
      const positions = new Map<number, number>()
      for (const [position, option] of options.entries()) positions.set(option, position)
      const meets = emptyBitmap(terms.length)
      for (const [at, term] of terms.entries()) {
        const assets = term.assets[slot]
        if (!assets || options.some((option) => assets.has(option))) setBit(meets, at)
      }
      list = { id: lists.size, options, positions, meets }
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
        const below = suffix?.meets ?? fullBitmap(terms.length)
        found = { id: suffixes.size, list, next: suffix, meets: andBitmaps(list.meets, below) }
        suffixes.set(key, found)
      }
      suffix = found
    }
    return suffix
  }

  /** @param met terms whose slots so far are all met, in an order that the slots they mention decide, not the way here */
  function nodeOf(slot: number, suffix: Suffix | undefined, met: readonly number[]): Node {
    if (!suffix) return END
    grow(met.length / TERMS_PER_RUN)
    const alive = met.filter((term) => hasBit(suffix.meets, term))
    const key = `${suffix.id}|${alive.join()}`
    let node = made.get(key)
    if (!node) {
      for (const term of alive) remembered[term]!++
      node = share(suffix.list.options, suffix.list.id, runsOf(slot, suffix, alive))
      made.set(key, node)
    }
    return node
  }

  function runsOf(slot: number, suffix: Suffix, alive: readonly number[]): Run[] {
    const { options, positions } = suffix.list
    const open = [...alive, ...beginning[slot]!.filter((term) => hasBit(suffix.meets, term))]
    const passing = open.filter((term) => !terms[term]!.assets[slot])
    const metAt = new Map<number, number[]>()
    for (const term of open) {
      for (const asset of terms[term]!.assets[slot] ?? []) {
        const position = positions.get(asset)
        if (position === undefined) continue
        const here = metAt.get(position)
        if (here) here.push(term)
        else metAt.set(position, [term])
      }
    }
    const runs: Run[] = []
    const pushUnmentioned = (from: number, to: number): void => {
      if (to > from) pushRun(runs, from, to - from, nodeOf(slot + 1, suffix.next, passing))
    }
    let position = 0
    for (const [at, here] of [...metAt].sort(([a], [b]) => a - b)) {
      pushUnmentioned(position, at)
      position = at + 1
      if (here.some((term) => lastSlot[term] === slot)) continue
      pushRun(runs, at, 1, nodeOf(slot + 1, suffix.next, [...passing, ...here]))
    }
    pushUnmentioned(position, options.length)
    return runs
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

  function heaviest(): Term[] {
    return [...terms.entries()]
      .filter(([at]) => remembered[at]! > 0)
      .sort(([a], [b]) => remembered[b]! - remembered[a]! || a - b)
      .slice(0, 3)
      .map(([, term]) => term)
  }

  return {
    slots: (options) => nodeOf(0, suffixOf(options), []),
    above(children) {
      const runs: Run[] = []
      for (const [at, child] of children.entries()) pushRun(runs, at, 1, child)
      return share(Int32Array.from(children.keys()), `above${children.length}`, runs)
    },
    termsMet(options) {
      const suffix = suffixOf(options)
      return terms.filter((_, at) => suffix !== undefined && hasBit(suffix.meets, at))
    },
  }
}
