import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { audit } from '../../engine/audit/audited-documents.ts'
import { CampaignSchema } from '../../engine/campaign/campaign.ts'
import type { Plan } from '../../engine/campaign/plan.ts'
import { validateCampaign } from '../../engine/campaign/validate-campaign.ts'
import { generateRange } from '../../engine/generate/generate-range.ts'
import { checkCampaign } from '../../engine/guard/check-campaign.ts'
import { CheckReportSchema } from '../../engine/guard/check-report.ts'
import { type HistorySource, HistorySourceSchema } from '../../engine/guard/history.ts'
import { loadHistory } from '../../engine/guard/load-history.ts'
import { noCheckText, readCheck } from '../../engine/guard/require-checked.ts'
import { ReportSchema } from '../../engine/reporting/report.ts'
import { reportCampaign } from '../../engine/reporting/report-campaign.ts'
import { createSpace } from '../../engine/space/space.ts'
import { parseTemplate } from '../../templates/check-template.ts'
import { actorOf, type Caller, callerText } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { Day } from '../day.ts'
import { NameParams, readDocument, refreshQuietly, registerDocumentRoutes } from '../document-routes.ts'
import { answers, json } from '../documented.ts'
import type { Serving } from '../serving.ts'

const CheckBody = Type.Object(
  {
    /** Go ahead although the guard refuses; kept with who and when. */
    override: Type.Optional(
      Type.Object(
        {
          reason: Type.String({
            pattern: '\\S\\s*\\S\\s*\\S',
            maxLength: 1000,
            description: 'a reason that the next reader understands',
          }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

const CheckQuery = Type.Object(
  { revision: Type.Optional(Type.Integer({ minimum: 1 })) },
  { additionalProperties: false },
)

const WindowQuery = Type.Object(
  {
    /** First rank, a decimal string: counts pass 2^53. */
    from: Type.Optional(Type.String({ pattern: '^\\d{1,30}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    revision: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Only the ad units of one cell: all three or none. `from`, `to` and `count` are then places in the cell. */
    segment: Type.Optional(Type.String({ maxLength: 400 })),
    locale: Type.Optional(Type.String({ maxLength: 35 })),
    placement: Type.Optional(Type.String({ maxLength: 60 })),
  },
  { additionalProperties: false },
)

/** Decimal strings: they pass 2^53. */
const Rank = Type.String({ pattern: '^\\d+$' })
const WindowSchema = Type.Object({
  campaign: Type.String(),
  revision: Type.Integer(),
  count: Rank,
  from: Rank,
  to: Rank,
  items: Type.Array(Type.Object({})),
})

const ReportQuerySchema = Type.Object(
  {
    /** segment (default), placement, day, or a slot's name. */
    by: Type.Optional(Type.String()),
    from: Type.Optional(Day),
    to: Type.Optional(Day),
  },
  { additionalProperties: false },
)

type Params = Static<typeof NameParams>
const DEFAULT_WINDOW = 50
const tags = ['campaigns']

/** Texts a check lays out while others wait: about a second. The command line has time for all of them. */
const MAX_TEXTS = 10_000

export function registerCampaigns(server: FastifyInstance, context: ApiContext): void {
  const { ports, config, serving, fonts } = context
  registerDocumentRoutes(server, context, {
    kind: 'campaign',
    path: '/v1/campaigns',
    schema: CampaignSchema,
    writers: ['buyer'],
    check: async (campaign) => {
      const template = await ports.documents.read('template', campaign.template)
      // Without its template it is kept, and listed as not active because of that.
      if (!template) return
      validateCampaign(campaign, parseTemplate(template.body, `templates/${campaign.template}/template.json`))
    },
    listed: (name) => listedState(serving, name),
  })

  const historyOf = async (name: string): Promise<HistorySource> => {
    await context.loadCounters()
    return loadHistory(ports, name)
  }

  server.post<{ Params: Params; Body: Static<typeof CheckBody> }>(
    '/v1/campaigns/:name/check',
    {
      config: { allow: ['buyer', 'analyst', 'creative'] },
      schema: {
        tags,
        summary: 'Check the newest revision: copy, sizes, floors, the guard; keeps the report',
        params: NameParams,
        body: CheckBody,
        response: answers(
          { 200: json('The report; a refusal is an answer, its verdict says so', CheckReportSchema) },
          404,
        ),
      },
    },
    async (request) => {
      const { name } = request.params
      const { override } = request.body
      if (override) requireOverrider(request.caller)
      const { revision } = await readDocument(ports.documents, 'campaign', name)
      const actor = actorOf(request.caller)
      if (override) {
        const subject = `campaign ${name}@${revision}`
        await audit(ports, actor, { action: 'guard-overridden', subject, note: override.reason })
      }
      const report = await checkCampaign(ports, name, {
        fingerprint: config.fingerprint,
        fonts,
        maxTexts: MAX_TEXTS,
        history: await historyOf(name),
        ...(override ? { override: { reason: override.reason, who: actor.who } } : {}),
      })
      await refreshQuietly(context, request)
      return report
    },
  )

  server.get<{ Params: Params; Querystring: Static<typeof CheckQuery> }>(
    '/v1/campaigns/:name/check',
    {
      schema: {
        tags,
        summary: 'The stored check of a revision, default the newest',
        params: NameParams,
        querystring: CheckQuery,
        response: answers({ 200: json('The report', CheckReportSchema) }, 404),
      },
    },
    async (request) => {
      const { name } = request.params
      const { revision = (await readDocument(ports.documents, 'campaign', name)).revision } = request.query
      const report = await readCheck(ports, name, revision)
      if (report) return report
      throw new PolyadError('NOT_FOUND', {
        what: 'check of',
        name: `${name}@${revision}`,
        mend: `${await noCheckText(ports, name, revision)}; POST to make it`,
      })
    },
  )

  server.get<{ Params: Params }>(
    '/v1/campaigns/:name/history',
    {
      schema: {
        tags,
        summary:
          'What narrow ads of other revisions did, by segment: what a check draws the rates of leaves from',
        params: NameParams,
        response: answers(
          { 200: json('The history, or `without`: why there is none', HistorySourceSchema) },
          404,
        ),
      },
    },
    (request) => historyOf(request.params.name),
  )

  server.get<{ Params: Params; Querystring: Static<typeof WindowQuery> }>(
    '/v1/campaigns/:name/ad-units',
    {
      schema: {
        tags,
        summary: "A window of one revision's number line; rows as `polyad generate` writes them",
        params: NameParams,
        querystring: WindowQuery,
        response: answers({ 200: json('The rows, and where they stand on the line', WindowSchema) }, 404),
      },
    },
    async (request, reply) => {
      const { from = '0', limit = DEFAULT_WINDOW, revision } = request.query
      const { plan } = await serving.plan(request.params.name, revision)
      const line = lineOf(plan, request.query)
      const count = line.to - line.from
      const first = BigInt(from)
      if (first > 0n && first >= count) {
        throw new PolyadError('RANK_OUT_OF_RANGE', { rank: from, count: String(count) })
      }
      const last = first + BigInt(limit)
      const end = last < count ? last : count
      const rows = generateRange(plan, line.from + first, line.from + end, { format: 'jsonl' })
      const window = { campaign: plan.campaign.name, revision: plan.revision, count, from: first, to: end }
      return reply.type('application/json').send(windowJson(window, rows))
    },
  )

  server.get<{ Params: Params; Querystring: Static<typeof ReportQuerySchema> }>(
    '/v1/campaigns/:name/report',
    {
      schema: {
        tags: ['reports'],
        summary: 'What the ads did, broad against narrow, up to the last acknowledged event',
        params: NameParams,
        querystring: ReportQuerySchema,
        response: answers({ 200: json('The report', ReportSchema) }, 404),
      },
    },
    async (request) => {
      const { by, from, to } = request.query
      await context.loadCounters()
      await context.keeper.storeOutcomes()
      return reportCampaign(ports, request.params.name, {
        ...(by === undefined ? {} : { by }),
        ...(from === undefined ? {} : { fromDay: from }),
        ...(to === undefined ? {} : { toDay: to }),
      })
    },
  )
}

/**
 * What is put beside a campaign in the list. `revision` there is that of the file: `servedRevision` is the one that
 * serves, and `waiting` says why it is an older one.
 */
function listedState(serving: Serving, name: string): object {
  const state = serving.states().find(({ campaign }) => campaign === name)
  if (!state?.active) return state ?? {}
  const { revision, ...rest } = state
  const steering = serving.steering(name)
  return {
    ...rest,
    servedRevision: revision,
    weightsVersion: steering?.weights.version ?? 0,
    merged: [...(steering?.servedBy ?? [])].map(([leaf, into]) => ({ leaf, into })),
  }
}

/** The rows are JSON already: they go into the answer as they are, bytes for bytes what a file would have. */
function windowJson(
  window: {
    readonly campaign: string
    readonly revision: number
    readonly count: bigint
    readonly from: bigint
    readonly to: bigint
  },
  rows: Uint8Array,
): string {
  const head = JSON.stringify(window, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  const items = Buffer.from(rows).toString('utf8').trimEnd().split('\n')
  return `${head.slice(0, -1)},"items":[${items.join(',')}]}`
}

/** An override spends the campaign's money: it is the buyer's, or the admin's. */
function requireOverrider(caller: Caller): void {
  if (caller.kind === 'single-user') return
  if (caller.kind === 'role' && (caller.role === 'buyer' || caller.role === 'admin')) return
  throw new PolyadError('FORBIDDEN', { action: 'override the guard', caller: callerText(caller) })
}

/** The ranks a window is cut from: the whole line, or those of one cell (none when the revision lacks it). */
function lineOf(
  plan: Plan,
  query: Static<typeof WindowQuery>,
): { readonly from: bigint; readonly to: bigint } {
  const space = createSpace(plan)
  const { segment, locale, placement } = query
  if (segment === undefined && locale === undefined && placement === undefined)
    return { from: 0n, to: space.count }
  if (segment === undefined || locale === undefined || placement === undefined) {
    const problem = 'a cell is named by segment, locale and placement together'
    throw new PolyadError('INPUT_INVALID', {
      what: 'request',
      where: 'query',
      problem,
      mend: 'give all three or none',
    })
  }
  return space.ranksOf({ segment, locale, placement }) ?? { from: 0n, to: 0n }
}
