import '../cli/boot.ts'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startServer } from '../cli/serving.ts'
import { CONFIG, openDemo } from './demo-workspace.ts'
import { cpuSeconds } from './measurement.ts'

// A child process of load.ts: serves until the channel to its parent closes, however that comes about.
const [folder] = process.argv.slice(2) as [string]
const workspace = await openDemo(folder, { hold: true })
const server = await startServer(workspace, CONFIG, { host: '127.0.0.1', port: 0 })
process.once('disconnect', async () => {
  await server.close()
  await workspace.close()
})
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
process.on('message', () => {
  const cpuS = cpuSeconds()
  const rssBytes = process.memoryUsage.rss()
  // What is left when garbage is gone: RSS also has what V8 has not yet found worth collecting.
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  process.send!({ cpuS, rssBytes, liveBytes: heapUsed + external })
})
process.send!({ url: server.url })
