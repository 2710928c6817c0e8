import type { Fingerprint } from './fingerprint.ts'

/** Room it starts with. */
const FIRST_SLOTS = 1024
/** Beyond this share of taken slots looking up grows slow. */
const FULLEST = 0.7

/** When each of many keys was last shown something: the newest few times of each, in bounded memory. */
export interface ShowingTable {
  /** Remembers a showing. Times of one key come in any order; the oldest give way. */
  note(key: Fingerprint, atSec: number): void
  /** Whether a key has `most` showings or more after a moment. At most `timesEach` are known of a key. */
  hasReached(key: Fingerprint, most: number, afterSec: number): boolean
  /** Keys it holds. */
  readonly size: number
  /** Bytes of its arrays. */
  readonly bytes: number
  /** Keys it let go of for want of room, though their showings were not yet old. */
  readonly forgotten: number
}

/**
 * A table of `timesEach` times a key: 8 + 4 x timesEach bytes a slot, and 1.4 to 2.9 slots for each key. Keys whose newest showing is older than `keepSec` are let go of when it is full; once `mostKeys` are held, those
 * that were longest shown nothing are, a quarter at a time.
 *
 * @param timesEach 1 to 255
 */
export function createShowingTable(options: {
  readonly timesEach: number
  readonly keepSec: number
  readonly mostKeys: number
}): ShowingTable {
  const { timesEach, keepSec, mostKeys } = options
  let slots = FIRST_SLOTS
  let arrays = arraysOf(slots, timesEach)
  let size = 0
  let forgotten = 0

  /** Where a key is, or the free slot where it would be. A slot is free while its first time is 0. */
  const slotOf = ({ high, low }: Fingerprint): number => {
    const { highs, lows, times } = arrays
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & (slots - 1)
    while (times[slot * timesEach] !== 0 && (highs[slot] !== high || lows[slot] !== low)) {
      slot = (slot + 1) & (slots - 1)
    }
    return slot
  }

  const newestOf = (slot: number): number => {
    let newest = 0
    for (let at = slot * timesEach; at < (slot + 1) * timesEach; at++) {
      if (arrays.times[at]! > newest) newest = arrays.times[at]!
    }
    return newest
  }

  /** Moves what was shown something after a moment into new arrays. */
  const rebuild = (newSlots: number, afterSec: number): void => {
    const old = arrays
    const oldSlots = slots
    const kept: number[] = []
    for (let slot = 0; slot < oldSlots; slot++) {
      if (old.times[slot * timesEach] !== 0 && newestOf(slot) > afterSec) kept.push(slot)
    }
    slots = newSlots
    arrays = arraysOf(slots, timesEach)
    size = kept.length
    for (const slot of kept) {
      const key = { high: old.highs[slot]!, low: old.lows[slot]! }
      const to = slotOf(key)
      arrays.highs[to] = key.high
      arrays.lows[to] = key.low
      for (let i = 0; i < timesEach; i++) arrays.times[to * timesEach + i] = old.times[slot * timesEach + i]!
    }
  }

  const makeRoom = (nowSec: number): void => {
    const before = size
    const oldSec = nowSec - keepSec
    let live = 0
    const newest: number[] = []
    for (let slot = 0; slot < slots; slot++) {
      if (arrays.times[slot * timesEach] === 0) continue
      const sec = newestOf(slot)
      if (sec <= oldSec) continue
      live++
      // A sample tells well enough where the oldest quarter ends.
      if (live % 16 === 1) newest.push(sec)
    }
    if (live >= mostKeys) {
      newest.sort((a, b) => a - b)
      rebuild(slots, newest[newest.length >> 2]!)
      forgotten += Math.min(live, before) - size
      return
    }
    rebuild(live > (slots * FULLEST) / 2 ? slots * 2 : slots, oldSec)
  }

  return {
    note(key, atSec) {
      let slot = slotOf(key)
      if (arrays.times[slot * timesEach] === 0) {
        if (size >= Math.min(slots * FULLEST, mostKeys)) {
          makeRoom(atSec)
          slot = slotOf(key)
        }
        arrays.highs[slot] = key.high
        arrays.lows[slot] = key.low
        size++
      }
      const first = slot * timesEach
      let oldest = first
      for (let at = first; at < first + timesEach; at++) {
        if (arrays.times[at]! < arrays.times[oldest]!) oldest = at
      }
      // The first place is what says that the slot is taken, so it is never left 0.
      if (arrays.times[first] === 0) oldest = first
      if (atSec > arrays.times[oldest]!) arrays.times[oldest] = atSec
    },
    hasReached(key, most, afterSec) {
      const first = slotOf(key) * timesEach
      let shown = 0
      for (let at = first; at < first + timesEach; at++) if (arrays.times[at]! > afterSec) shown++
      return shown >= most
    },
    get size() {
      return size
    },
    get bytes() {
      return arrays.highs.byteLength + arrays.lows.byteLength + arrays.times.byteLength
    },
    get forgotten() {
      return forgotten
    },
  }
}

interface Arrays {
  readonly highs: Uint32Array
  readonly lows: Uint32Array
  /** `timesEach` a slot, Unix seconds, 0: none. */
  readonly times: Uint32Array
}

function arraysOf(slots: number, timesEach: number): Arrays {
  return {
    highs: new Uint32Array(slots),
    lows: new Uint32Array(slots),
    times: new Uint32Array(slots * timesEach),
  }
}
