import { createStream } from '../../core/stream.ts'
import {
  bestBroadValue,
  createMarket,
  type MarketPolicy,
  oracleValue,
  policyValue,
  randomValue,
} from '../../engine/simulate/market.ts'
import { MARKET_SCENARIOS } from '../../engine/simulate/market-scenarios.ts'
import { drawPilot } from '../../engine/simulate/pilot.ts'
import { alwaysBroad, alwaysNarrow, guarded, informationTree, valueTree } from './market-policies.ts'
import { type SegmentTable, segmentTableOf } from './segment-table.ts'

/** The rivals, by the name they are printed with. */
export const RIVALS: readonly {
  readonly name: string
  readonly policyOf: (table: SegmentTable) => MarketPolicy
}[] = [
  { name: 'always broad', policyOf: alwaysBroad },
  { name: 'always narrow', policyOf: alwaysNarrow },
  { name: 'tree by value', policyOf: valueTree },
  { name: 'tree by information', policyOf: informationTree },
]
export const OURS = 'ours'

/** One pilot of one scenario, and what each policy learnt from it is truly worth. */
export interface MarketRun {
  readonly scenario: number
  readonly seed: string
  /** Response a person: of the best policy there is, the best creative for all, creatives at random. */
  readonly oracle: number
  readonly broad: number
  readonly random: number
  /** Response a person by policy: rivals in their order, ours last. */
  readonly values: readonly number[]
  /** What ours decided. */
  readonly verdict: string
  readonly columns: readonly string[]
}

/** Draws a market and its pilot, decides, and looks the decisions up in the truth. Fixed by scenario and seed. */
export function runMarket(scenario: number, seed: string): MarketRun {
  const stream = createStream(seed).fork(MARKET_SCENARIOS[scenario]!.name)
  const market = createMarket(MARKET_SCENARIOS[scenario]!, stream.fork('truth'))
  const pilot = drawPilot(market, market.scenario.people, stream.fork('pilot'))
  const table = segmentTableOf(pilot)
  const ours = guarded(pilot, seed)
  return {
    scenario,
    seed,
    oracle: oracleValue(market),
    broad: bestBroadValue(market),
    random: randomValue(market),
    values: [...RIVALS.map(({ policyOf }) => policyOf(table)), ours.policy].map((policy) =>
      policyValue(market, policy),
    ),
    verdict: ours.report.verdict,
    columns: ours.report.columns,
  }
}
