/**
 * Lists of numbers as numbers: equal lists from one start have one number. A list stands as its last item after the list
 * without it, so each costs one entry.
 */
export interface Chains {
  /** The empty list of a start. */
  start(start: number): number
  /** @param item 0 <= item < 2^22 */
  after(chain: number, item: number): number
  startOf(chain: number): number
  itemsOf(chain: number): number[]
  /** How many there are, some 100 bytes each. */
  size(): number
}

/** Items are below this, so that a chain and an item make one exact number. */
const ITEMS = 2 ** 22

/** @param starts how many different lists begin: 0 <= start < starts */
export function createChains(starts: number): Chains {
  const before: number[] = Array<number>(starts).fill(-1)
  const last: number[] = Array<number>(starts).fill(-1)
  const known = new Map<number, number>()
  return {
    start: (start) => start,
    after(chain, item) {
      const key = chain * ITEMS + item
      let number = known.get(key)
      if (number === undefined) {
        number = before.length
        before.push(chain)
        last.push(item)
        known.set(key, number)
      }
      return number
    },
    startOf(chain) {
      let at = chain
      while (before[at]! >= 0) at = before[at]!
      return at
    },
    itemsOf(chain) {
      const items: number[] = []
      for (let at = chain; before[at]! >= 0; at = before[at]!) items.push(last[at]!)
      return items.reverse()
    },
    size: () => before.length,
  }
}
