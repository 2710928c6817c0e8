import { canonicalJson } from '../../../core/canonical-json.ts'
import { PolyadError } from '../../../core/errors.ts'
import { contentHash } from '../../../core/hash.ts'
import type { DocumentKind, DocumentRevision, Documents } from '../../../engine/ports/documents.ts'

/** Documents in memory, for tests of what only reads and writes a few. */
export function memoryDocuments(
  bodies: readonly (readonly [DocumentKind, string, unknown])[] = [],
): Documents {
  const revisions = new Map<string, DocumentRevision[]>()
  const write: Documents['write'] = async (kind, name, body, options) => {
    const known = revisions.get(`${kind} ${name}`) ?? []
    const newest = known.at(-1)
    if (options?.ifHash !== undefined && options.ifHash !== (newest?.hash ?? null)) {
      throw new PolyadError('CONFLICT', { what: kind, name })
    }
    const hash = contentHash(canonicalJson(body))
    if (newest?.hash === hash) return newest
    const revision = { kind, name, revision: known.length + 1, hash, atMs: 0, body }
    revisions.set(`${kind} ${name}`, [...known, revision])
    return revision
  }
  for (const [kind, name, body] of bodies) void write(kind, name, body)
  return {
    list: async (kind) =>
      [...revisions.keys()]
        .filter((key) => key.startsWith(`${kind} `))
        .map((key) => key.slice(kind.length + 1))
        .sort(),
    read: async (kind, name) => revisions.get(`${kind} ${name}`)?.at(-1),
    look: async (kind, name) => {
      const { body: _, ...entry } = revisions.get(`${kind} ${name}`)?.at(-1) ?? { body: undefined }
      return 'hash' in entry ? entry : undefined
    },
    readRevision: async (kind, name, revision) => revisions.get(`${kind} ${name}`)?.[revision - 1],
    write,
    remove: async (kind, name) => {
      revisions.delete(`${kind} ${name}`)
    },
  }
}
