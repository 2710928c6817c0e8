import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A server in a process of its own. */
export interface ServingChild {
  readonly url: string
  /** Its processor time so far, all its threads. */
  cpuS(): Promise<number>
  /** Of a server that also tells its memory: resident, and on the heap and beside it when garbage is gone. */
  usage(): Promise<{ readonly cpuS: number; readonly rssBytes: number; readonly liveBytes: number }>
  stop(): Promise<void>
}

/**
 * Starts a built file of this folder as a server: it sends `{ url }` when it listens, answers each message with
 * `{ cpuS }`, and ends when the channel closes, also when this process does.
 *
 * @param longestMs after which it is ended
 */
export async function startServingChild(
  file: string,
  args: readonly string[],
  longestMs: number,
): Promise<ServingChild> {
  const child = fork(fileURLToPath(new URL(`./${file}`, import.meta.url)), args, { timeout: longestMs })
  const ask = async <T>(): Promise<T> => {
    const answer = once(child, 'message')
    child.send('usage')
    return ((await answer) as [T])[0]
  }
  return {
    url: await addressOf(child),
    cpuS: async () => (await ask<{ cpuS: number }>()).cpuS,
    usage: () => ask(),
    async stop() {
      const exit = once(child, 'exit')
      child.disconnect()
      await exit
    },
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve((message as { url: string }).url))
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code} before it listened`)))
  })
}
