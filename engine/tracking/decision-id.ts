import { base32FromDigits, digitsFromBase32 } from '../../core/base32.ts'
import type { Stream } from '../../core/stream.ts'

/** Makes the next decision id for a moment (Unix ms). */
export type DecisionIds = (nowMs: number) => string

const TIME_DIGITS = 10
const COUNTER_LIMIT = 32 ** 4

/**
 * Ids of decisions: 26 characters of lower-case Crockford base32, sortable by time.
 *
 * 10 digits of Unix ms, 4 digits counting the ids of that millisecond, 12 digits (60 bits) of chance, so that two
 * processes do not meet. Ids of one maker grow strictly, also when the clock steps back: it then stays on the newest
 * millisecond seen. They are names, not secrets: what proves a token is its signature.
 */
export function createDecisionIds(stream: Stream): DecisionIds {
  let lastMs = -1
  let counter = 0
  return (nowMs) => {
    if (nowMs > lastMs) {
      lastMs = nowMs
      counter = 0
    } else if (++counter === COUNTER_LIMIT) {
      lastMs++
      counter = 0
    }
    return base32FromDigits([
      ...digits(lastMs, TIME_DIGITS),
      ...digits(counter, 4),
      ...digits(stream.integer(2 ** 30), 6),
      ...digits(stream.integer(2 ** 30), 6),
    ])
  }
}

function digits(value: number, count: number): number[] {
  const result = new Array<number>(count)
  let rest = value
  for (let i = count - 1; i >= 0; i--) {
    result[i] = rest % 32
    rest = Math.floor(rest / 32)
  }
  return result
}

/** The moment in a decision's id, Unix ms: when it was made, or somewhat later where the clock had stepped back. */
export function decisionIdAtMs(id: string): number {
  const digits = digitsFromBase32(id.slice(0, TIME_DIGITS)) ?? []
  return digits.reduce((value, digit) => value * 32 + digit, 0)
}
