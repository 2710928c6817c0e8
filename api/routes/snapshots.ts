import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { createBoundedWork } from '../bounded-work.ts'
import type { ApiContext } from '../context.ts'
import { answers, json } from '../documented.ts'

const SnapshotSchema = Type.Object({ file: Type.Union([Type.String(), Type.Null()]) })

export function registerSnapshots(server: FastifyInstance, { ports }: ApiContext): void {
  // Each takes the place of the one before.
  const one = createBoundedWork('copying of the database', { atOnce: 1, waiting: 2 })
  server.post(
    '/v1/snapshots',
    {
      // Nobody but admins.
      config: { allow: [] },
      schema: {
        tags: ['operation'],
        summary: 'Copy the database as of now to a file of the workspace, for "polyad backup"',
        response: answers(
          { 201: json('The file, relative to the workspace; null: there is none', SnapshotSchema) },
          503,
        ),
      },
    },
    async (_request, reply) => {
      const file = await one.run(() => ports.snapshots.make())
      return reply.code(201).send({ file: file ?? null })
    },
  )
}
