import type { EventRecord } from './record.ts'

type Told = Pick<EventRecord, 'atMs' | 'late' | 'valueMicros' | 'via' | 'priceMicros'>

/**
 * Which of two records of one event (they have one id) holds: the earlier. So the log may be read in any order and
 * give the same. At the same moment what a page fetched goes first, then what is not late, then the lower value.
 */
export function earlierEvent<E extends Told>(one: E, other: E): E {
  const [a, b] = [orderOf(one), orderOf(other)]
  for (const [at, value] of a.entries()) {
    const against = b[at]!
    if (value !== against) return value < against ? one : other
  }
  return one
}

function orderOf({ atMs, via, late, valueMicros, priceMicros }: Told): readonly (number | string)[] {
  return [atMs, via === 'page' ? 0 : 1, late ? 1 : 0, valueMicros ?? -1, priceMicros ?? -1, via ?? '']
}
