import { PolyadError } from '../../core/errors.ts'
import { PLATFORMS } from '../../data/platforms.ts'
import { type Campaign, DEFAULTS } from '../campaign/campaign.ts'
import { sharesOf } from '../decision/assignment.ts'
import type { CheckLeaf, CheckReport } from './check-report.ts'

/** What the budget comes to before launch, and what a leaf needs of it. */
export type Volume = CheckReport['volume']

/** How impressions are spread over people, whatever a leaf needs. */
type Spread = Omit<Volume, 'peopleNeeded'>

const MS_PER_DAY = 86_400_000
const DAYS_PER_WEEK = 7
const IMPRESSIONS_PER_THOUSAND = 1000

/**
 * Expected impressions and goal events, from budget, price and today's rate, spread over people evenly.
 *
 * Tailored: everybody of the population is reached. Targeted: only people of a leaf are, so the same budget shows each
 * of them more.
 *
 * @param people of the population
 * @param peopleInLeaves distinct people that some leaf is served to
 */
export function expectVolume(campaign: Campaign, people: number, peopleInLeaves: number): Volume {
  const mode = campaign.mode ?? DEFAULTS.mode
  const { holdout, broadControl } = sharesOf(campaign)
  const weeks = flightWeeks(campaign)
  const { total, costPerThousand } = campaign.budget
  if (costPerThousand.amountMicros === 0 || total.currency !== costPerThousand.currency) {
    throw new PolyadError('INPUT_INVALID', {
      what: 'campaign',
      where: `campaigns/${campaign.name}.json /budget`,
      problem: 'costPerThousand must be above 0 and in the currency of total',
    })
  }
  const impressions = (total.amountMicros / costPerThousand.amountMicros) * IMPRESSIONS_PER_THOUSAND
  const impressionsWeek = impressions / weeks
  const peopleReached = mode === 'tailored' ? people : peopleInLeaves
  const eventsFloor = campaign.eventsPerLeafWeek ?? DEFAULTS.eventsPerLeafWeek
  const kFloor = campaign.kFloor ?? DEFAULTS.kFloor
  const platformMinimum = strictestPlatform(campaign)
  const volume = {
    mode,
    people,
    peopleReached,
    weeks,
    impressionsWeek,
    eventsWeek: impressionsWeek * campaign.goal.baselineRate,
    goal: campaign.goal.event,
    baselineRate: campaign.goal.baselineRate,
    broadControlShare: broadControl,
    holdoutShare: holdout,
    eventsFloor,
    kFloor,
    ...(platformMinimum ? { platformMinimum } : {}),
  }
  const peopleNeeded = Math.max(peopleForEvents(volume), kFloor, platformMinimum?.people ?? 0)
  return { ...volume, peopleNeeded }
}

/** The event floor in people of a leaf. */
function peopleForEvents(volume: Spread): number {
  const eventsAPerson = narrowEventsWeek(volume, 1)
  return eventsAPerson > 0 ? Math.ceil(volume.eventsFloor / eventsAPerson) : Number.MAX_SAFE_INTEGER
}

/** Impressions a week of a leaf's own ads: its people's part, less what broad control and holdout see instead. */
export function narrowImpressionsWeek(volume: Spread, people: number): number {
  if (volume.peopleReached === 0) return 0
  const narrow = (1 - volume.holdoutShare) * (1 - volume.broadControlShare)
  return ((volume.impressionsWeek * people) / volume.peopleReached) * narrow
}

export function narrowEventsWeek(volume: Spread, people: number): number {
  return narrowImpressionsWeek(volume, people) * volume.baselineRate
}

/** The floors a leaf of so many people is under; none of them: it can live. */
export function problemsOf(volume: Volume, people: number): CheckLeaf['problems'] {
  const problems: CheckLeaf['problems'] = []
  if (people < volume.kFloor) problems.push('k-floor')
  if (volume.platformMinimum && people < volume.platformMinimum.people) problems.push('platform-minimum')
  // In people, as `peopleNeeded` is, so that this and the roll-up never disagree by a rounding.
  if (people < peopleForEvents(volume)) problems.push('starved')
  return problems
}

function flightWeeks({ name, flight }: Campaign): number {
  const days = (Date.parse(flight.to) - Date.parse(flight.from)) / MS_PER_DAY + 1
  if (days >= 1) return days / DAYS_PER_WEEK
  throw new PolyadError('INPUT_INVALID', {
    what: 'campaign',
    where: `campaigns/${name}.json /flight`,
    problem: `it ends on ${flight.to}, before it begins on ${flight.from}`,
  })
}

function strictestPlatform({ name, platforms }: Campaign): Volume['platformMinimum'] {
  let strictest: Volume['platformMinimum']
  for (const platform of platforms ?? []) {
    if (!Object.hasOwn(PLATFORMS, platform)) {
      throw new PolyadError('INPUT_INVALID', {
        what: 'campaign',
        where: `campaigns/${name}.json /platforms`,
        problem: `there is no platform "${platform}"`,
        mend: `use some of ${Object.keys(PLATFORMS).join(', ')}`,
      })
    }
    const people = PLATFORMS[platform]!.minPeople
    if (people !== undefined && people > (strictest?.people ?? 0)) strictest = { people, platform }
  }
  return strictest
}
