import { breakEvenLift } from '../../../stats/break-even.ts'
import { Z_95 } from '../../../stats/normal.ts'
import type { Gain } from './cross-fit.ts'
import type { Base } from './describe.ts'
import type { GuardReport, ReasonCode } from './guard-report.ts'
import type { Judged } from './judge-candidates.ts'
import { outcomeUnits } from './outcome-units.ts'
import type { JudgeOptions } from './settings.ts'
import { percent } from './words.ts'

/** More than twice the response of broad is not believed (GUARD 3.3, step 1). */
const HIGHEST_BELIEVED_LIFT = 2
/** As the check's: a usual margin where none is known. */
const REVENUE_PER_COST = 1.2

export interface Finding {
  readonly base: Base
  readonly chosen: Judged | undefined
  readonly judged: readonly Judged[]
  readonly worthwhileGain: number
  readonly options: JudgeOptions
}

/** The verdict on what was found, with its sentence and reason. */
export function verdictOf(finding: Finding): Pick<GuardReport, 'verdict' | 'answer' | 'reasons'> {
  const { base, chosen, judged, worthwhileGain, options } = finding
  const { broadArm } = base.experiment
  const { gain: told } = outcomeUnits(base.experiment, options.economics?.currency)
  const serveBroad = `Give everybody ${broadArm}`
  const lift = breakEvenLift(1, REVENUE_PER_COST, options.economics?.costRatio ?? 1)
  if (lift > HIGHEST_BELIEVED_LIFT) {
    const text =
      `a person of a segment costs ${options.economics?.costRatio} times as much to reach as one of broad, so narrow ` +
      `must work ${lift.toFixed(1)} times as well; more than ${HIGHEST_BELIEVED_LIFT} times is unlikely`
    return answered(
      'BROAD',
      `${serveBroad}: reaching segments costs more than they can bring.`,
      'BREAK_EVEN',
      text,
    )
  }
  if (chosen) return provedVerdict(finding, chosen, lift)
  const most = Math.max(...judged.map(({ fit }) => Math.max(upper(fit.guarded), upper(fit.unguarded))))
  if (most < worthwhileGain) {
    const text =
      `no segmentation gains as much as ${told(worthwhileGain)} on people held out; the most that any could ` +
      `is ${told(most)} (upper end of its 95 % interval)`
    return answered(
      'BROAD',
      `${serveBroad}: no split gains enough to be worth it.`,
      'NO_WORTHWHILE_GAIN',
      text,
    )
  }
  const text =
    `no segmentation is proved to gain on people held out, and a gain of ${told(worthwhileGain)} is not ` +
    `excluded either (up to ${told(most)} is possible)`
  return answered(
    'KEEP-TESTING',
    `${serveBroad} for now and keep testing: a split is not proved to pay, nor that none does.`,
    'NOT_PROVED',
    text,
  )
}

function provedVerdict(
  { base, options, worthwhileGain }: Finding,
  chosen: Judged,
  lift: number,
): ReturnType<typeof verdictOf> {
  const { broadArm, broadMean } = base.experiment
  const { gain, error } = chosen.fit.guarded
  const by = chosen.candidate.columns.join(' and ') || 'nothing'
  const relative = broadMean > 0 ? gain / broadMean : undefined
  const { gain: told, bareGain } = outcomeUnits(base.experiment, options.economics?.currency)
  const held =
    `held out, it gains ${told(gain)} over ${broadArm} for everybody ` +
    `(95 % interval ${bareGain(gain - Z_95 * error)} to ${bareGain(gain + Z_95 * error)}` +
    `${relative === undefined ? '' : `, ${percent(relative)} of broad's`})`
  if (upper(chosen.fit.guarded) < worthwhileGain) {
    return answered(
      'BROAD',
      `Give everybody ${broadArm}: the split by ${by} gains something, but too little to be worth it.`,
      'NO_WORTHWHILE_GAIN',
      `${held}; ${told(worthwhileGain)} would be worth the trouble`,
    )
  }
  const net = netGain(chosen, base, options)
  if ((net !== undefined && net <= 0) || (relative !== undefined && 1 + relative < lift)) {
    const cost = options.economics?.costPerSegmentMicros
    const text =
      net !== undefined && net <= 0
        ? `splitting by ${by} is proved to gain, but less than its segments cost (${cost! / 1e6} each)`
        : `splitting by ${by} is proved to gain, but narrow must work ${lift.toFixed(2)} times as well to pay for its reach`
    return answered(
      'BROAD',
      `Give everybody ${broadArm}: the split by ${by} costs more than it gains.`,
      'NOT_WORTH_ITS_COST',
      text,
    )
  }
  const answer =
    chosen.candidate.columns.length === 0
      ? `Treat everybody alike, but not with ${broadArm}: ${held}.`
      : `Split by ${by}: ${held}.`
  return answered('SPLIT', answer, 'GAIN_PROVED', held)
}

function answered(
  verdict: GuardReport['verdict'],
  answer: string,
  code: ReasonCode,
  text: string,
): Pick<GuardReport, 'verdict' | 'answer' | 'reasons'> {
  return { verdict, answer, reasons: [{ code, text }] }
}

function upper({ gain, error }: Gain): number {
  return gain + Z_95 * error
}

/** Gain a person less the cost of the extra segments; undefined where no cost or no value is known. */
export function netGain(judged: Judged, base: Base, { economics = {} }: JudgeOptions): number | undefined {
  const { costPerSegmentMicros: cost, valuePerOutcomeMicros: value } = economics
  if (cost === undefined || value === undefined || !(value > 0)) return undefined
  const audience = economics.audience ?? base.experiment.people
  const extra = new Set(judged.policy.armOf).size - 1
  return judged.fit.guarded.gain - (cost * extra) / (value * audience)
}
