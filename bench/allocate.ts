import { createStream } from '../core/stream.ts'
import { type AllocationRun, type AllocationWay, runAllocation } from '../engine/simulate/allocation-run.ts'
import { bestBroadValue, createMarket, oracleValue, randomValue } from '../engine/simulate/market.ts'
import { MARKET_SCENARIOS } from '../engine/simulate/market-scenarios.ts'
import { cpuSeconds } from './measurement.ts'

const WAYS: readonly AllocationWay[] = ['even', 'everybody', 'alone', 'pooled']
const NAMES: Readonly<Record<AllocationWay, string>> = {
  even: 'even split',
  everybody: 'one bandit for all',
  alone: 'unpooled Thompson',
  pooled: 'Polyad (pooled)',
}
/** From nothing to be found to sparse leaves that differ. */
const SCENARIOS = [
  'no differences',
  'one real split',
  'nested splits',
  'many segments that differ',
  'many tiny segments',
]
const SEEDS = 6
const ROUNDS = 12
const FLOOR = 0.02

/** What four ways to draw creatives miss against the best creative of each leaf, in the same simulated markets. */
export async function benchAllocate(): Promise<string> {
  const lines = [
    'allocate: responses missed by 1,000 people against the best creative of each leaf (regret), by the truth',
    `  ${SEEDS} simulated markets each, the same for all ways; mean and standard error; weights learnt in ${ROUNDS} rounds; floor ${FLOOR}`,
    `  ${'market'.padEnd(28)}${'people'.padStart(8)}${'leaves'.padStart(8)}${WAYS.map((way) => NAMES[way].padStart(22)).join('')}`,
  ]
  const spent = new Map<AllocationWay, number>(WAYS.map((way) => [way, 0]))
  for (const name of SCENARIOS) {
    const scenario = MARKET_SCENARIOS.find((each) => each.name === name)!
    const runs = new Map<AllocationWay, AllocationRun[]>(WAYS.map((way) => [way, []]))
    let [leaves, possible, broad] = [0, 0, 0]
    for (let seed = 1; seed <= SEEDS; seed++) {
      const market = createMarket(scenario, createStream(`allocate ${name} ${seed}`))
      leaves = market.cells.length
      possible += (1000 * (oracleValue(market) - randomValue(market))) / SEEDS
      broad += (1000 * (bestBroadValue(market) - randomValue(market))) / SEEDS
      for (const way of WAYS) {
        const from = cpuSeconds()
        const options = { way, people: scenario.people, rounds: ROUNDS, floor: FLOOR }
        runs.get(way)!.push(runAllocation(market, options, createStream(`run ${name} ${seed}`)))
        spent.set(way, spent.get(way)! + cpuSeconds() - from)
      }
    }
    const told = (of: (run: AllocationRun) => number) =>
      WAYS.map((way) => meanAndError(runs.get(way)!.map(of)).padStart(22)).join('')
    lines.push(
      `  ${name.padEnd(28)}${String(scenario.people).padStart(8)}${String(leaves).padStart(8)}${told(({ regret }) => 1000 * regret)}`,
      `  ${'  in the last fifth'.padEnd(44)}${told(({ lateRegret }) => 1000 * lateRegret)}`,
      `  ${`  even could gain ${possible.toFixed(2)} at most, ${broad.toFixed(2)} with one creative for all`}`,
    )
  }
  lines.push(
    `  CPU seconds               ${WAYS.map((way) => `${NAMES[way]} ${spent.get(way)!.toFixed(1)}`).join(', ')}`,
    '  same job                  the same people in the same order with the same truth; each way draws and learns by itself',
    '  not measured              tastes that change, delayed responses, several slots at once, real people',
  )
  return lines.join('\n')
}

function meanAndError(values: readonly number[]): string {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1)
  return `${mean.toFixed(2)} +- ${Math.sqrt(variance / values.length).toFixed(2)}`
}
