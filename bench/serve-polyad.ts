import { startServer } from '../cli/serving.ts'
import { CONFIG, openDemo } from './demo-workspace.ts'
import { cpuSeconds } from './measurement.ts'

/** A server of a bench, in a child process of its own (serving-child.ts). */
export interface Served {
  readonly url: string
  close(): Promise<void>
}

/** Our server on a workspace, with the settings of all benches. */
export async function servePolyad(folder: string): Promise<Served> {
  const workspace = await openDemo(folder, { hold: true })
  const server = await startServer(workspace, CONFIG, { host: '127.0.0.1', port: 0 })
  return {
    url: server.url,
    async close() {
      await server.close()
      await workspace.close()
    },
  }
}

/** Tells the parent the address, then its processor time whenever it asks; closes when the channel to it does. */
export function answerParent({ url, close }: Served): void {
  process.once('disconnect', () => void close())
  process.on('message', () => process.send!({ cpuS: cpuSeconds() }))
  process.send!({ url })
}
