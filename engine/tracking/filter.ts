import { ROBOTS } from '../../data/robots.ts'
import type { EventRecord, FilterReason } from './record.ts'

/** What a request for a tracker says of itself. */
export interface TrackerHeaders {
  readonly userAgent: string | undefined
  /** `Sec-Purpose`, `Purpose`, `X-Purpose` and `X-Moz`, whichever were sent. */
  readonly purposes: readonly string[]
}

/**
 * Why the fetch of a tracker is no showing and no click; null for a person's. A fetch ahead of being seen says so in a
 * header of its own (`prefetch`, `prefetch;prerender`, `preview`); robots are known by data/robots.ts, and a browser
 * always names itself.
 */
export function filterReason({ userAgent, purposes }: TrackerHeaders): FilterReason | null {
  if (purposes.some((purpose) => /\b(prefetch|prerender|preview)\b/i.test(purpose))) return 'prefetch'
  return isRobot(userAgent) ? 'bot' : null
}

/** Few agents send most requests; their number is bounded, since anybody may send any. */
const knownAgents = new Map<string, boolean>()
const MOST_KNOWN = 2_000
const LONGEST_KNOWN = 1_000

function isRobot(userAgent = ''): boolean {
  const known = knownAgents.get(userAgent)
  if (known !== undefined) return known
  const agent = userAgent.trim().toLowerCase()
  const robot =
    agent === '' || ROBOTS.tokens.some((token) => agent.includes(token)) || ROBOTS.word.test(agent)
  if (knownAgents.size >= MOST_KNOWN) knownAgents.clear()
  if (userAgent.length <= LONGEST_KNOWN) knownAgents.set(userAgent, robot)
  return robot
}

/**
 * A click that comes so soon after the impression was made by no person: hand and eye need longer. Both are times of
 * arrival here, so more would take clicks away where the pixel was slow.
 */
export const TOO_SOON_MS = 300
/** A click again within this time is a double click; later it is a repeat. Neither counts. */
export const DOUBLE_CLICK_MS = 2_000

/**
 * Why an event counts apart: what its record says, or what it is beside the other events of its decision. no-decision:
 * its decision is not in the log. after-retention: its decision was folded into counts before it came.
 */
export type ApartReason =
  | FilterReason
  | 'too-soon'
  | 'double-click'
  | 'repeat'
  | 'outside-window'
  | 'before-showing'
  | 'no-decision'
  | 'after-retention'

/** Events that are in no other number. */
export interface ApartCount {
  readonly type: EventRecord['type']
  readonly reason: ApartReason
  readonly events: number
}

/** What became of the clicks on one decision: the one that counts, and why each of the others does not. */
export interface JudgedClicks<C> {
  readonly counted: C | null
  readonly apart: readonly { readonly click: C; readonly reason: ApartReason }[]
}

/**
 * Judges the clicks on one decision: those too soon after its impression do not count, the first of the rest does, and
 * any other is a double click or a repeat. Only what a page fetched is judged by time; a server sends when it likes.
 *
 * @param impressionAtMs of the impression a page fetched; null where there is none
 * @param clicks all that are neither late nor filtered
 */
export function judgeClicks<C extends Pick<EventRecord, 'atMs' | 'via'>>(
  impressionAtMs: number | null,
  clicks: readonly C[],
): JudgedClicks<C> {
  const apart: { click: C; reason: ApartReason }[] = []
  let counted: C | null = null
  for (const click of clicks.toSorted((a, b) => a.atMs - b.atMs)) {
    const afterMs = impressionAtMs === null ? -1 : click.atMs - impressionAtMs
    if (click.via === 'page' && afterMs >= 0 && afterMs < TOO_SOON_MS) {
      apart.push({ click, reason: 'too-soon' })
    } else if (!counted) counted = click
    else
      apart.push({ click, reason: click.atMs - counted.atMs < DOUBLE_CLICK_MS ? 'double-click' : 'repeat' })
  }
  return { counted, apart }
}
