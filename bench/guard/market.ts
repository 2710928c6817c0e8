import { MARKET_SCENARIOS } from '../../engine/simulate/market-scenarios.ts'
import { inThreads } from './in-threads.ts'
import { type MarketRun, OURS, RIVALS } from './market-run.ts'
import {
  intervalText,
  LEAST_SHARE,
  type Mean,
  meanOverScenarios,
  type ScenarioSummary,
  summarise,
} from './market-summary.ts'
import type { MarketTask } from './market-thread.ts'

/** Seeds of the runs: `first 1`, `first 2`, and so on. The second set is there to see whether the first was lucky. */
const SEEDS = { first: 'first', second: 'second' } as const
export type SeedSet = keyof typeof SEEDS

export interface GuardBenchOptions {
  readonly seeds: SeedSet
  /** Runs of each scenario. */
  readonly runs: number
}

const thread = new URL('./market-thread.js', import.meta.url)
const NAMES = [...RIVALS.map(({ name }) => name), OURS]
const DECISIONS_SHOWN = 3

/** Ways to decide, compared in markets whose truth is known: a table a scenario, then what was asked for and came. */
export async function benchMarket({ seeds, runs }: GuardBenchOptions): Promise<string> {
  const tasks = Array.from({ length: runs }, (_, run) => `${SEEDS[seeds]} ${run + 1}`).flatMap((seed) =>
    MARKET_SCENARIOS.map((_, scenario) => ({ scenario, seed })),
  )
  const made = await inThreads<MarketTask, MarketRun>(thread, tasks, 'market')
  const summaries = MARKET_SCENARIOS.map((_, scenario) =>
    summarise(
      made.filter((run) => run.scenario === scenario),
      NAMES,
    ),
  )
  return [
    `simulated markets: ${runs} runs a scenario, seeds "${seeds}"; each run draws truth, people and pilot anew`,
    'score: (value - value of creatives at random) / (value of the best policy on the columns - the same), exact in the truth',
    ...summaries.map((summary, scenario) => `\n${scenarioText(summary, scenario)}`),
    `\n${criteriaText(summaries)}`,
  ].join('\n')
}

function scenarioText(summary: ScenarioSummary, scenario: number): string {
  const { name, sentence, people, creatives } = MARKET_SCENARIOS[scenario]!
  const { random, broad, oracle, nothingToGain, policies, decisions } = summary
  const perThousand = (value: number) => value.toFixed(1)
  const width = Math.max(...NAMES.map((each) => each.length))
  return [
    `${name}: ${sentence}`,
    `  ${people.toLocaleString('en-US')} people, ${creatives.length} creatives; responses per 1,000 people: ${perThousand(random)} at random, ` +
      `${perThousand(broad)} with the best creative for all, ${perThousand(oracle)} with the best policy`,
    ...policies.map(({ name: policy, score, loss }) => {
      const lost = nothingToGain ? `  loses ${intervalText(loss, 2)} per 1,000 people` : ''
      return `  ${policy.padEnd(width)}  score ${intervalText(score, 3)}${lost}`
    }),
    `  ours decided: ${decisions
      .slice(0, DECISIONS_SHOWN)
      .map(({ text, share }) => `${text} ${Math.round(100 * share)} %`)
      .join(', ')}`,
    `  ${isReached(summary.lead) ? 'met' : 'NOT MET'}: ours less ${LEAST_SHARE} of the best rival's (${summary.bestRival}) is ` +
      `${intervalText(summary.lead, 3)}, not under -2 standard errors is asked`,
  ].join('\n')
}

function criteriaText(summaries: readonly ScenarioSummary[]): string {
  const reached = summaries.filter(({ lead }) => isReached(lead)).length
  const means = NAMES.map((_, at) => meanOverScenarios(summaries.map(({ policies }) => policies[at]!.score)))
  const ahead = RIVALS.map((_, at) => meanOverScenarios(summaries.map((summary) => summary.ahead[at]!)))
  const width = Math.max(...NAMES.map((each) => each.length))
  const isAhead = ahead.every(({ mean, error }) => mean > 2 * error)
  return [
    `mean over the ${summaries.length} scenarios`,
    ...NAMES.map((name, at) => {
      const difference = ahead[at] ? `  ours ahead by ${intervalText(ahead[at], 3)}` : ''
      return `  ${name.padEnd(width)}  score ${intervalText(means[at]!, 3)}${difference}`
    }),
    `  ${isAhead ? 'met' : 'NOT MET'}: ours ahead of every rival on the mean by more than two standard errors`,
    `  ${reached === summaries.length ? 'met' : 'NOT MET'}: at least 95 % of the best rival's score less two standard errors in every ` +
      `scenario (${reached} of ${summaries.length})`,
  ].join('\n')
}

function isReached({ mean, error }: Mean): boolean {
  return mean >= -2 * error
}
