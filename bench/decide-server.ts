import '../cli/boot.ts'
import { readFile } from 'node:fs/promises'
import Fastify from 'fastify'
import { DecisionBodySchema } from '../engine/decision/request.ts'
import { answerParent, type Served, servePolyad } from './serve-polyad.ts'

// A child process of decide.ts: serves until the channel to its parent closes, however that comes about.
const [kind, path] = process.argv.slice(2) as ['polyad' | 'bare', string]
answerParent(kind === 'polyad' ? await servePolyad(path) : await serveBare(path))

/** One route: the body is checked, an answer of the file is stringified. */
async function serveBare(answersFile: string): Promise<Served> {
  const answers = JSON.parse(await readFile(answersFile, 'utf8')) as readonly object[]
  const server = Fastify({ logger: false, forceCloseConnections: true })
  let next = 0
  server.post('/v1/decisions', { schema: { body: DecisionBodySchema } }, async () => {
    return answers[next++ % answers.length]
  })
  return { url: await server.listen({ host: '127.0.0.1', port: 0 }), close: () => server.close() }
}
