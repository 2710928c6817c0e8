/** How often one caller may ask. */
export interface Rate {
  /** Requests a second in the long run; 0: as often as it likes. */
  readonly perSecond: number
  /** How many seconds of them may come at once. */
  readonly burstSeconds: number
}

/** What a caller has left. */
export interface Allowance {
  readonly allowed: boolean
  /** Requests that may come at once. */
  readonly limit: number
  /** Of them, how many may still come now. */
  readonly remaining: number
  /** Until all of them may come again, seconds, rounded up. */
  readonly resetSeconds: number
  /** Until the next one is allowed, seconds, rounded up; 0 when one is. */
  readonly retrySeconds: number
}

export interface RateLimit {
  /** Counts one request of a caller; one that is refused costs nothing. */
  take(caller: string, nowMs: number): Allowance
}

/** Sums of fractions end a hair off the whole they stand for; in requests. */
const ROUNDING = 1e-4

/** Callers remembered in each of two generations: about 100 bytes each. */
const REMEMBERED = 50_000

/**
 * A token bucket for each caller, or undefined when the rate is without limit.
 *
 * A bucket is one number, the moment at which it will be full again (the generic cell rate algorithm). Memory is
 * bounded: callers are remembered in two generations, and when the younger one is full the older is forgotten; whoever
 * is in it was not heard of while `remembered` others were, and begins with a full bucket. Cost: about one look-up.
 *
 * @see ITU-T I.371 (2004), annex A: the generic cell rate algorithm
 */
export function createRateLimit(
  { perSecond, burstSeconds }: Rate,
  remembered: number = REMEMBERED,
): RateLimit | undefined {
  if (perSecond === 0) return undefined
  const costMs = 1000 / perSecond
  const limit = Math.max(1, Math.floor(perSecond * burstSeconds))
  const depthMs = limit * costMs
  let young = new Map<string, number>()
  let old = new Map<string, number>()

  const remember = (caller: string, fullAtMs: number): void => {
    if (young.size >= remembered && !young.has(caller)) {
      old = young
      young = new Map()
    }
    young.set(caller, fullAtMs)
  }

  // Counted from the first request: of Unix times a number has no room left for fractions of a millisecond.
  let originMs: number | undefined

  return {
    take(caller, unixMs) {
      originMs ??= unixMs
      const nowMs = unixMs - originMs
      const known = young.get(caller) ?? old.get(caller) ?? nowMs
      // A clock that steps back must not shut anybody out for as long.
      const before = Math.min(Math.max(known, nowMs), nowMs + depthMs)
      const after = before + costMs
      const waitMs = after - depthMs - nowMs
      const allowed = waitMs < ROUNDING * costMs
      const fullAtMs = allowed ? after : before
      if (allowed || before < known) remember(caller, fullAtMs)
      const left = (depthMs - (fullAtMs - nowMs)) / costMs
      return {
        allowed,
        limit,
        remaining: allowed ? Math.max(0, Math.floor(left + ROUNDING)) : 0,
        resetSeconds: Math.ceil((fullAtMs - nowMs) / 1000),
        retrySeconds: allowed ? 0 : Math.max(1, Math.ceil(waitMs / 1000)),
      }
    },
  }
}

/** Who an address stands for: of IPv6 the network of 64 bits that one household or machine is given. */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]!.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...new Array<string>(zeros).fill('0'), ...right].slice(0, 4).join(':')
}
