import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { base32FromDigits } from '../core/base32.ts'
import { PolyadError } from '../core/errors.ts'
import { createDoor } from '../core/schema.ts'
import type { Ports } from '../engine/ports/ports.ts'

export const ROLES = ['creative', 'buyer', 'analyst', 'exchange', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** What a key lets its holder do: a role's work, or decisions by context for pages of these origins. */
export type Grant = { readonly role: Role } | { readonly origins: readonly string[] }

const KeyDocumentSchema = Type.Object(
  {
    id: Type.String(),
    /** SHA-256 of the secret. A secret has 256 bits of chance, so a fast hash is enough. */
    secretHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    grant: Type.Union([
      Type.Object(
        { role: Type.Union(ROLES.map((role) => Type.Literal(role))) },
        { additionalProperties: false },
      ),
      Type.Object(
        {
          origins: Type.Array(
            Type.String({
              pattern: '^https?://[^/\\s]+$',
              maxLength: 300,
              description: 'an origin such as https://shop.example',
            }),
            {
              minItems: 1,
              maxItems: 100,
            },
          ),
        },
        { additionalProperties: false },
      ),
    ]),
    createdAtMs: Type.Integer(),
  },
  { additionalProperties: false },
)
export type KeyDocument = Static<typeof KeyDocumentSchema>

const keyDoor = createDoor('key', KeyDocumentSchema)

/**
 * Makes a key: a role key (secret) or a site key (public, bound to origins such as https://shop.example).
 *
 * @returns the key's id and its text, which is told here once and kept only as a hash
 * @throws PolyadError INPUT_INVALID for something that is no origin
 */
export async function createKey(
  ports: Pick<Ports, 'documents' | 'clock'>,
  grant: Grant,
): Promise<{ readonly id: string; readonly key: string }> {
  const id = base32FromDigits(Array.from(randomBytes(12), (byte) => byte & 31))
  const secret = randomBytes(32).toString('base64url')
  const document = keyDoor(
    { id, secretHash: hashOf(secret).toString('hex'), grant, createdAtMs: ports.clock.nowMs() },
    'grant',
  )
  await ports.documents.write('key', id, document, { ifHash: null })
  return { id, key: `polyad_${id}_${secret}` }
}

/** The keys there are, in the order of their ids; never a secret. */
export async function listKeys(ports: Pick<Ports, 'documents'>): Promise<readonly KeyDocument[]> {
  const names = await ports.documents.list('key')
  const found = await Promise.all(names.map((name) => readKey(ports, name)))
  return found.filter((key) => key !== undefined)
}

/**
 * Takes a key back.
 *
 * @throws PolyadError NOT_FOUND
 */
export async function removeKey(ports: Pick<Ports, 'documents'>, id: string): Promise<void> {
  if (!(await readKey(ports, id))) {
    throw new PolyadError('NOT_FOUND', { what: 'key', name: id, mend: '"polyad keys list" shows their ids' })
  }
  await ports.documents.remove('key', id)
}

/** The key a text stands for, undefined when it is none of ours or was removed. */
export async function findKey(
  ports: Pick<Ports, 'documents'>,
  text: string,
): Promise<KeyDocument | undefined> {
  const [, id, secret] = /^polyad_([0-9a-z]{12})_([\w-]{43})$/.exec(text) ?? []
  if (id === undefined || secret === undefined) return undefined
  const key = await readKey(ports, id)
  if (!key || !timingSafeEqual(hashOf(secret), Buffer.from(key.secretHash, 'hex'))) return undefined
  return key
}

async function readKey(ports: Pick<Ports, 'documents'>, id: string): Promise<KeyDocument | undefined> {
  const document = await ports.documents.read('key', id)
  return document && keyDoor(document.body, `key ${id}`)
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
