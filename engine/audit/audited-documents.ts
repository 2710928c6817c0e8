import { canonicalJson } from '../../core/canonical-json.ts'
import { contentHash } from '../../core/hash.ts'
import type { AuditAction, AuditEntry } from '../ports/audit.ts'
import type { DocumentKind, Documents } from '../ports/documents.ts'
import type { Ports } from '../ports/ports.ts'

/** Who acts, as the audit log names them. */
export type Actor = Pick<AuditEntry, 'who' | 'via'>

/** What people decide. What follows from it by itself (plans, checks, ledgers, the population) is not a change of theirs. */
const AUDITED: ReadonlySet<DocumentKind> = new Set([
  'attributes',
  'segment',
  'template',
  'campaign',
  'mapping',
  'key',
  'merges',
])

/** Adds an entry to the audit log, made now. */
export function audit(
  ports: Pick<Ports, 'audit' | 'clock'>,
  actor: Actor,
  entry: Omit<AuditEntry, 'atMs' | keyof Actor>,
): Promise<void> {
  return ports.audit.append({ atMs: ports.clock.nowMs(), who: actor.who, via: actor.via, ...entry })
}

/**
 * Documents whose changes are in the audit log. The entry is durable before the change is made, so there is no change
 * without one; a change that then fails is followed by an entry that says so.
 */
export function auditedDocuments(
  ports: Pick<Ports, 'documents' | 'audit' | 'clock'>,
  actor: Actor,
): Documents {
  const { documents } = ports

  const change = async <T>(
    action: AuditAction,
    [kind, name]: readonly [DocumentKind, string],
    hashes: { readonly before: string | null; readonly after: string | null },
    work: () => Promise<T>,
  ): Promise<T> => {
    const subject = `${kind} ${name}`
    await audit(ports, actor, { action, subject, ...hashes })
    try {
      return await work()
    } catch (error) {
      await audit(ports, actor, { action: 'failed', subject })
      throw error
    }
  }

  return {
    ...documents,
    async write(kind, name, body, options = {}) {
      const write = () => documents.write(kind, name, body, options)
      if (!AUDITED.has(kind)) return write()
      const before = (await documents.read(kind, name))?.hash ?? null
      const after = contentHash(canonicalJson(body))
      const conflicts = options.ifHash !== undefined && options.ifHash !== before
      if (before === after || conflicts) return write()
      const action = kind === 'key' ? 'key-added' : 'document-written'
      return change(action, [kind, name], { before, after }, write)
    },
    async remove(kind, name) {
      const remove = () => documents.remove(kind, name)
      const before = AUDITED.has(kind) ? (await documents.read(kind, name))?.hash : undefined
      if (before === undefined) return remove()
      const action = kind === 'key' ? 'key-removed' : 'document-removed'
      return change(action, [kind, name], { before, after: null }, remove)
    },
  }
}
