/** The parts of the API's answers that the page shows. */

export interface CampaignListing {
  readonly name: string
  readonly title?: string
  readonly problem?: string
  readonly active?: boolean
  readonly reason?: string
}

export interface CampaignDocument {
  readonly name: string
  readonly title?: string
  readonly locales: readonly string[]
  readonly placements: readonly string[]
  readonly segments: readonly (
    | string
    | { readonly grid: string; readonly leaves?: readonly string[]; readonly remainders?: readonly string[] }
  )[]
  readonly slots: readonly { readonly slot: string }[]
}

export interface AdUnitRow {
  readonly id: string
  readonly rank: string
  readonly segment: string
  readonly segmentTitle: string
  readonly locale: string
  readonly placement: string
  readonly widthPx: number
  readonly heightPx: number
  readonly slots: Readonly<Record<string, string | null>>
}

export interface Cell {
  readonly segment: string
  readonly locale: string
  readonly placement: string
}

export interface AdUnitWindow {
  readonly revision: number
  /** A decimal text: counts pass what a number can hold. */
  readonly count: string
  readonly items: readonly AdUnitRow[]
}

export interface Segmentation {
  readonly leaves: number
  readonly starvedLeaves: number
  /** null: some, but fewer than the k floor. */
  readonly peopleInStarvedLeaves: number | null
  readonly adUnits: string
  readonly unreadableBudgetShare: number
  readonly effectiveSegments: number
}

/** Two segments of which one is largely in the other; null: numbers that would tell of a few people. */
interface Overlap {
  readonly a: string
  readonly b: string
  readonly people: number | null
  readonly containment: number | null
}

export interface CheckReport {
  readonly revision: number
  readonly verdict: 'passed' | 'refused'
  readonly reasons: readonly { readonly code: string; readonly text: string }[]
  readonly warnings: readonly string[]
  readonly override?: { readonly reason: string; readonly who: string }
  readonly adUnits: { readonly count: string }
  readonly volume: {
    readonly people: number
    readonly peopleReached: number
    readonly impressionsWeek: number
    readonly eventsWeek: number
    readonly eventsFloor: number
    readonly peopleNeeded: number
    readonly kFloor: number
    readonly goal: string
    readonly peopleShown: number
    readonly baselineRate: number
    readonly eventRate: number
    readonly currency: string
  }
  readonly history:
    | { readonly without: string }
    | {
        readonly fromDay: string
        readonly toDay: string
        readonly impressions: number
        readonly events: number
      }
  readonly breakEven: {
    readonly reach: number
    readonly broadPays: boolean
    /** 0.2 is +20 %; null: broad does not pay, or nobody is reached. */
    readonly reachLimitedLift: number | null
    readonly budgetLimitedLift: number
  }
  readonly readable: {
    /** The lift that answers are costed for. */
    readonly lift: number
    readonly versusBroad: {
      readonly detectableLift: number | null
      readonly toRead: { readonly impressions: number; readonly amountMicros: number } | null
    }
    readonly weeks: number | null
    /** In so many that lift shows within the flight. */
    readonly leaves: number
  }
  readonly overlaps: readonly Overlap[]
  readonly leaves: readonly {
    readonly id: string
    readonly title: string
    /** null: under the k floor, or hidden for a leaf that is. */
    readonly people: number | null
    readonly share: number | null
    readonly eventsWeek: number | null
    readonly problems: readonly string[]
  }[]
  readonly before: Segmentation
  readonly rollUp?: {
    readonly after: Segmentation
    readonly merges: readonly { readonly from: string; readonly into: string; readonly reason: string }[]
    readonly homes: readonly { readonly id: string; readonly title: string; readonly leaves: number }[]
    readonly dropped: readonly { readonly id: string; readonly title: string; readonly reason: string }[]
  }
}

export interface Estimate {
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

export interface Arm {
  readonly people: number
  readonly impressions: number
  readonly goalEvents: number
  readonly goalEventsPerPerson: Estimate
}

type Comparison =
  | {
      readonly enough: true
      readonly narrow: Arm
      readonly broadControl: Arm
      readonly lift: Estimate | null
      readonly text: string
    }
  | {
      readonly enough: false
      readonly narrowPeople: string
      readonly broadControlPeople: string
      readonly narrowNeeds: number
      readonly broadControlNeeds: number
      readonly text: string
    }

export type ReportRow =
  | {
      readonly key: string
      readonly title: string
      readonly hidden: false
      readonly people: number
      readonly impressions: number
      readonly clicks: number
      readonly conversions: number
      readonly clicksPerImpression: Estimate | null
      readonly goalEventsPerPerson: Estimate | null
    }
  | { readonly key: string; readonly title: string; readonly hidden: true; readonly people: string }

export interface LeafRow {
  readonly title: string
  /** As "123", "<50" or "hidden". */
  readonly narrowPeople: string
  readonly broadControlPeople: string
  readonly compared: { readonly lift: Estimate | null; readonly qValue: number } | null
  readonly respondersShrunk: Estimate | null
  readonly verdict: 'wins' | 'loses' | 'unclear' | 'not-enough' | 'broken'
  readonly text: string
}

export type ElementOption =
  | {
      readonly option: string
      readonly hidden: false
      readonly people: number
      readonly shareShown: number
      readonly rawRate: number | null
      readonly relativeEffect: Estimate | null
      readonly qValue: number | null
      readonly verdict: 'better' | 'worse' | 'unclear' | 'not-enough'
      readonly text: string
    }
  | { readonly option: string; readonly hidden: true; readonly people: string }

export interface Report {
  readonly title: string
  readonly revisions: readonly number[]
  readonly goal: 'click' | 'conversion'
  readonly kFloor: number
  readonly simulated: boolean | 'mixed'
  readonly totals: {
    readonly people: number
    readonly decisions: number
    readonly impressions: number
    readonly clicks: number
    readonly conversions: number
  }
  /** Arms of too few people: in no number here. */
  readonly leftOut: readonly string[]
  readonly comparison: Comparison
  readonly assignment: { readonly broken: boolean; readonly pValue: number | null }
  readonly leaves: { readonly rows: readonly LeafRow[]; readonly text: string }
  readonly elements: {
    readonly slots: readonly {
      readonly slot: string
      readonly options: readonly ElementOption[]
      readonly text: string
    }[]
    readonly text: string
  }
  readonly by: string
  readonly rows: readonly ReportRow[]
  readonly definitions: Readonly<Record<string, string>>
}

/** An answer that was a problem (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

const KEY_NAME = 'polyad-key'

/** Keeps a role key for this tab; without keys the server asks for none. */
export function useKey(key: string): void {
  sessionStorage.setItem(KEY_NAME, key)
}

const path = encodeURIComponent

export const api = {
  campaigns: () => get<{ readonly items: readonly CampaignListing[] }>('/v1/campaigns'),
  campaign: (name: string) => get<CampaignDocument>(`/v1/campaigns/${path(name)}`),
  check: (name: string) => optional(get<CheckReport>(`/v1/campaigns/${path(name)}/check`)),
  /** The check that one revision had; undefined when none was kept. */
  checkOf: async (name: string, revision: number) => {
    const found = await optional(get<CheckReport>(`/v1/campaigns/${path(name)}/check?revision=${revision}`))
    return found?.revision === revision ? found : undefined
  },
  report: (name: string, by: string) => get<Report>(`/v1/campaigns/${path(name)}/report?by=${path(by)}`),
  /** A window of the ad units of one segment, locale and placement; `from` and `count` are places among these. */
  adUnits: (name: string, cell: Cell, from: bigint, limit: number) =>
    get<AdUnitWindow>(
      `/v1/campaigns/${path(name)}/ad-units?${new URLSearchParams({ ...cell, from: String(from), limit: String(limit) })}`,
    ),
  /** Address of an ad unit's picture. */
  picture: (id: string) => `/v1/ad-units/${path(id)}.jpg`,
  /** Address of an ad unit as a document of its own. */
  document: (id: string) => `/v1/ad-units/${path(id)}.html`,
}

async function get<T>(address: string): Promise<T> {
  const key = sessionStorage.getItem(KEY_NAME)
  const headers = { accept: 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) }
  const response = await fetch(address, { headers }).catch(() => {
    throw new Error('The server does not answer; is it still running?')
  })
  if (response.ok) return (await response.json()) as T
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; title?: string }
  throw new ApiProblem(
    response.status,
    problem.detail ?? problem.title ?? `the server answered ${response.status}`,
  )
}

/** Undefined where there is none. */
async function optional<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined
    throw error
  }
}
