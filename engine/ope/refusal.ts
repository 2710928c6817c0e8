import { PolyadError } from '../../core/errors.ts'
import { LEAST_EFFECTIVE_SAMPLE, MOST_OF_ONE_WEIGHT } from '../../stats/off-policy.ts'
import type { OpeReport } from './ope-report.ts'

export interface RefusedSample {
  readonly rows: number
  readonly effectiveSample: number
  readonly largestWeightShare: number
  readonly refusal: 'small-effective-sample' | 'one-weight-dominates' | null
  readonly slots: OpeReport['diagnostics']['slots']
}

/** Why a policy's value is not told, and what would help. */
export function refusalOf(what: string, why: string | RefusedSample): PolyadError {
  if (typeof why === 'string') {
    return new PolyadError('EVALUATION_REFUSED', {
      what,
      problem: why,
      mend: 'value it on a log that has some',
    })
  }
  return new PolyadError('EVALUATION_REFUSED', { what, problem: problemOf(why), mend: mendOf(why) })
}

function problemOf({ rows, effectiveSample, largestWeightShare, refusal }: RefusedSample): string {
  const of = `of ${whole(rows)} decisions`
  if (effectiveSample === 0) return `none ${of} is one that this policy would make`
  const worth = `${of}, weighed by how likely the policy would make them, as much is left as of ${whole(effectiveSample)}`
  return refusal === 'small-effective-sample'
    ? `${worth}; it takes ${LEAST_EFFECTIVE_SAMPLE}`
    : `${worth}, and one alone carries ${percent(largestWeightShare)} of all weight; at most ${percent(MOST_OF_ONE_WEIGHT)} may`
}

function mendOf({ rows, effectiveSample, refusal, slots }: RefusedSample): string {
  const [worst] = slots.toSorted((a, b) => a.effectiveSample - b.effectiveSample)
  const nearer =
    slots.length > 1 && worst
      ? `a policy nearer to the logged one can be valued (slot ${worst.slot} departs most: let it be "logged")`
      : 'a policy nearer to the logged one can be valued'
  if (refusal === 'one-weight-dominates' || effectiveSample === 0) return nearer
  const needed = Math.ceil((rows * LEAST_EFFECTIVE_SAMPLE) / effectiveSample)
  return `${nearer}, or wait for about ${whole(needed)} decisions like these`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}
