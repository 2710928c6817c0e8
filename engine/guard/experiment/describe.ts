import { candidateOf } from './candidates.ts'
import { meanAt, peopleOfCell, SUM_FIELDS, sumCells } from './cell-sums.ts'
import type { Experiment } from './experiment.ts'
import type { GuardReport } from './guard-report.ts'
import { allPeople } from './halves.ts'
import { GUARD_SETTINGS, type JudgeOptions } from './settings.ts'

/** The part of a report that is there whatever the verdict. */
export type Base = Pick<
  GuardReport,
  'version' | 'experiment' | 'columns' | 'actions' | 'settings' | 'assignment'
>

export function describeExperiment(experiment: Experiment, options: JudgeOptions): Base {
  const sums = sumCells(experiment, candidateOf(experiment, []), allPeople(experiment))
  const arms = experiment.arms.length
  const means = experiment.arms.map((_, arm) => meanAt(sums, arm * SUM_FIELDS))
  const broad = options.baseline ?? means.indexOf(Math.max(...means))
  const responders = respondersOf(experiment)
  return {
    version: 1,
    experiment: {
      treatment: options.treatment,
      outcome: options.outcome,
      kind: experiment.outcome.kind,
      rows: experiment.rows,
      people: peopleOfCell(sums, arms, 0),
      arms: experiment.arms.map((name, arm) => ({
        name,
        people: sums[arm * SUM_FIELDS]!,
        mean: means[arm]!,
        responders: responders?.[arm] ?? null,
      })),
      propensities: options.propensities,
      broadArm: experiment.arms[broad] ?? '',
      broadArmNamed: options.baseline !== undefined,
      broadMean: means[broad] ?? 0,
    },
    assignment: null,
    columns: [],
    actions: [],
    settings: {
      folds: 2,
      repeats: GUARD_SETTINGS.halvings,
      seed: options.seed,
      alpha: GUARD_SETTINGS.alpha,
      leastChance: GUARD_SETTINGS.leastChance,
      leastChanceOnceProved: GUARD_SETTINGS.leastChanceOnceProved,
      leastEventsPerArm: GUARD_SETTINGS.leastEventsPerArm,
    },
  }
}

/** People with an outcome by arm; undefined where rows of many people do not tell it. */
function respondersOf({ rows, arms, arm, outcome, people }: Experiment): number[] | undefined {
  if (people && outcome.kind !== 'binary') return undefined
  const responders = arms.map(() => 0)
  for (let row = 0; row < rows; row++) {
    const sum = outcome.sums[row]!
    responders[arm[row]!]! += people ? sum : Number(sum !== 0)
  }
  return responders
}
