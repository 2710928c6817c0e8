import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Security headers of the route's answers, where they are its own; known once the server is ready. */
    securityHeaders?: { headers: Readonly<Record<string, string>> }
  }
}

type RouteOptions = Omit<FastifyHelmetOptions, 'global'>

/**
 * The headers of helmet on every answer. They are the same for every answer of a route, so they are learnt from helmet
 * once, before the server listens, and not built anew for each request. A route changes them by its option `helmet`;
 * what it sets itself wins.
 *
 * Register before the routes.
 */
export async function registerSecurityHeaders(server: FastifyInstance, options: RouteOptions): Promise<void> {
  const common = await headersOf(options)
  const learning: Promise<void>[] = []

  server.addHook('onRoute', (route) => {
    const { helmet: own } = route as { helmet?: RouteOptions }
    if (!own) return
    const securityHeaders = { headers: common }
    route.config = { ...route.config, securityHeaders }
    const learn = async (): Promise<void> => {
      securityHeaders.headers = await headersOf({ ...options, ...own })
    }
    learning.push(learn())
  })
  server.addHook('onReady', async () => void (await Promise.all(learning)))
  server.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    reply.headers(request.routeOptions.config.securityHeaders?.headers ?? common)
    done()
  })
}

const learnt = new Map<string, Promise<Readonly<Record<string, string>>>>()

/** What helmet sets on an answer with these options; asked of it once. */
function headersOf(options: RouteOptions): Promise<Readonly<Record<string, string>>> {
  const key = JSON.stringify(options)
  const found = learnt.get(key) ?? learnFrom(options)
  learnt.set(key, found)
  return found
}

async function learnFrom(options: RouteOptions): Promise<Readonly<Record<string, string>>> {
  const probe = Fastify()
  await probe.register(helmet, { ...options, global: true } as FastifyHelmetOptions)
  const bare = Fastify()
  for (const each of [probe, bare]) each.get('/', async (_request, reply) => reply.code(204).send())
  const [withHelmet, without] = await Promise.all([probe.inject('/'), bare.inject('/')])
  await Promise.all([probe.close(), bare.close()])
  return Object.fromEntries(
    Object.entries(withHelmet.headers).filter(([name]) => !(name in without.headers)),
  ) as Record<string, string>
}
