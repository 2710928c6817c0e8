import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { audit } from '../../engine/audit/audited-documents.ts'
import { MAX_PICTURE_BYTES, pictureUses, takePicture } from '../../engine/authoring/take-picture.ts'
import { createBoundedWork } from '../bounded-work.ts'
import { actorOf } from '../callers.ts'
import type { ApiContext } from '../context.ts'
import { answers, json } from '../documented.ts'

const TakenSchema = Type.Object({
  path: Type.String({ description: 'what a campaign names as "file"' }),
  bytes: Type.Integer(),
  widthPx: Type.Integer(),
  heightPx: Type.Integer(),
})
const ListSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      path: Type.String(),
      bytes: Type.Integer(),
      uploaded: Type.Boolean(),
      usedBy: Type.Array(Type.String(), { description: 'campaigns that name it' }),
    }),
  ),
})
const NameParams = Type.Object({
  name: Type.String({ maxLength: 120, description: 'what follows assets/ in its path' }),
})
type NameRoute = { Params: Static<typeof NameParams> }

/** Decoding one takes up to 200 MB. */
const LIMITS = { atOnce: 1, waiting: 8 }

/** Pictures of the workspace: list, upload, remove. */
export async function registerAssets(parent: FastifyInstance, context: ApiContext): Promise<void> {
  const { ports } = context
  const decoding = createBoundedWork('decoding of pictures', LIMITS)
  // The parsers of this scope: a picture is the body as it is, whatever its media type claims.
  await parent.register(async (server) => {
    server.removeAllContentTypeParsers()
    server.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: MAX_PICTURE_BYTES },
      (_request: unknown, body: Buffer, done: (error: null, body: Buffer) => void) => done(null, body),
    )
    server.post<{ Body: Buffer | undefined }>(
      '/v1/assets',
      {
        bodyLimit: MAX_PICTURE_BYTES,
        config: { allow: ['creative'] },
        schema: {
          tags: ['assets'],
          summary: 'Upload a picture: the body is the JPEG, PNG, WebP or SVG itself',
          description:
            'What it is is told by its bytes. It is kept under the hash of its content; an SVG as the PNG it draws.',
          response: answers(
            { 200: json('It was there already', TakenSchema), 201: json('Kept', TakenSchema) },
            413,
            422,
            503,
          ),
        },
      },
      async (request, reply) => {
        const bytes = request.body ?? new Uint8Array(0)
        const { isNew, ...taken } = await decoding.run(() => takePicture(ports, bytes, 'the upload'))
        if (isNew) {
          await audit(ports, actorOf(request.caller), { action: 'picture-added', subject: taken.path })
        }
        return reply.code(isNew ? 201 : 200).send(taken)
      },
    )
  })

  parent.get(
    '/v1/assets',
    {
      schema: {
        tags: ['assets'],
        summary: 'The pictures of the workspace',
        response: answers({ 200: json('Path, bytes, whether uploaded, campaigns that use it', ListSchema) }),
      },
    },
    async () => {
      const [kept, uses] = await Promise.all([ports.pictures.list(), pictureUses(ports)])
      const items = kept.map(({ path, bytes, isUpload }) => ({
        path,
        bytes,
        uploaded: isUpload,
        usedBy: [...(uses.get(path) ?? [])],
      }))
      return { items }
    },
  )

  parent.delete<NameRoute>(
    '/v1/assets/:name',
    {
      config: { allow: ['creative'] },
      schema: {
        tags: ['assets'],
        summary: 'Remove an uploaded picture that no campaign uses',
        params: NameParams,
        response: answers({ 204: 'Removed' }, 404, 409),
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const path = `assets/${name}`
      const campaigns = (await pictureUses(ports)).get(path)
      if (campaigns) throw new PolyadError('ASSET_IN_USE', { path, campaigns })
      if (!(await ports.pictures.remove(name))) {
        throw new PolyadError('NOT_FOUND', { what: 'uploaded picture', name: path })
      }
      await audit(ports, actorOf(request.caller), { action: 'picture-removed', subject: path })
      return reply.code(204).send()
    },
  )
}
