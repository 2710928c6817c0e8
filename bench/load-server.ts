import '../cli/boot.ts'
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
process.on('message', () => process.send!({ cpuS: cpuSeconds(), rssBytes: process.memoryUsage.rss() }))
process.send!({ url: server.url })
