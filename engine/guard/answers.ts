import { trialsPerArm } from '../../stats/power.ts'
import { detectableLiftInAll, trialsInAll } from '../../stats/two-shares.ts'
import type { Answer, Versus } from './check-report.ts'
import type { Volume } from './expected-volume.ts'
import { rounded } from './rounded.ts'

const IMPRESSIONS_PER_THOUSAND = 1000

/**
 * What it takes to see a lift between two of `options` options that share the impressions evenly: GUARD 1b, 5 %
 * two-sided, 80 % power, each impression a trial of its own. People who see several impressions are alike in them, so it
 * takes at least this.
 *
 * @param lift relative, 0.2 is +20 %
 * @param rate goal events per impression of the worse one
 * @returns null where the better one would need a rate of 1 or more
 */
export function answerOnOptions(volume: Volume, lift: number, options: number, rate: number): Answer | null {
  const other = rate * (1 + lift)
  if (other >= 1) return null
  const impressions = options * trialsPerArm(rate, other)
  return answer(volume, impressions, volume.costRatio)
}

/**
 * Narrow against broad control among `people` who match: the lift that shows within the flight, and what it takes to see
 * a stated one. Broad control has a small share, so its side decides.
 *
 * @param rate goal events per impression of broad
 */
export function answerOnBroad(volume: Volume, lift: number, people: number, rate: number): Versus {
  const { broadControlShare: control, costRatio } = volume
  const detectable = detectableLiftInAll(
    rate,
    assignedImpressionsWeek(volume, people) * volume.weeks,
    control,
  )
  const other = rate * (1 + lift)
  return {
    detectableLift: Number.isFinite(detectable) ? rounded(detectable) : null,
    toRead:
      other < 1
        ? answer(volume, trialsInAll(rate, other, control), control + (1 - control) * costRatio)
        : null,
  }
}

/** Impressions a week of the people who match and are not held out, in both arms. */
export function assignedImpressionsWeek(volume: Volume, people: number): number {
  if (volume.peopleReached === 0) return 0
  return ((volume.impressionsWeek * people) / volume.peopleReached) * (1 - volume.holdoutShare)
}

function answer(volume: Volume, impressions: number, meanCostRatio: number): Answer {
  const { impressionsWeek, weeks, peopleReached, costPerThousandMicros } = volume
  const showings = peopleReached > 0 ? (impressionsWeek * weeks) / peopleReached : 0
  return {
    impressions: rounded(impressions),
    people: showings > 0 ? rounded(impressions / showings) : null,
    amountMicros: rounded((impressions / IMPRESSIONS_PER_THOUSAND) * costPerThousandMicros * meanCostRatio),
  }
}
