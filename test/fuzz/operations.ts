/** JSON schema as it stands in the OpenAPI document. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: JsonSchema
}

/** One operation of an OpenAPI document. */
export interface Operation {
  /** `GET /v1/campaigns/{name}` */
  readonly name: string
  readonly method: string
  readonly path: string
  /** Who may use it: roles, `site`, `anyone`. */
  readonly allow: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly body: JsonSchema | undefined
  readonly responses: ReadonlyMap<number, DocumentedAnswer>
}

/** By media type; empty: the document does not say what the answer holds. */
export type DocumentedAnswer = ReadonlyMap<string, JsonSchema>

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>
}
interface RawOperation {
  readonly 'x-allow'?: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema: JsonSchema }>> }>
  >
}

/** Every operation of a document, in its order. */
export function operationsOf(document: unknown): readonly Operation[] {
  return Object.entries((document as OpenApi).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([lower, raw]) => {
      const method = lower.toUpperCase()
      if (!raw['x-allow']) throw new Error(`${method} ${path} does not say who may use it`)
      return {
        name: `${method} ${path}`,
        method,
        path,
        allow: raw['x-allow'],
        parameters: raw.parameters ?? [],
        body: raw.requestBody?.content['application/json']?.schema,
        responses: new Map(
          Object.entries(raw.responses).map(([status, { content = {} }]) => [
            Number(status),
            new Map(Object.entries(content).map(([type, { schema }]) => [type, schema])),
          ]),
        ),
      }
    }),
  )
}

/** The operation that a request of this method and path is for; undefined when the document has none. */
export function operationFor(
  operations: readonly Operation[],
  method: string,
  pathAndQuery: string,
): Operation | undefined {
  const path = pathAndQuery.split('?', 1)[0]!
  if (!isRoutable(path)) return undefined
  // A fixed part wins over a parameter, as in the router.
  return operations
    .filter((operation) => operation.method === method && patternOf(operation).test(path))
    .sort((a, b) => a.parameters.length - b.parameters.length)[0]
}

const patterns = new WeakMap<Operation, RegExp>()

function patternOf(operation: Operation): RegExp {
  const known = patterns.get(operation)
  if (known) return known
  const parts = operation.path
    .split('/')
    .map((part) => (part.startsWith('{') ? '[^/]*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
  const pattern = new RegExp(`^${parts.join('/')}$`)
  patterns.set(operation, pattern)
  return pattern
}

/** Longer ones are refused before a route is chosen. */
const LONGEST_PARAMETER = 4_000

function isRoutable(path: string): boolean {
  try {
    return path.split('/').every((part) => decodeURIComponent(part).length <= LONGEST_PARAMETER)
  } catch {
    return false
  }
}
