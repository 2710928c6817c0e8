import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { parseRule } from '../../rules/parse.ts'
import type { Rule } from '../../rules/rule.ts'
import { type SegmentDocument, SegmentDocumentSchema } from '../../segments/segment.ts'
import { vocabularyOf } from '../../segments/vocabulary.ts'
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
      ruleOf(body, (json, at) => parseRule(json, vocabularyOf(context.serving.catalogue()), at))
    },
  })

  server.get(
    '/v1/segment-sizes',
    {
      schema: {
        tags: ['segments'],
        summary:
          'Distinct people in every segment; a small one is told as "<50", and a sibling that would give it away as "hidden"',
        response: answers({ 200: json('id, title, kind, people and share by segment', SizesSchema) }, 404),
      },
    },
    async () => segmentSizes(context),
  )
}

function ruleOf(body: SegmentDocument, parse: (json: unknown, at: string) => Rule): void {
  if ('rule' in body) parse(body.rule, `segments/${body.name}.json: /rule`)
  else if (body.grid.within !== undefined) {
    parse(body.grid.within, `segments/${body.name}.json: /grid/within`)
  }
}
