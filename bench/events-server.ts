import '../cli/boot.ts'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import Fastify from 'fastify'
import { startLogThread } from '../store/embedded/log-sender.ts'
import { answerParent, type Served, servePolyad } from './serve-polyad.ts'

// A child process of events.ts: serves until the channel to its parent closes, however that comes about.
const [kind, folder] = process.argv.slice(2) as ['polyad' | 'bare', string]
answerParent(kind === 'polyad' ? await servePolyad(folder) : await serveBare(folder))

/** Two routes: a body is appended as it came by our own log thread and answered when it is synced; a GIF is returned. */
async function serveBare(workspaceFolder: string): Promise<Served> {
  const logFolder = join(workspaceFolder, 'bench-log')
  await mkdir(logFolder, { recursive: true })
  const log = await startLogThread(logFolder)
  const server = Fastify({
    logger: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 4_000 },
  })
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
  server.post<{ Body: Buffer }>('/v1/events', async (request) => {
    await log.append([request.body])
    return { accepted: 50, late: 0, refused: [] }
  })
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
  server.get('/t/i/:token', async (_request, reply) => reply.type('image/gif').send(gif))
  return {
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    async close() {
      await server.close()
      await log.close()
    },
  }
}
