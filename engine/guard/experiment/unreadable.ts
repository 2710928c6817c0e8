import { propensityProblem } from './assignment.ts'
import { candidateOf } from './candidates.ts'
import { SUM_FIELDS, sumCells } from './cell-sums.ts'
import type { Base } from './describe.ts'
import type { Experiment } from './experiment.ts'
import type { GuardReport, ReasonCode } from './guard-report.ts'
import { allPeople } from './halves.ts'
import { eventsOfCell, smallestShare } from './policy.ts'
import { GUARD_SETTINGS, type JudgeOptions } from './settings.ts'
import { smallProbability, worthwhileOf } from './words.ts'

/** Why an experiment gives no answer. */
export interface Problem {
  readonly code: ReasonCode
  readonly text: string
}

/** What keeps an experiment from being read, the gravest first; undefined: nothing. */
export function problemOf(experiment: Experiment, options: JudgeOptions): Problem | undefined {
  const { arms, columns, outcome } = experiment
  const all = sumCells(experiment, candidateOf(experiment, []), allPeople(experiment))
  const peopled = arms.filter((_, arm) => all[arm * SUM_FIELDS]! > 0)
  if (peopled.length < 2) {
    const text = `everybody got the same arm (${peopled[0] ?? 'none'}); there is nothing to compare it with`
    return { code: 'ONE_ARM', text }
  }
  if (arms.length > peopled.length) {
    const missing = arms.find((name) => !peopled.includes(name))
    return { code: 'SAMPLE_RATIO', text: `nobody got the arm ${missing}` }
  }
  const wide = columns.find(({ values }) => values.length > GUARD_SETTINGS.mostValues)
  if (wide) {
    return {
      code: 'TOO_MANY_VALUES',
      text:
        `column ${wide.name} has ${wide.values.length} different values, which make no segments ` +
        `(${GUARD_SETTINGS.mostValues} at the most); give it as ranges or wider groups`,
    }
  }
  const first = outcome.sums[0]! / (experiment.people?.[0] ?? 1)
  const isConstant = outcome.sums.every((sum, row) => {
    const people = experiment.people?.[row] ?? 1
    return (
      Math.abs(sum - first * people) <= 1e-12 * people &&
      outcome.squares[row]! <= (sum * sum) / people + 1e-12
    )
  })
  if (isConstant) {
    const text = `everybody has the same outcome (${options.outcome} is ${first}), so no arm can be told from another`
    return { code: 'CONSTANT_OUTCOME', text }
  }
  const propensity = propensityProblem(experiment)
  if (propensity) return { code: 'PROPENSITY_SUM', text: propensity }
  const events = eventsOfCell(all, arms.length, 0) * smallestShare(all, arms.length)
  if (events < GUARD_SETTINGS.leastEvents) {
    return {
      code: 'TOO_FEW_EVENTS',
      text:
        `its smallest arm can expect ${Math.floor(events)} events (${options.outcome}) of equal weight; ` +
        `${GUARD_SETTINGS.leastEvents} are needed to tell arms apart at all`,
    }
  }
  return undefined
}

/** How a broken assignment is told. */
export function brokenAssignment({ pValue, worstSegment }: NonNullable<GuardReport['assignment']>): Problem {
  const tail =
    'so the arms differ by more than what they were shown; find the cause before reading any effect'
  const isWhole = pValue < (worstSegment?.qValue ?? 1)
  return isWhole || !worstSegment
    ? {
        code: 'SAMPLE_RATIO',
        text: `people did not fall into the arms as assigned (p = ${smallProbability(pValue)}), ${tail}`,
      }
    : {
        code: 'SAMPLE_RATIO_IN_SEGMENT',
        text:
          `where ${worstSegment.column} is ${worstSegment.value}, people did not fall into the arms as assigned ` +
          `(q = ${smallProbability(worstSegment.qValue)}), ${tail}`,
      }
}

/** The report without any number that could be mistaken for an answer. */
export function unreadableReport(base: Base, options: JudgeOptions, problem: Problem): GuardReport {
  return {
    ...base,
    verdict: 'UNREADABLE',
    answer: `This experiment cannot be read: ${problem.text}.`,
    reasons: [problem],
    gain: null,
    worthwhileGain: worthwhileOf(base.experiment.broadMean, options.worthwhile),
    power: null,
    candidates: [],
    candidateCap: { possible: 0, judged: 0 },
  }
}
