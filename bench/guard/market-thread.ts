import { parentPort } from 'node:worker_threads'
import { runMarket } from './market-run.ts'

/** One run to make. */
export interface MarketTask {
  readonly scenario: number
  readonly seed: string
}

parentPort!.on('message', ({ scenario, seed }: MarketTask) => {
  parentPort!.postMessage(runMarket(scenario, seed))
})
