import { parentPort } from 'node:worker_threads'
import { type HillstromScenario, runBaselineNull, runHillstrom } from './hillstrom-run.ts'
import { loadHillstrom } from './hillstrom-world.ts'

export interface HillstromJob {
  /** Undefined: the published rule alone on shuffled arms, answered by a number. */
  readonly scenario: HillstromScenario | undefined
  readonly seeds: string
  readonly run: number
}

const data = loadHillstrom()
parentPort!.on('message', ({ scenario, seeds, run }: HillstromJob) => {
  parentPort!.postMessage(
    scenario ? runHillstrom(data, scenario, seeds, run) : runBaselineNull(data, seeds, run),
  )
})
