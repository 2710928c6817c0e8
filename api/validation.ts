import { Ajv } from 'ajv'
import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { createDoor } from '../core/schema.ts'

/**
 * Request checks: a body passes the same door as a file (no coercion, nothing dropped, unknown fields refused); query
 * and path values are text, so numbers in them are read as numbers.
 */
export function registerValidation(server: FastifyInstance): void {
  const fromText = new Ajv({ coerceTypes: true, allErrors: false, strict: false })
  server.setValidatorCompiler<TSchema>(({ schema, httpPart, url }) => {
    if (httpPart !== 'body') return fromText.compile(schema)
    const door = createDoor('request body', schema)
    return (value: unknown) => {
      try {
        return { value: door(value, url ?? 'request') }
      } catch (error) {
        return { error: error as Error }
      }
    }
  })
  // Without its own reader, text/plain is refused: a page of another origin may send it without being asked.
  server.removeContentTypeParser('text/plain')
  // Answers are written as they are: a schema in the documentation must not drop fields.
  server.setSerializerCompiler(() => (data) => JSON.stringify(data))
}
