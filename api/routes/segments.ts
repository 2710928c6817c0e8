import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { gridDefinition } from '../../segments/grid.ts'
import { SegmentDocumentSchema } from '../../segments/segment.ts'
import { parseSegmentRule } from '../../segments/segment-rule.ts'
import type { ApiContext } from '../context.ts'
import { registerDocumentRoutes } from '../document-routes.ts'
import { answers, json } from '../documented.ts'
import { segmentSizes } from '../segment-sizes.ts'

const SizesSchema = Type.Object({
  people: Type.Integer(),
  mentions: Type.Integer(),
  kFloor: Type.Integer(),
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      title: Type.String(),
      kind: Type.String(),
      people: Type.Union([Type.Integer(), Type.String()]),
      share: Type.Union([Type.Number(), Type.Null()]),
    }),
  ),
})

export function registerSegments(server: FastifyInstance, context: ApiContext): void {
  registerDocumentRoutes(server, context, {
    kind: 'segment',
    path: '/v1/segments',
    schema: SegmentDocumentSchema,
    writers: ['analyst', 'buyer'],
    check: (body) => {
      // What the catalogue does not know would be found at the next look at any segment's size.
      const catalogue = context.serving.catalogue()
      if ('rule' in body) parseSegmentRule(body.rule, catalogue, `segments/${body.name}.json: /rule`)
      else gridDefinition(body, catalogue)
    },
  })

  server.get(
    '/v1/segment-sizes',
    {
      schema: {
        tags: ['segments'],
        summary:
          'Distinct people in every segment; a small one is told as "<50", and a sibling that would give it away as "hidden"',
        response: answers(
          { 200: json('id, title, kind, people and share by segment', SizesSchema) },
          // A segment document that was edited beside the server may be none.
          400,
          404,
        ),
      },
    },
    async () => segmentSizes(context),
  )
}
