import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import { PolyadError } from '../core/errors.ts'
import { auditedDocuments } from '../engine/audit/audited-documents.ts'
import type { DocumentKind, DocumentRevision, Documents } from '../engine/ports/documents.ts'
import { type Access, actorOf } from './callers.ts'
import type { ApiContext } from './context.ts'
import { answers, json } from './documented.ts'

export interface DocumentRoutes<S extends TSchema> {
  readonly kind: DocumentKind
  /** e.g. /v1/segments */
  readonly path: string
  readonly schema: S
  /** Who may write, besides admin. */
  readonly writers: readonly Access[]
  /** What the schema cannot say. */
  check?(body: Static<S>): Promise<void> | void
  /** Put beside name, title and revision in the list. */
  listed?(name: string): object
}

export const NameParams = Type.Object({ name: Type.String({ maxLength: 120 }) })

const ListSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      title: Type.Optional(Type.String()),
      revision: Type.Optional(Type.Integer()),
      etag: Type.Optional(Type.String()),
      problem: Type.Optional(Type.String()),
    }),
  ),
})
const WrittenSchema = Type.Object({ name: Type.String(), revision: Type.Integer(), etag: Type.String() })
type NameRoute = { Params: Static<typeof NameParams> }

/** List, read and write of one kind of document: the ETag is the content hash, If-Match guards a write (412). */
export function registerDocumentRoutes<S extends TSchema>(
  server: FastifyInstance,
  context: ApiContext,
  routes: DocumentRoutes<S>,
): void {
  const { kind, path } = routes
  const { documents } = context.ports
  const tags = [path.slice('/v1/'.length)]

  server.get(
    path,
    {
      schema: {
        tags,
        summary: `Every ${kind}`,
        response: answers({
          200: json('name, title, revision, etag; of one that cannot be read its problem', ListSchema),
        }),
      },
    },
    async () => {
      const names = await documents.list(kind)
      return { items: await Promise.all(names.map((name) => listedAs(documents, routes, name))) }
    },
  )

  server.get<NameRoute>(
    `${path}/:name`,
    {
      schema: {
        tags,
        summary: `One ${kind}, newest revision`,
        params: NameParams,
        response: answers({ 200: json('The document', routes.schema), 304: 'Unchanged' }, 404),
      },
    },
    async (request, reply) => {
      const revision = await readDocument(documents, kind, request.params.name)
      reply.header('etag', `"${revision.hash}"`).header('polyad-revision', revision.revision)
      if (request.headers['if-none-match'] === `"${revision.hash}"`) return reply.code(304).send()
      return revision.body
    },
  )

  server.put<NameRoute & { Body: Static<S> }>(
    `${path}/:name`,
    {
      config: { allow: routes.writers },
      schema: {
        tags,
        summary: `Write a ${kind}`,
        params: NameParams,
        body: routes.schema,
        response: answers(
          { 200: json('A new revision', WrittenSchema), 201: json('Created', WrittenSchema) },
          412,
        ),
      },
    },
    async (request, reply) => {
      const { name } = request.params
      requireName(kind, name, request.body)
      await routes.check?.(request.body as Static<S>)
      const before = await documents.read(kind, name)
      const audited = auditedDocuments(context.ports, actorOf(request.caller))
      const written = await audited.write(kind, name, request.body, preconditionOf(request))
      await refreshQuietly(context, request)
      return sendWritten(reply, written, before === undefined)
    },
  )
}

/** @throws PolyadError NOT_FOUND */
export async function readDocument(
  documents: Documents,
  kind: DocumentKind,
  name: string,
): Promise<DocumentRevision> {
  const revision = await documents.read(kind, name)
  if (!revision) throw new PolyadError('NOT_FOUND', { what: kind, name })
  return revision
}

/** Takes a change into service; a campaign that cannot be served says so in the list, not here. */
export async function refreshQuietly(context: ApiContext, request: FastifyRequest): Promise<void> {
  await context.serving
    .refresh()
    .catch((error: unknown) => request.log.error({ err: error }, 'refresh failed'))
}

async function listedAs(
  documents: Documents,
  { kind, listed }: DocumentRoutes<TSchema>,
  name: string,
): Promise<object> {
  try {
    const { body, revision, hash } = await readDocument(documents, kind, name)
    const { title } = body as { title?: string }
    return { name, title: title ?? name, revision, etag: hash, ...listed?.(name) }
  } catch (error) {
    // One broken file must not hide the others.
    if (!(error instanceof PolyadError)) throw error
    return { name, problem: error.message, ...listed?.(name) }
  }
}

function requireName(kind: DocumentKind, name: string, body: unknown): void {
  const inside = (body as { name: string }).name
  if (inside === name) return
  throw new PolyadError('INPUT_INVALID', {
    what: kind,
    where: '/name',
    problem: `"${inside}" differs from the name in the address, "${name}"`,
  })
}

/** If-Match: "HASH" replaces that revision only; If-None-Match: * creates only. */
function preconditionOf(request: FastifyRequest): { ifHash?: string | null } {
  if (request.headers['if-none-match'] === '*') return { ifHash: null }
  const match = request.headers['if-match']
  if (match === undefined || match === '*') return {}
  return { ifHash: /^"([^"]*)"$/.exec(match)?.[1] ?? match }
}

function sendWritten(reply: FastifyReply, written: DocumentRevision, created: boolean): FastifyReply {
  return reply
    .code(created ? 201 : 200)
    .header('etag', `"${written.hash}"`)
    .send({ name: written.name, revision: written.revision, etag: written.hash })
}
