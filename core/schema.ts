import { Ajv, type ErrorObject } from 'ajv'
import formats from 'ajv-formats'
import type { Static, TSchema } from 'typebox'
import { PolyadError } from './errors.ts'

// ajv-formats is CommonJS: under ESM its function may arrive as `default`.
const addFormats = ((formats as unknown as { default?: unknown }).default ?? formats) as (ajv: Ajv) => void

const ajv = new Ajv({ allErrors: true, strict: false, allowUnionTypes: true, discriminator: true })
addFormats(ajv)

/** Checks a value from outside and gives it its type. `where` names its source in the message (a file, a request). */
export type Door<S extends TSchema> = (value: unknown, where: string) => Static<S>

/**
 * The check at the door for one schema: unknown fields are refused (write `additionalProperties: false`).
 *
 * @param what what is being checked in people's words, e.g. "campaign"
 * @throws PolyadError INPUT_INVALID with the JSON pointers of up to five problems
 */
export function createDoor<S extends TSchema>(what: string, schema: S): Door<S> {
  const validate = ajv.compile(schema)
  return (value, where) => {
    if (validate(value)) return value as Static<S>
    const problems = (validate.errors ?? []).filter((error) => error.keyword !== 'if').map(problemText)
    const shown = [...new Set(problems)].slice(0, 5)
    throw new PolyadError('INPUT_INVALID', { what, where, problem: shown.join('; ') })
  }
}

function problemText(error: ErrorObject): string {
  const at = error.instancePath || '/'
  const params = error.params as Record<string, unknown>
  switch (error.keyword) {
    case 'additionalProperties':
      return `${at} has an unknown field "${String(params['additionalProperty'])}"; remove it or mend its spelling`
    case 'required':
      return `${at} lacks the field "${String(params['missingProperty'])}"`
    case 'enum':
      return `${at} must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`
    case 'const':
      return `${at} must be ${JSON.stringify(params['allowedValue'])}`
    default:
      return `${at} ${error.message ?? 'is invalid'}`
  }
}
