import type { GuardReport } from '../experiment/guard-report.ts'
import { GUARD_SETTINGS } from '../experiment/settings.ts'
import type { TableFacts, Unreadable } from './table-experiment.ts'

/** The answer about a table that gives no experiment: the reasons, and no number that could be taken for a result. */
export function unreadableTable(
  reasons: readonly Unreadable[],
  facts: TableFacts,
  names: { readonly treatment: string; readonly outcome: string; readonly seed: string },
): GuardReport {
  const { kind, rows, people, propensities } = facts
  const { treatment, outcome, seed } = names
  const { halvings, alpha, leastChance, leastChanceOnceProved, leastEventsPerArm } = GUARD_SETTINGS
  return {
    version: 1,
    verdict: 'UNREADABLE',
    answer: `This experiment cannot be read: ${reasons[0]!.text}.`,
    reasons: [...reasons],
    experiment: {
      treatment,
      outcome,
      kind,
      rows,
      people,
      arms: [],
      propensities,
      broadArm: '',
      broadArmNamed: false,
      broadMean: 0,
    },
    assignment: null,
    columns: [],
    actions: [],
    gain: null,
    worthwhileGain: 0,
    power: null,
    candidates: [],
    candidateCap: { possible: 0, judged: 0 },
    settings: {
      folds: 2,
      repeats: halvings,
      seed,
      alpha,
      leastChance,
      leastChanceOnceProved,
      leastEventsPerArm,
    },
  }
}
