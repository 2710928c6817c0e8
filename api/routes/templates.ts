import type { FastifyInstance } from 'fastify'
import { parseTemplate } from '../../templates/check-template.ts'
import { TemplateSchema } from '../../templates/template.ts'
import type { ApiContext } from '../context.ts'
import { registerDocumentRoutes } from '../document-routes.ts'

export function registerTemplates(server: FastifyInstance, context: ApiContext): void {
  registerDocumentRoutes(server, context, {
    kind: 'template',
    path: '/v1/templates',
    schema: TemplateSchema,
    writers: ['creative'],
    check: (body) => {
      parseTemplate(body, `templates/${body.name}/template.json`)
    },
  })
}
