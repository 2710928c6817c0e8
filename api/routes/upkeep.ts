import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { DAY_MS } from '../../core/time.ts'
import { audit } from '../../engine/audit/audited-documents.ts'
import type { RetentionLimits, Upkeep } from '../../engine/ports/upkeep.ts'
import { examineWorkspace } from '../../engine/upkeep/doctor.ts'
import { erasePerson, eraseSteps } from '../../engine/upkeep/erase-person.ts'
import { showPerson } from '../../engine/upkeep/show-person.ts'
import { createBoundedWork } from '../bounded-work.ts'
import { actorOf } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers, json } from '../documented.ts'

const closed = { additionalProperties: false } as const

const PersonBody = Type.Object(
  {
    profile: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1000,
        description: 'identifier, as imports and requests give it',
      }),
    ),
    hash: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{32}$', description: 'instead: a hash of an export' }),
    ),
  },
  closed,
)

const DoctorBody = Type.Object(
  { mend: Type.Optional(Type.Boolean({ description: 'also mend what loses nothing; default false' })) },
  closed,
)

const FoldBody = Type.Object(
  {
    maxAgeDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })),
    maxBytes: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  },
  closed,
)

/** Its parts are those of engine/ports/upkeep.ts. */
const ReportSchema = Type.Object({})
const FindingSchema = Type.Object({
  check: Type.String(),
  severity: Type.Union([Type.Literal('error'), Type.Literal('note')]),
  problem: Type.String(),
  mend: Type.String(),
  mendable: Type.Boolean(),
})

const DoctorSchema = Type.Object({
  checks: Type.Array(Type.Object({ check: Type.String(), looked: Type.String() })),
  findings: Type.Array(FindingSchema),
  mended: Type.Array(Type.String()),
  healthy: Type.Boolean(),
})

const FoldSchema = Type.Object({
  decisions: Type.Integer(),
  segments: Type.Integer(),
  bytes: Type.Integer(),
})

/** For those who commands of this machine ask: a command has no other way to the store that a server holds. */
export function registerUpkeep(server: FastifyInstance, context: ApiContext, upkeep: Upkeep): void {
  const { ports, secrets, serving, loadCounters, fonts } = context
  const { identityKey } = secrets
  // Each reads or writes the whole store.
  const work = createBoundedWork('upkeep', { atOnce: 1, waiting: 4 })
  const tags = ['operation']
  // Nobody but admins.
  const config = { allow: [] as const }

  server.post<{ Body: Static<typeof PersonBody> }>(
    '/v1/profiles/show',
    {
      config,
      schema: {
        tags,
        summary: 'Everything that is held of one person; in the body, so that no address names them',
        body: PersonBody,
        response: answers(
          { 200: json('Profile, mentions, decisions with their events, folded counts', ReportSchema) },
          503,
        ),
      },
    },
    ({ body }) => work.run(() => showPerson(ports, upkeep, identityKey, loadCounters, body)),
  )

  server.post<{ Body: Static<typeof PersonBody> }>(
    '/v1/profiles/erase',
    {
      config,
      schema: {
        tags,
        summary: 'Erase a person everywhere, then search every file for them; totals stay',
        body: PersonBody,
        response: answers({ 200: json('What was erased, and what the search found', ReportSchema) }, 503),
      },
    },
    (request) =>
      work.run(async () => {
        const report = await erasePerson(
          ports,
          { upkeep, identityKey, loadCounters, fonts, fingerprint: context.config.fingerprint },
          request.body,
        )
        await audit(ports, actorOf(request.caller), { action: 'erased', subject: 'a person' })
        await serving.refresh()
        return report
      }),
  )

  server.post<{ Body: Static<typeof DoctorBody> }>(
    '/v1/doctor',
    {
      config,
      schema: {
        tags,
        summary:
          'Examine the workspace: files of the store, counters against a recount of the log, ledgers, plans',
        body: DoctorBody,
        response: answers(
          { 200: json('What was looked at, and what is not as it should be', DoctorSchema) },
          503,
        ),
      },
    },
    ({ body }) =>
      work.run(async () => {
        await loadCounters()
        const steps = body.mend ? eraseSteps(ports, loadCounters) : undefined
        return examineWorkspace(ports, async () => upkeep, steps)
      }),
  )

  server.post<{ Body: Static<typeof FoldBody> }>(
    '/v1/events/fold',
    {
      config,
      schema: {
        tags,
        summary: 'Fold old parts of the event log into counts and remove them; reports keep their numbers',
        body: FoldBody,
        response: answers({ 200: json('By how much', FoldSchema) }, 503),
      },
    },
    ({ body }) =>
      work.run(() =>
        foldNow(context, upkeep, {
          ...(body.maxAgeDays !== undefined && { maxAgeMs: body.maxAgeDays * DAY_MS }),
          ...(body.maxBytes !== undefined && { maxBytes: body.maxBytes }),
        }),
      ),
  )
}

/** Brings the counters up to the log and folds what is beyond the limits. */
export async function foldNow(
  { ports, loadCounters }: Pick<ApiContext, 'ports' | 'loadCounters'>,
  upkeep: Upkeep,
  limits: RetentionLimits,
) {
  await loadCounters()
  return upkeep.fold(limits, ports.clock.nowMs())
}
