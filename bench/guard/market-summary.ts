import { Z_95 } from '../../stats/normal.ts'
import type { MarketRun } from './market-run.ts'

/** A mean over runs with its standard error. */
export interface Mean {
  readonly mean: number
  readonly error: number
}

export interface PolicySummary {
  readonly name: string
  /** (value - random) / (oracle - random) over runs. */
  readonly score: Mean
  /** Responses lost per 1,000 people against the oracle. */
  readonly loss: Mean
}

export interface ScenarioSummary {
  readonly runs: number
  /** Responses per 1,000 people: of creatives at random, of the best one for all, of the oracle; means over runs. */
  readonly random: number
  readonly broad: number
  readonly oracle: number
  /** Whether the oracle never does better than the best creative for everybody. */
  readonly nothingToGain: boolean
  /** Rivals first, ours last. */
  readonly policies: readonly PolicySummary[]
  /** The rival of the highest mean score. */
  readonly bestRival: string
  /** Ours less 95 % of the best rival's score, by seed; not under -2 standard errors is asked. */
  readonly lead: Mean
  /** Ours less each rival's score, by seed. */
  readonly ahead: readonly Mean[]
  /** Shares of the runs by what ours decided, most frequent first. */
  readonly decisions: readonly { readonly text: string; readonly share: number }[]
}

/** Share of the best rival's score that ours must reach in every scenario. */
export const LEAST_SHARE = 0.95
/** Differences of oracle and broad below this are rounding. */
const ROUNDING = 1e-12

export function summarise(runs: readonly MarketRun[], names: readonly string[]): ScenarioSummary {
  const scores = runs.map(({ values, oracle, random }) =>
    values.map((value) => (value - random) / (oracle - random)),
  )
  const policies = names.map((name, at) => ({
    name,
    score: meanOf(scores.map((score) => score[at]!)),
    loss: meanOf(runs.map(({ values, oracle }) => 1000 * (oracle - values[at]!))),
  }))
  const ours = names.length - 1
  const best = policies
    .slice(0, ours)
    .reduce((a, { score }, b) => (score.mean > policies[a]!.score.mean ? b : a), 0)
  const perThousand = (of: (run: MarketRun) => number) => 1000 * meanOf(runs.map(of)).mean
  return {
    runs: runs.length,
    random: perThousand(({ random }) => random),
    broad: perThousand(({ broad }) => broad),
    oracle: perThousand(({ oracle }) => oracle),
    nothingToGain: runs.every(({ oracle, broad }) => oracle - broad < ROUNDING),
    policies,
    bestRival: names[best]!,
    lead: meanOf(scores.map((score) => score[ours]! - LEAST_SHARE * score[best]!)),
    ahead: names.slice(0, ours).map((_, at) => meanOf(scores.map((score) => score[ours]! - score[at]!))),
    decisions: decisionsOf(runs),
  }
}

/** Mean over scenarios of means that are independent of each other. */
export function meanOverScenarios(means: readonly Mean[]): Mean {
  return {
    mean: means.reduce((sum, { mean }) => sum + mean, 0) / means.length,
    error: Math.sqrt(means.reduce((sum, { error }) => sum + error ** 2, 0)) / means.length,
  }
}

export function meanOf(values: readonly number[]): Mean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, error: Math.sqrt(squares / Math.max(1, values.length - 1) / values.length) }
}

/** A mean with its 95 % interval as text. */
export function intervalText({ mean, error }: Mean, digits: number): string {
  const fixed = (value: number) => value.toFixed(digits)
  return `${fixed(mean)} [${fixed(mean - Z_95 * error)}, ${fixed(mean + Z_95 * error)}]`
}

function decisionsOf(runs: readonly MarketRun[]): { text: string; share: number }[] {
  const counts = new Map<string, number>()
  for (const { verdict, columns } of runs) {
    const text = columns.length > 0 ? `${verdict} by ${columns.join(' and ')}` : verdict
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([text, count]) => ({ text, share: count / runs.length }))
}
