import { Worker } from 'node:worker_threads'
import { PolyadError } from '../../core/errors.ts'
import type { Experiment } from '../../engine/guard/experiment/experiment.ts'
import type { GuardReport } from '../../engine/guard/experiment/guard-report.ts'
import type { JudgeOptions } from '../../engine/guard/experiment/settings.ts'

/**
 * Judges an experiment on a thread of its own: it takes seconds, in which a server must go on answering.
 *
 * @throws PolyadError WORKER_LOST
 */
export function judgeOnThread(experiment: Experiment, options: JudgeOptions): Promise<GuardReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./judge-thread.js', import.meta.url), {
      workerData: { experiment, options },
    })
    const lost = (problem: string): void =>
      reject(new PolyadError('WORKER_LOST', { task: 'judge an experiment', problem }))
    worker.once('message', resolve)
    worker.once('error', (error) => lost(error instanceof Error ? error.message : String(error)))
    // After a message or an error this changes nothing.
    worker.once('exit', (code) => lost(`exit code ${code}`))
  })
}
