import { type Block, blocksOf, stridesOf } from './blocks.ts'
import { OPEN, type Walk } from './walk.ts'

/**
 * The choices of one ad unit in the covered dimensions, as positions in their option lists, OPEN where not made yet; and
 * a 0 at the end, so that two dimensions are three of which the last has one option: one loop serves both strengths.
 */
export type Row = Int32Array

export function openRow(dimensions: number): Row {
  const row = new Int32Array(dimensions + 1).fill(OPEN)
  row[dimensions] = 0
  return row
}

/** The allowed combinations of two or three choices, and how often the rows counted so far have each. */
export interface Combinations {
  /** Options of each dimension. */
  readonly sizes: readonly number[]
  readonly blocks: readonly Block[]
  /** Combinations that some ad unit has. */
  readonly allowed: number
  /** Those of them that no row has, in all and in each block. */
  readonly left: number
  readonly leftIn: Int32Array
  /** By place: rows that have the combination; at least BARRED when no ad unit has it. */
  readonly times: Int32Array
  /** Look-ups so far: work is measured in them, so that budgets are the same on every machine. */
  readonly lookups: number
  /** Counts what a row has; open choices make no combination. */
  add(row: Row): void
  remove(row: Row): void
  /** Forgets all rows. */
  clear(): void
  /**
   * By option of a dimension: combinations no row has yet that it would make with the row's other choices. Overwritten
   * by the next call.
   */
  gains(row: Row, dimension: number): Int32Array
  /** Combinations that of all rows only this one has; it has been added. */
  ownOf(row: Row): number
  /** How many more combinations would be left if a row, added and whole, made another choice. */
  lossOf(row: Row, dimension: number, option: number): number
  /** Makes another choice in a row, added and whole. */
  change(row: Row, dimension: number, option: number): void
  /** From now on tells of every combination that is left again, or no longer. */
  onChange(listener: (place: number, isLeft: boolean) => void): void
}

/** Far beyond what rows can reach. */
export const BARRED = 1 << 29

/** Numbers that locate one block's combination: base, block, then dimension and stride three times. */
const OF_BLOCK = 8
/** Numbers that locate it from one of its dimensions: base, block, own stride, then the others' dimension and stride. */
const OF_DIMENSION = 7

/** The combinations of a walk's dimensions; no row has any yet. */
export function createCombinations(walk: Walk, strength: 2 | 3): Combinations {
  const sizes = walk.values.map((list) => list.length)
  const blocks = blocksOf(sizes, strength)
  const times = timesOf(walk, blocks, sizes)
  const allowedIn = Int32Array.from(blocks, ({ base, size }) =>
    times.subarray(base, base + size).reduce((sum, each) => sum + (each === 0 ? 1 : 0), 0),
  )
  const allowed = allowedIn.reduce((sum, each) => sum + each, 0)
  const leftIn = Int32Array.from(allowedIn)
  const { byBlock, byDimension } = locate(blocks, sizes)
  const gained = sizes.map((size) => new Int32Array(size))
  let left = allowed
  let lookups = 0
  let listener: ((place: number, isLeft: boolean) => void) | undefined

  function meet(place: number, block: number): void {
    if (times[place]!++ > 0) return
    left--
    leftIn[block]!--
    listener?.(place, false)
  }

  function miss(place: number, block: number): void {
    if (--times[place]! > 0) return
    left++
    leftIn[block]!++
    listener?.(place, true)
  }

  function eachOf(row: Row, visit: (place: number, block: number) => void): void {
    lookups += blocks.length
    for (let at = 0; at < byBlock.length; at += OF_BLOCK) {
      const one = row[byBlock[at + 2]!]!
      const two = row[byBlock[at + 4]!]!
      const three = row[byBlock[at + 6]!]!
      if (one === OPEN || two === OPEN || three === OPEN) continue
      const place = byBlock[at]! + one * byBlock[at + 3]! + two * byBlock[at + 5]! + three * byBlock[at + 7]!
      visit(place, byBlock[at + 1]!)
    }
  }

  return {
    sizes,
    blocks,
    allowed,
    leftIn,
    times,
    get left() {
      return left
    },
    get lookups() {
      return lookups
    },
    add: (row) => eachOf(row, meet),
    remove: (row) => eachOf(row, miss),
    clear() {
      for (let place = 0; place < times.length; place++) times[place] = times[place]! < BARRED ? 0 : BARRED
      leftIn.set(allowedIn)
      left = allowed
    },
    gains(row, dimension) {
      const places = byDimension[dimension]!
      const result = gained[dimension]!.fill(0)
      for (let at = 0; at < places.length; at += OF_DIMENSION) {
        const one = row[places[at + 3]!]!
        const two = row[places[at + 5]!]!
        if (one === OPEN || two === OPEN) continue
        let place = places[at]! + one * places[at + 4]! + two * places[at + 6]!
        const stride = places[at + 2]!
        for (let option = 0; option < result.length; option++, place += stride) {
          if (times[place] === 0) result[option]!++
        }
        lookups += result.length
      }
      return result
    },
    ownOf(row) {
      let own = 0
      eachOf(row, (place) => {
        if (times[place] === 1) own++
      })
      return own
    },
    lossOf(row, dimension, option) {
      const places = byDimension[dimension]!
      const before = row[dimension]!
      let loss = 0
      for (let at = 0; at < places.length; at += OF_DIMENSION) {
        const others =
          row[places[at + 3]!]! * places[at + 4]! + row[places[at + 5]!]! * places[at + 6]! + places[at]!
        const stride = places[at + 2]!
        if (times[others + before * stride] === 1) loss++
        if (times[others + option * stride] === 0) loss--
      }
      lookups += places.length / OF_DIMENSION
      return loss
    },
    change(row, dimension, option) {
      const places = byDimension[dimension]!
      const before = row[dimension]!
      if (before === option) return
      for (let at = 0; at < places.length; at += OF_DIMENSION) {
        const others =
          row[places[at + 3]!]! * places[at + 4]! + row[places[at + 5]!]! * places[at + 6]! + places[at]!
        const stride = places[at + 2]!
        miss(others + before * stride, places[at + 1]!)
        meet(others + option * stride, places[at + 1]!)
      }
      lookups += places.length / OF_DIMENSION
      row[dimension] = option
    },
    onChange(told) {
      listener = told
    },
  }
}

/** 0 for every combination that an ad unit has, BARRED for the others. */
function timesOf(walk: Walk, blocks: readonly Block[], sizes: readonly number[]): Int32Array {
  const end = blocks.at(-1)!
  const times = new Int32Array(end.base + end.size).fill(BARRED)
  for (const { dimensions, base } of blocks) {
    walk.eachAllowed(dimensions, (positions) => {
      let place = 0
      for (let part = 0; part < positions.length; part++) {
        place = place * sizes[dimensions[part]!]! + positions[part]!
      }
      times[base + place] = 0
    })
  }
  return times
}

/** How the place of a combination follows from a row, by block and by dimension, as flat lists. */
function locate(
  blocks: readonly Block[],
  sizes: readonly number[],
): { readonly byBlock: Int32Array; readonly byDimension: readonly Int32Array[] } {
  const byBlock = new Int32Array(blocks.length * OF_BLOCK)
  const byDimension: number[][] = sizes.map(() => [])
  for (const [at, block] of blocks.entries()) {
    const strides = [...stridesOf(block, sizes), 0]
    const parts = [...block.dimensions, sizes.length]
      .slice(0, 3)
      .map((dimension, part) => [dimension, strides[part]!])
    byBlock.set([block.base, at, ...parts.flat()], at * OF_BLOCK)
    for (const [own, dimension] of block.dimensions.entries()) {
      const others = parts.filter((_, part) => part !== own)
      byDimension[dimension]!.push(block.base, at, strides[own]!, ...others.flat())
    }
  }
  return { byBlock, byDimension: byDimension.map((list) => Int32Array.from(list)) }
}
