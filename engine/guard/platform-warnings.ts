import { PLATFORMS, PLATFORMS_AS_OF, type PlatformCap } from '../../data/platforms.ts'
import type { Campaign } from '../campaign/campaign.ts'
import { wholeNumber } from '../reporting/text-table.ts'
import type { CheckReport } from './check-report.ts'
import { narrowEventsWeek, type Volume } from './expected-volume.ts'
import type { LeafFinding } from './leaves.ts'
import { leavesWith } from './verdict.ts'

const DAYS_PER_MONTH = 365.25 / 12
const MICROS_PER_UNIT = 1_000_000

type Leaves = readonly Pick<LeafFinding, 'people' | 'rate'>[]
type Found = Pick<CheckReport, 'volume' | 'adUnits'>

/** What the campaign's platforms advise, cap, or need to learn, where it goes beyond that. */
export function platformWarnings(campaign: Campaign, leaves: Leaves, found: Found): string[] {
  return (campaign.platforms ?? []).flatMap((platform) => {
    const { title, warnBelowPeople, eventsPerWeek, caps } = PLATFORMS[platform]!
    const warnings: string[] = []
    const few = leaves.filter(({ people }) => people < (warnBelowPeople ?? 0)).length
    if (few > 0) {
      warnings.push(
        `${leavesWith(few, leaves.length, 'has', 'have')} fewer than the ${wholeNumber(warnBelowPeople!)} people ` +
          `${title} advises`,
      )
    }
    const slow = leaves.filter((leaf) => eventsOf(found.volume, leaf) < (eventsPerWeek ?? 0)).length
    // Under the campaign's own floor a leaf is refused already.
    if (slow > 0 && eventsPerWeek! > found.volume.eventsFloor) {
      warnings.push(
        `${leavesWith(slow, leaves.length, 'expects', 'expect')} fewer than the ${eventsPerWeek} ` +
          `${found.volume.goal}s a week with which ${title} ends its learning phase`,
      )
    }
    warnings.push(...capsInForce(caps, campaign).flatMap((cap) => capWarning(title, cap, leaves, found)))
    return warnings
  })
}

function eventsOf(volume: Volume, { people, rate }: Leaves[number]): number {
  return narrowEventsWeek(volume, people, rate?.value ?? volume.eventRate)
}

/** Of caps on one kind of objects, the one for what this campaign spends: the account may spend more, never less. */
function capsInForce(caps: readonly PlatformCap[], { budget, flight }: Campaign): PlatformCap[] {
  const days = (Date.parse(flight.to) - Date.parse(flight.from)) / 86_400_000 + 1
  // Tiers are in US dollars; in another currency nothing is known but the lowest.
  const monthlySpend =
    budget.total.currency === 'USD'
      ? (budget.total.amountMicros / MICROS_PER_UNIT) * Math.min(1, DAYS_PER_MONTH / days)
      : 0
  const inForce = new Map<string, PlatformCap>()
  for (const cap of caps) if ((cap.fromMonthlySpend ?? 0) <= monthlySpend) inForce.set(cap.objects, cap)
  return [...inForce.values()]
}

function capWarning(title: string, cap: PlatformCap, leaves: Leaves, { adUnits }: Found): string[] {
  const { objects, most, counts } = cap
  if (counts === undefined) return []
  const count = {
    'ad-units': BigInt(adUnits.count),
    'ad-units-of-a-leaf': BigInt(adUnits.segments.most),
    leaves: BigInt(leaves.length),
  }[counts]
  if (count <= BigInt(most)) return []
  const made = {
    'ad-units': `${wholeNumber(count)} ad units`,
    'ad-units-of-a-leaf': `the ${wholeNumber(count)} ad units of the leaf that has most`,
    leaves: `${wholeNumber(count)} leaves`,
  }[counts]
  const tier =
    cap.fromMonthlySpend === undefined ? '' : ` at $${wholeNumber(cap.fromMonthlySpend)} or more a month`
  const mend = counts === 'leaves' ? 'export the largest, or merge more' : 'exports choose the fewest ads'
  return [
    `${made} are ${wholeNumber(count - BigInt(most))} more than the ${wholeNumber(most)} ${objects} that ${title} ` +
      `takes${tier} (as of ${PLATFORMS_AS_OF}); ${mend}`,
  ]
}
