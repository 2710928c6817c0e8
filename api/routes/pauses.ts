import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { audit } from '../../engine/audit/audited-documents.ts'
import { readExports } from '../../engine/delivery/exports.ts'
import { pauseEffect } from '../../engine/delivery/pause-effect.ts'
import { parsePauseTarget, pauseTargetText } from '../../engine/delivery/pause-target.ts'
import { pause, readPauses, requirePaused, resume } from '../../engine/delivery/pauses.ts'
import { actorOf } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers } from '../documented.ts'

const closed = { additionalProperties: false } as const
const Target = Type.String({ minLength: 1, maxLength: 300 })
const PauseBody = Type.Object(
  {
    /** A campaign (`summer`), `asset:ID`, `asset:CAMPAIGN/ID`, `asset:CAMPAIGN/SLOT/ID`, or `segment:ID`. */
    target: Target,
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  },
  closed,
)
const ResumeBody = Type.Object({ target: Target }, closed)

/** Pauses: what is stopped, everywhere this server shows it, before the answer is sent. */
export function registerPauses(server: FastifyInstance, { ports, keeper }: ApiContext): void {
  const tags = ['pauses']
  server.get(
    '/v1/pauses',
    {
      schema: {
        tags,
        summary: 'What is paused, newest first, and what was: by whom, when and why',
        response: answers({ 200: 'The pauses' }),
      },
    },
    async () => ({ pauses: await readPauses(ports) }),
  )

  server.post<{ Body: Static<typeof PauseBody> }>(
    '/v1/pauses',
    {
      config: { allow: ['creative', 'buyer'] },
      schema: {
        tags,
        summary:
          'Stop a campaign, an asset or a segment: in no decision, bid, tag or page of an ad unit from the answer on. ' +
          'It tells the platforms it was exported to, where it has to be stopped by hand',
        body: PauseBody,
        response: answers({ 200: 'The pause, what it stops, and where else that was exported' }, 404),
      },
    },
    async ({ body, caller }) => {
      const { target, reason = null } = body
      // Looked up first: what is not there is refused, and nothing is paused.
      const effect = await pauseEffect(ports, target)
      const actor = actorOf(caller)
      const subject = pauseTargetText(parsePauseTarget(target))
      await audit(ports, actor, { action: 'paused', subject, ...(reason !== null && { note: reason }) })
      const made = await pause(ports, target, { by: actor.who, reason })
      await keeper.refreshPauses()
      return { pause: made, ...effect, exported: await readExports(ports.documents, effect.campaigns) }
    },
  )

  server.post<{ Body: Static<typeof ResumeBody> }>(
    '/v1/pauses/resume',
    {
      config: { allow: ['buyer'] },
      schema: {
        tags,
        summary: 'Let what is paused go on',
        body: ResumeBody,
        response: answers({ 200: 'The pause that is over' }, 404),
      },
    },
    async ({ body, caller }) => {
      const actor = actorOf(caller)
      const subject = pauseTargetText(parsePauseTarget(body.target))
      await requirePaused(ports, body.target)
      await audit(ports, actor, { action: 'resumed', subject })
      const ended = await resume(ports, body.target, actor.who)
      await keeper.refreshPauses()
      return { pause: ended }
    },
  )
}
