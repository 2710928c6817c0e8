import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { Static, TSchema } from 'typebox'
import { PolyadError } from './errors.ts'
import { problemsOf } from './schema-problems.ts'
import { isTimeZone } from './time.ts'

// ajv-formats is CommonJS: under ESM its function may arrive as `default`.
const addFormats = ((formats as unknown as { default?: unknown }).default ?? formats) as (ajv: Ajv) => void

const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  strict: false,
  allowUnionTypes: true,
  discriminator: true,
})
addFormats(ajv)
// A document kept with another one would fail wherever its days are counted.
ajv.addFormat('time-zone', isTimeZone)

/** Checks a value from outside and gives it its type. `where` names its source in the message (a file, a request). */
export type Door<S extends TSchema> = (value: unknown, where: string) => Static<S>

/**
 * The check at the door for one schema: unknown fields are refused (write `additionalProperties: false`).
 *
 * @param what what is being checked in people's words, e.g. "campaign"
 * @throws PolyadError INPUT_INVALID with the JSON pointers of up to five problems
 */
export function createDoor<S extends TSchema>(what: string, schema: S): Door<S> {
  // Compiled at its first use: a command starts without compiling what it never checks.
  let validate: ValidateFunction | undefined
  return (value, where) => {
    validate ??= ajv.compile(schema)
    if (validate(value)) return value as Static<S>
    const problems = problemsOf(validate.errors ?? []).slice(0, 5)
    throw new PolyadError('INPUT_INVALID', { what, where, problem: problems.join('; ') })
  }
}

/**
 * A document is called as its file is: two names for one thing would make its revisions and ids ambiguous.
 *
 * @throws PolyadError INPUT_INVALID
 */
export function requireName(what: string, where: string, given: string, expected: string): void {
  if (given === expected) return
  const mend = `it must be "${expected}", as the file`
  throw new PolyadError('INPUT_INVALID', { what, where, problem: `/name is "${given}"`, mend })
}
