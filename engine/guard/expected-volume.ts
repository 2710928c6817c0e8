import { PolyadError } from '../../core/errors.ts'
import { PLATFORMS } from '../../data/platforms.ts'
import { atLeast } from '../../stats/hide-small.ts'
import { binomialReach } from '../../stats/reach.ts'
import { type Campaign, DEFAULTS } from '../campaign/campaign.ts'
import { sharesOf } from '../decision/assignment.ts'
import type { CheckLeaf, CheckReport } from './check-report.ts'
import { rounded } from './rounded.ts'

/** What the budget comes to before launch, and what a leaf needs of it. */
export type Volume = CheckReport['volume']

/** How impressions are spread over people, whatever a leaf needs. */
type Spread = Omit<Volume, 'peopleNeeded'>

/** Expected goal events per impression of a leaf's own ads, by segment id. */
export type RateOf = (id: string) => number

const MS_PER_DAY = 86_400_000
const DAYS_PER_WEEK = 7
const IMPRESSIONS_PER_THOUSAND = 1000

/**
 * Expected impressions and goal events, from budget, price and today's rate, spread over people evenly.
 *
 * Tailored: everybody of the population is reached. Targeted: only people of a leaf are, so the same budget shows each
 * of them more. Where narrow impressions have another price, the budget buys as many more or fewer.
 *
 * @param people of the population
 * @param peopleInLeaves distinct people that some leaf is served to
 * @param eventRate goal events per impression, where history knows better than the campaign's own baseline
 */
export function expectVolume(
  campaign: Campaign,
  people: number,
  peopleInLeaves: number,
  eventRate: number = campaign.goal.baselineRate,
): Volume {
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
  const costRatio = campaign.economics?.costRatio ?? DEFAULTS.costRatio
  const peopleReached = mode === 'tailored' ? people : peopleInLeaves
  const kFloor = campaign.kFloor ?? DEFAULTS.kFloor
  // Exact, it would tell the people of hidden leaves together.
  const peopleMatched = atLeast(peopleInLeaves, kFloor)
  const narrowShare =
    peopleReached > 0 ? (peopleMatched / peopleReached) * (1 - holdout) * (1 - broadControl) : 0
  const meanCost = costPerThousand.amountMicros * (1 + (costRatio - 1) * narrowShare)
  const impressionsWeek = ((total.amountMicros / meanCost) * IMPRESSIONS_PER_THOUSAND) / weeks
  const eventsFloor = campaign.eventsPerLeafWeek ?? DEFAULTS.eventsPerLeafWeek
  const platformMinimum = strictestPlatform(campaign)
  const volume = {
    mode,
    people,
    peopleReached,
    peopleMatched,
    peopleShown: expectedPeopleShown(peopleReached, impressionsWeek * weeks),
    weeks,
    impressionsWeek,
    eventsWeek: impressionsWeek * eventRate,
    goal: campaign.goal.event,
    baselineRate: campaign.goal.baselineRate,
    eventRate,
    costPerThousandMicros: costPerThousand.amountMicros,
    currency: costPerThousand.currency,
    costRatio,
    broadControlShare: broadControl,
    holdoutShare: holdout,
    eventsFloor,
    kFloor,
    ...(platformMinimum ? { platformMinimum } : {}),
  }
  return { ...volume, peopleNeeded: peopleNeededAt(volume, eventRate) }
}

/**
 * People expected to see at least one of so many impressions, each falling on any of them. Some people are likelier to
 * be shown an ad than others, so fewer in practice.
 */
export function expectedPeopleShown(people: number, impressions: number): number {
  return people >= 1 ? rounded(people * binomialReach(people, impressions)) : 0
}

/** People a leaf of this rate needs to pass every floor. */
export function peopleNeededAt(volume: Spread, rate: number): number {
  return Math.max(peopleForEvents(volume, rate), volume.kFloor, volume.platformMinimum?.people ?? 0)
}

/** The event floor in people of a leaf. */
function peopleForEvents(volume: Spread, rate: number): number {
  const eventsAPerson = narrowImpressionsWeek(volume, 1) * rate
  return eventsAPerson > 0 ? Math.ceil(volume.eventsFloor / eventsAPerson) : Number.MAX_SAFE_INTEGER
}

/** Share of a leaf's people who are in neither holdout nor broad control. */
export function narrowShareOf({
  holdoutShare,
  broadControlShare,
}: Pick<Volume, 'holdoutShare' | 'broadControlShare'>): number {
  return (1 - holdoutShare) * (1 - broadControlShare)
}

/** Impressions a week of a leaf's own ads: its people's part, less what broad control and holdout see instead. */
export function narrowImpressionsWeek(volume: Spread, people: number): number {
  if (volume.peopleReached === 0) return 0
  return ((volume.impressionsWeek * people) / volume.peopleReached) * narrowShareOf(volume)
}

/** Goal events a week of a leaf's own ads, at its rate. */
export function narrowEventsWeek(volume: Spread, people: number, rate: number): number {
  return narrowImpressionsWeek(volume, people) * rate
}

/** The floors a leaf of so many people and this rate is under; none of them: it can live. */
export function problemsOf(volume: Volume, people: number, rate: number): CheckLeaf['problems'] {
  const problems: CheckLeaf['problems'] = []
  if (people < volume.kFloor) problems.push('k-floor')
  if (volume.platformMinimum && people < volume.platformMinimum.people) problems.push('platform-minimum')
  // In people, as `peopleNeeded` is, so that this and the roll-up never disagree by a rounding.
  if (people < peopleForEvents(volume, rate)) problems.push('starved')
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
