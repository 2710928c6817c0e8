import { parentPort } from 'node:worker_threads'
import { type HillstromScenario, runHillstrom } from './hillstrom-run.ts'
import { loadHillstrom } from './hillstrom-world.ts'

export interface HillstromJob {
  readonly scenario: HillstromScenario
  readonly seeds: string
  readonly run: number
}

const data = loadHillstrom()
parentPort!.on('message', ({ scenario, seeds, run }: HillstromJob) => {
  parentPort!.postMessage(runHillstrom(data, scenario, seeds, run))
})
