import { randomUUID } from 'node:crypto'
import fastifyStatic from '@fastify/static'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { PolyadError } from '../core/errors.ts'
import type { Stream } from '../core/stream.ts'
import type { Learn } from '../engine/allocation/learn.ts'
import type { CampaignState } from '../engine/decision/active-campaigns.ts'
import type { Judge } from '../engine/guard/experiment/guard-campaign.ts'
import type { Secrets } from '../engine/ports/ports.ts'
import type { RetentionLimits, Upkeep } from '../engine/ports/upkeep.ts'
import { type CounterLoader, createCounterLoader } from '../engine/tracking/load-counters.ts'
import type { Fonts } from '../templates/fonts.ts'
import { createRenderer } from '../templates/raster.ts'
import { createAdUnitPages } from './ad-unit-pages.ts'
import { registerCallers } from './callers.ts'
import type { ApiContext, ServerConfig, ServerPorts } from './context.ts'
import { createDeliveryKeeper } from './delivery.ts'
import { registerCommonAnswers } from './documented.ts'
import { DEFAULT_LIMITS, limitOptions, registerLimits } from './limits.ts'
import { watchLog } from './log-lag.ts'
import { createMetrics, type Gauge } from './metrics.ts'
import { requireLoopback } from './own-address.ts'
import { refuseAddress, registerProblems } from './problem.ts'
import { createProcessGauges } from './process-gauges.ts'
import { safeLogger } from './request-log.ts'
import { registerAdUnits } from './routes/ad-units.ts'
import { registerAllocation } from './routes/allocation.ts'
import { registerAssets } from './routes/assets.ts'
import { registerAudit } from './routes/audit.ts'
import { registerBudgetPlan } from './routes/budget-plan.ts'
import { registerCampaigns } from './routes/campaigns.ts'
import { registerComparedReports } from './routes/compared-reports.ts'
import { registerDecisions } from './routes/decisions.ts'
import { registerDelivery } from './routes/delivery.ts'
import { registerEvents } from './routes/events.ts'
import { registerEventsExport } from './routes/events-export.ts'
import { registerGuard } from './routes/guard.ts'
import { registerHealth } from './routes/health.ts'
import { registerHouseAds } from './routes/house-ads.ts'
import { registerMerges } from './routes/merges.ts'
import { registerNotices } from './routes/notices.ts'
import { registerOpe } from './routes/ope.ts'
import { registerOpenRtb } from './routes/openrtb.ts'
import { registerPauses } from './routes/pauses.ts'
import { registerSegments } from './routes/segments.ts'
import { registerSnapshots } from './routes/snapshots.ts'
import { registerTags } from './routes/tags.ts'
import { registerTemplates } from './routes/templates.ts'
import { registerTrackers } from './routes/trackers.ts'
import { foldNow, registerUpkeep } from './routes/upkeep.ts'
import { registerSecurityHeaders } from './security-headers.ts'
import { createServing, type ServingParts } from './serving.ts'
import { registerShutdown } from './shutdown.ts'
import { steerServed } from './steering-runs.ts'
import { registerValidation } from './validation.ts'

export interface ServerParts {
  readonly ports: ServerPorts
  readonly secrets: Secrets
  readonly config: ServerConfig
  readonly fonts: Fonts
  /** Chance for decisions; seeded anew by every process. */
  readonly stream: Stream
  /** Judges experiments, away from the thread that answers. */
  readonly judge: Judge
  /** Learns weights, away from the thread that answers. */
  readonly learn: Learn
  /** Work on the store for those who may; without it there are no routes for it. */
  readonly upkeep?: Upkeep
  /** How much of the event log is kept; looked after from time to time. */
  readonly retention?: RetentionLimits
  readonly logger?: FastifyServerOptions['logger']
}

/** How often the workspace is looked at for edited files. */
const REFRESH_MS = 1_000
/** How often it is looked for pauses, so that one of another process holds within a second. */
const REFRESH_PAUSES_MS = 250
/** How often it is stored what campaigns were asked: what a crash may lose of it. */
const STORE_OUTCOMES_MS = 10_000
/** How often paced campaigns are set to what the counters say. */
const RECOUNT_MS = 60_000
/** How often counters are brought up to the log, so that a report has little left to do. */
const LOAD_COUNTERS_MS = 2_000
/** How often old parts of the log are looked for; they are some 64 MB each. */
const FOLD_MS = 600_000
/** A tracker's token carries a landing page of up to 2,000 characters. */
const LONGEST_PARAMETER = 4_000

/**
 * The HTTP server, not yet listening: `listen` with the address of `listenOptions`, or `inject` in tests. Closing it
 * leaves the ports open; they are whoever's that made them.
 *
 * @throws PolyadError BIND_REFUSED without keys and with a public URL that is not of this machine
 */
export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const { config } = parts
  if (config.singleUser) requireLoopback(new URL(config.publicUrl).hostname)
  const limits = config.limits ?? DEFAULT_LIMITS
  const server = Fastify({
    ...safeLogger(parts.logger),
    ...limitOptions(limits),
    trustProxy: config.trustedProxies?.length ? [...config.trustedProxies] : false,
    genReqId: () => randomUUID(),
    frameworkErrors: refuseAddress,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    // What still comes on open connections while it stops is answered, by api/shutdown.ts.
    return503OnClosing: false,
    // A workspace of 10,000 segments takes longer to read than a plugin has to start.
    pluginTimeout: 0,
  })
  let closed = false
  const load = createCounterLoader(parts.ports, () => closed)
  const log = watchLog(parts.ports.eventLog, load, () => performance.now())
  const ports: ServerPorts = { ...parts.ports, eventLog: log.eventLog }
  const context = createContext({ ...parts, ports }, log.loadCounters, server.log)

  registerProblems(server)
  registerLimits(server, limits)
  registerShutdown(server)
  registerValidation(server)
  registerCommonAnswers(server)
  await registerDocumentation(server, config.publicUrl)
  await registerSecurityHeaders(server, helmetOptions(config.publicUrl))
  registerCallers(server, ports, config, context.metrics)
  measure(server, context, log.gauges)

  registerSegments(server, context)
  registerTemplates(server, context)
  registerCampaigns(server, context)
  await registerAssets(server, context)
  registerGuard(server, context)
  registerAllocation(server, context)
  registerMerges(server, context)
  registerOpe(server, context)
  registerBudgetPlan(server, context)
  registerComparedReports(server, context)
  registerAdUnits(server, context)
  registerHouseAds(server, context)
  registerDecisions(server, context)
  registerEvents(server, context)
  registerEventsExport(server, context)
  registerTrackers(server, context)
  registerTags(server, context)
  registerPauses(server, context)
  registerDelivery(server, context)
  registerOpenRtb(server, context)
  registerNotices(server, context)
  registerAudit(server, context)
  registerSnapshots(server, context)
  if (parts.upkeep) registerUpkeep(server, context, parts.upkeep)
  registerHealth(server, context)
  server.get(
    '/openapi.json',
    { config: { allow: ['anyone'], rate: 'trackers' }, schema: { hide: true } },
    async () => server.swagger(),
  )
  if (config.webFolders) await registerPage(server, config.webFolders)

  const { serving, keeper } = context
  server.addHook('onReady', async () => {
    await keeper.refreshPauses()
    await serving.refresh()
  })
  server.addHook('onClose', async () => {
    await keeper.storeOutcomes().catch((error: unknown) => {
      server.log.error({ err: error }, 'how often campaigns were asked could not be stored')
    })
  })
  repeatWhileOpen(server, REFRESH_PAUSES_MS, () => keeper.refreshPauses())
  repeatWhileOpen(server, STORE_OUTCOMES_MS, () => keeper.storeOutcomes())
  repeatWhileOpen(server, RECOUNT_MS, () => keeper.recount())
  repeatWhileOpen(server, REFRESH_MS, () => context.serving.refresh())
  repeatWhileOpen(server, LOAD_COUNTERS_MS, context.loadCounters, () => {
    closed = true
  })
  const { steerEveryMs = 0 } = config
  if (steerEveryMs > 0) repeatWhileOpen(server, steerEveryMs, () => steerServed(context, server.log))
  const { upkeep, retention } = parts
  if (upkeep && retention) {
    repeatWhileOpen(server, FOLD_MS, async () => {
      const folded = await foldNow(context, upkeep, retention)
      if (folded.segments > 0) server.log.info(folded, 'old events folded into counts')
    })
  }
  return server
}

/**
 * Starts listening. Without keys only on a loopback address.
 *
 * @returns the address, e.g. http://127.0.0.1:4000
 * @throws PolyadError BIND_REFUSED
 */
export async function listen(
  server: FastifyInstance,
  address: { readonly host: string; readonly port: number },
  config: Pick<ServerConfig, 'singleUser'>,
): Promise<string> {
  if (config.singleUser) requireLoopback(address.host)
  return server.listen(address)
}

function createContext(parts: ServerParts, loadCounters: CounterLoader, log: FastifyBaseLogger): ApiContext {
  const { ports, secrets, config, fonts, stream } = parts
  const { publicUrl, fingerprint, consent } = config
  const renderer = createRenderer({ fonts, readFile: (hash) => ports.blobs.get(hash) })
  const onState = (state: CampaignState): void => {
    // What was written is not what is served: that must not be quiet.
    if (!state.active) log.warn(state, 'campaign not served')
    else if (state.waiting) log.warn(state, 'campaign edited: the last checked revision goes on being served')
    else log.info(state, 'campaign served')
  }
  const onMoved: ServingParts['onMoved'] = (moved) =>
    log.warn(moved, moved.into === null ? 'leaf restored' : 'leaf merged')
  const keeper = createDeliveryKeeper(ports, loadCounters, stream.fork('delivery'))
  const { delivery, sources } = keeper
  const serving = createServing({
    ports,
    secrets,
    stream,
    publicUrl,
    fingerprint,
    delivery,
    sources,
    onState,
    onMoved,
    ...(consent && { consent }),
  })
  return {
    ports: { ...ports, eventLog: keeper.eventLog },
    secrets,
    config,
    fonts,
    serving,
    keeper,
    adUnits: createAdUnitPages({ serving, renderer, fonts }),
    metrics: createMetrics(),
    loadCounters,
    judge: parts.judge,
    learn: parts.learn,
  }
}

async function registerDocumentation(server: FastifyInstance, publicUrl: string): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Polyad',
        description:
          'Ad units for audience segments: made, served and measured. Failures are RFC 9457 problems.',
        version: '1',
      },
      servers: [{ url: publicUrl }],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
    },
  })
}

/** The page runs its own scripts and styles alone, and shows pictures; an ad's document has a policy of its own. */
function helmetOptions(publicUrl: string): object {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        styleSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
      },
    },
    strictTransportSecurity: publicUrl.startsWith('https:') ? {} : false,
  }
}

/** The page's files need no key: what they show comes from the routes, which ask for one. */
async function registerPage(server: FastifyInstance, webFolders: readonly string[]): Promise<void> {
  await server.register(async (page) => {
    page.addHook('onRoute', (route) => {
      route.config = { ...route.config, allow: ['anyone'], rate: 'trackers' }
      route.schema = { ...route.schema, hide: true }
    })
    await page.register(fastifyStatic, { root: [...webFolders], dotfiles: 'ignore' })
  })
}

/** Counts what is answered, and how long it took. */
/** Of each status class, made once. */
const STATUS_LABELS = Array.from({ length: 10 }, (_, status) => ({ status: `${status}xx` }))

function measure(server: FastifyInstance, { metrics }: ApiContext, log: readonly Gauge[]): void {
  const { gauges, close } = createProcessGauges()
  metrics.watch([...log, ...gauges])
  server.addHook('onResponse', (request, reply, done) => {
    metrics.count('polyad_responses_total', STATUS_LABELS[Math.floor(reply.statusCode / 100)]!)
    metrics.observeRoute(request.method, request.routeOptions.url ?? 'none', reply.elapsedTime / 1000)
    done()
  })
  server.addHook('onError', async (request, _reply, error) => {
    const code = error instanceof PolyadError ? error.code : 'OTHER'
    metrics.count('polyad_problems_total', { route: request.routeOptions.url ?? 'none', code })
  })
  server.addHook('onClose', async () => close())
}

/** Background work takes at most this share of the time: after it, the server is left alone for as much longer. */
const BACKGROUND_SHARE = 0.05

/**
 * Runs work again and again, never twice at once, until the server closes; a failure is logged and tried again.
 *
 * @param stop tells work that is under way to come to an end
 */
function repeatWhileOpen(
  server: FastifyInstance,
  everyMs: number,
  work: () => Promise<void>,
  stop?: () => void,
): void {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let closed = false
  const schedule = (afterMs: number): void => {
    if (closed) return
    timer = setTimeout(() => {
      const startedMs = performance.now()
      running = work()
        .catch((error: unknown) => server.log.error({ err: error }, 'background work failed'))
        .then(() => schedule(Math.max(everyMs, (performance.now() - startedMs) / BACKGROUND_SHARE)))
    }, afterMs)
    timer.unref()
  }
  server.addHook('onListen', async () => schedule(everyMs))
  server.addHook('onClose', async () => {
    closed = true
    stop?.()
    clearTimeout(timer)
    await running
  })
}
