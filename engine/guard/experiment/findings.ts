import { normalQuantile, Z_95 } from '../../../stats/normal.ts'
import { candidateOf } from './candidates.ts'
import { meanAt, peopleOfCell, SUM, SUM_FIELDS, sumCells } from './cell-sums.ts'
import type { Gain } from './cross-fit.ts'
import type { Base } from './describe.ts'
import type { Experiment } from './experiment.ts'
import type { GuardAction, GuardCandidate, GuardReport } from './guard-report.ts'
import { allPeople } from './halves.ts'
import { isProved, type Judged } from './judge-candidates.ts'
import { bestOther } from './policy.ts'
import { GUARD_SETTINGS, type JudgeOptions } from './settings.ts'
import { netGain } from './verdict.ts'

/** Probability with which a test is to show what it is said to show. */
const POWER = 0.8

/** The gain of a candidate as it is reported. */
export function gainReport(
  best: Judged,
  base: Base,
  options: JudgeOptions,
): NonNullable<GuardReport['gain']> {
  const { broadMean } = base.experiment
  return {
    heldOut: estimate(best.fit.guarded),
    inSample: best.inSample,
    relative: broadMean > 0 ? best.fit.guarded.gain / broadMean : null,
    pValue: best.pValue,
    net: netGain(best, base, options) ?? null,
  }
}

/**
 * The gain this test would show, if it came from half of the people: a policy that acts on half has the error of the
 * difference of two arms there, over half. One-sided, at the level of one candidate of its depth.
 */
export function powerOf(
  experiment: Experiment,
  judged: readonly Judged[],
  base: Base,
  worthwhileGain: number,
  { economics = {} }: JudgeOptions,
): NonNullable<GuardReport['power']> {
  const { people, broadMean } = base.experiment
  const all = sumCells(experiment, candidateOf(experiment, []), allPeople(experiment))
  const variances = experiment.arms
    .map((_, arm) => {
      const at = arm * SUM_FIELDS
      const mean = meanAt(all, at)
      return (all[at + SUM.wwyy]! - 2 * mean * all[at + SUM.wwy]! + mean * mean * all[at + SUM.ww]!) / people
    })
    .sort((a, b) => a - b)
  const error = Math.sqrt((0.5 * (variances[0]! + variances.at(-1)!)) / people)
  const quantiles = normalQuantile(1 - GUARD_SETTINGS.alpha / judged.length) + normalQuantile(POWER)
  const detectableGain = quantiles * error
  const peopleNeeded = Math.ceil(people * (detectableGain / worthwhileGain) ** 2)
  const missing = Math.max(0, peopleNeeded - people)
  const cost = economics.costPerPersonMicros
  return {
    detectableGain,
    relative: broadMean > 0 ? detectableGain / broadMean : null,
    peopleNeeded,
    costToKnow:
      cost === undefined
        ? null
        : { amountMicros: Math.ceil(missing * cost), currency: economics.currency ?? null },
  }
}

/** A candidate as it is reported. */
export function candidateRow(judged: Judged, adjusted: number, isChosen: boolean): GuardCandidate {
  return {
    columns: [...judged.candidate.columns],
    segments: judged.candidate.cells.length,
    inSampleGain: judged.inSample,
    heldOutGain: estimate(judged.fit.unguarded),
    guardedGain: estimate(judged.fit.guarded),
    pValue: judged.pValue,
    holm: adjusted,
    decision: isChosen ? 'chosen' : isProved(judged, adjusted) ? 'proved' : 'not proved',
  }
}

/** What a candidate's policy does in each segment, most people first. */
export function actionsOf(experiment: Experiment, { candidate, all, policy }: Judged): GuardAction[] {
  const arms = experiment.arms.length
  const everybody = candidate.cells.reduce((sum, _, cell) => sum + peopleOfCell(all, arms, cell), 0)
  return candidate.cells
    .map((values, cell) => {
      const people = peopleOfCell(all, arms, cell)
      const best = bestOther(policy.differences, cell, arms, policy.broadArm)
      const arm = policy.armOf[cell]!
      return {
        segment: Object.fromEntries(candidate.columns.map((column, at) => [column, values[at]!])),
        people,
        share: people / everybody,
        arm: experiment.arms[arm]!,
        differs: arm !== policy.broadArm,
        bestOther: experiment.arms[best.arm]!,
        difference: estimate({ gain: best.difference, error: best.error }),
        chance: best.chance,
      }
    })
    .sort(
      (a, b) =>
        b.people - a.people || (Object.values(a.segment).join() < Object.values(b.segment).join() ? -1 : 1),
    )
}

function estimate({ gain, error }: Gain): { value: number; low: number; high: number } {
  return { value: gain, low: gain - Z_95 * error, high: gain + Z_95 * error }
}
