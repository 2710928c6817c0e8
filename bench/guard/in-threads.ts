import { availableParallelism } from 'node:os'
import { stderr } from 'node:process'
import { Worker } from 'node:worker_threads'

/**
 * Answers of jobs, in their order, from as many threads as there are cores. A thread answers each message with one.
 *
 * @param thread built file of the thread
 */
export async function inThreads<Job, Answer>(
  thread: URL,
  jobs: readonly Job[],
  what: string,
): Promise<Answer[]> {
  const answers = new Array<Answer>(jobs.length)
  let next = 0
  let done = 0
  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let at = -1
      const give = () => {
        if (next >= jobs.length) return resolve()
        at = next++
        worker.postMessage(jobs[at])
      }
      worker.on('error', reject)
      worker.on('message', (answer: Answer) => {
        answers[at] = answer
        done++
        if (done % 20 === 0) stderr.write(`${what}: ${done} of ${jobs.length}\n`)
        give()
      })
      give()
    })
  const workers = Array.from({ length: availableParallelism() }, () => new Worker(thread))
  try {
    await Promise.all(workers.map(work))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return answers
}
