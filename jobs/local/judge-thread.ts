import { parentPort, workerData } from 'node:worker_threads'
import type { Experiment } from '../../engine/guard/experiment/experiment.ts'
import { judgeExperiment } from '../../engine/guard/experiment/judge.ts'
import type { JudgeOptions } from '../../engine/guard/experiment/settings.ts'

/** Judges one experiment and ends. */
const { experiment, options } = workerData as { experiment: Experiment; options: JudgeOptions }
parentPort!.postMessage(judgeExperiment(experiment, options))
