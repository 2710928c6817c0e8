import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What a process of its own answers of the job it did, with all its threads. */
export interface ChildRun {
  readonly bytes: number
  readonly tookS: number
  readonly cpuS: number
  /** Peak resident memory of the process, MB of 2^20 bytes. */
  readonly peakMb: number
}

/** Runs a built script in a process of its own, so that neither memory nor garbage are shared. */
export async function runChild(script: URL, args: readonly string[]): Promise<ChildRun> {
  const child = fork(fileURLToPath(script), [...args])
  let answer: ChildRun | undefined
  child.once('message', (message) => {
    answer = message as ChildRun
  })
  const [code] = await once(child, 'exit')
  if (answer && code === 0) return answer
  throw new Error(`${script.pathname} ended with ${code} and ${answer ? 'an' : 'no'} answer`)
}
