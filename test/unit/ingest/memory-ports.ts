import { canonicalJson } from '../../../core/canonical-json.ts'
import { contentHash } from '../../../core/hash.ts'
import type { DocumentRevision } from '../../../engine/ports/documents.ts'
import type { Appended } from '../../../engine/ports/mentions.ts'
import type { Ports } from '../../../engine/ports/ports.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import type { Mention } from '../../../segments/mention.ts'

type IngestPorts = Pick<Ports, 'documents' | 'blobs' | 'mentions'>

/** The ports an import needs, in memory: the embedded store's threads would be most of these tests' time. */
export function memoryPorts(catalogue: AttributeCatalogue | undefined): IngestPorts & {
  readonly blobsByHash: Map<string, Uint8Array>
} {
  const documents = new Map<string, DocumentRevision>()
  const blobsByHash = new Map<string, Uint8Array>()
  let mentions = new Map<string, Mention>()

  const write: Ports['documents']['write'] = async (kind, name, body) => {
    const hash = contentHash(canonicalJson(body))
    const revision = (documents.get(`${kind}/${name}`)?.revision ?? 0) + 1
    const written: DocumentRevision = { kind, name, revision, hash, atMs: 0, body }
    documents.set(`${kind}/${name}`, written)
    return written
  }
  if (catalogue) write('attributes', 'attributes', catalogue)

  return {
    blobsByHash,
    documents: {
      write,
      read: async (kind, name) => documents.get(`${kind}/${name}`),
      look: async (kind, name) => documents.get(`${kind}/${name}`),
      readRevision: async () => undefined,
      list: async () => [],
      async remove(kind, name) {
        documents.delete(`${kind}/${name}`)
      },
    },
    blobs: {
      async put(bytes) {
        const hash = contentHash(bytes)
        blobsByHash.set(hash, bytes)
        return hash
      },
      get: async (hash) => blobsByHash.get(hash),
      has: async (hash) => blobsByHash.has(hash),
    },
    mentions: {
      append: async (batch) => addTo(mentions, batch),
      async startReplacement() {
        const next = new Map<string, Mention>()
        return {
          append: async (batch) => addTo(next, batch),
          async commit() {
            mentions = next
          },
        }
      },
      async *scanByAuthor(batchRows) {
        const order = ({ author, atMs, key }: Mention) =>
          `${author} ${String(atMs ?? 0).padStart(20, '0')} ${key}`
        const sorted = [...mentions.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1))
        for (let i = 0; i < sorted.length; i += batchRows) yield sorted.slice(i, i + batchRows)
      },
      count: async () => ({
        mentions: mentions.size,
        authors: new Set([...mentions.values()].map(({ author }) => author)).size,
      }),
    },
  }
}

function addTo(mentions: Map<string, Mention>, batch: readonly Mention[]): Appended {
  const before = mentions.size
  for (const mention of batch) if (!mentions.has(mention.key)) mentions.set(mention.key, mention)
  const added = mentions.size - before
  return { added, duplicates: batch.length - added }
}
