import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditedDocuments } from '../../../engine/audit/audited-documents.ts'
import type { AuditEntry } from '../../../engine/ports/audit.ts'
import { openAudit } from '../../../store/embedded/audit.ts'
import { openDocuments } from '../../../store/embedded/documents.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyad-audit-'))
})
afterEach(() => rm(folder, { recursive: true }))

const entry = (atMs: number, subject = 'campaign spring'): AuditEntry => ({
  atMs,
  who: 'admin key abc',
  via: 'api',
  action: 'document-written',
  subject,
})

describe('the audit log', () => {
  it('gives back what was appended, in order, from a moment on, after opening it anew', async () => {
    expect(await openAudit(folder).read(0)).toEqual({ entries: [], unreadable: 0 })
    for (const atMs of [1, 2, 3]) await openAudit(folder).append(entry(atMs))
    expect((await openAudit(folder).read(2)).entries).toEqual([entry(2), entry(3)])
  })

  it('keeps entries of several writers whole', async () => {
    const writers = [openAudit(folder), openAudit(folder), openAudit(folder)]
    const long = 'x'.repeat(5_000)
    await Promise.all(
      writers.flatMap((log, writer) =>
        Array.from({ length: 30 }, (_, i) => log.append(entry(writer * 100 + i, long))),
      ),
    )
    const { entries, unreadable } = await openAudit(folder).read(0)
    expect(unreadable).toBe(0)
    expect(entries).toHaveLength(90)
    for (const writer of [0, 1, 2]) {
      const own = entries.filter(({ atMs }) => Math.floor(atMs / 100) === writer)
      expect(own.map(({ atMs }) => atMs % 100)).toEqual([...Array(30).keys()])
    }
  })

  it('counts a line that a crash cut, and goes on after it', async () => {
    const log = openAudit(folder)
    await log.append(entry(1))
    await appendFile(join(folder, '.polyad/audit.jsonl'), '{"atMs":2,"who":"adm')
    await log.append(entry(3))
    expect(await log.read(0)).toEqual({ entries: [entry(1), entry(3)], unreadable: 1 })
  })
})

describe('audited documents', () => {
  const open = async () => {
    const ports = {
      documents: await openDocuments(folder),
      audit: openAudit(folder),
      clock: { nowMs: () => 7 },
    }
    return { ports, documents: auditedDocuments(ports, { who: 'ann', via: 'command' }) }
  }
  const told = async () =>
    (await openAudit(folder).read(0)).entries.map(({ action, subject, before, after }) => [
      action,
      subject,
      before?.slice(0, 4) ?? before,
      after?.slice(0, 4) ?? after,
    ])

  it('tell every change with the hashes before and after, and nothing that changes nothing', async () => {
    const { ports, documents } = await open()
    const first = await documents.write('segment', 'west', { name: 'west', rule: { state: 'CA' } })
    await documents.write('segment', 'west', { rule: { state: 'CA' }, name: 'west' })
    const second = await documents.write('segment', 'west', { name: 'west', rule: { state: 'OR' } })
    await documents.remove('segment', 'west')
    await documents.remove('segment', 'west')
    await documents.write('plan', 'p', {})
    const [a, b] = [first.hash.slice(0, 4), second.hash.slice(0, 4)]
    expect(await told()).toEqual([
      ['document-written', 'segment west', null, a],
      ['document-written', 'segment west', a, b],
      ['document-removed', 'segment west', b, null],
    ])
    expect(await ports.documents.list('segment')).toEqual([])
  })

  it('tell of a refused change nothing, and of one that fails that it failed', async () => {
    const { ports, documents } = await open()
    await expect(documents.write('segment', 'west', {}, { ifHash: 'other' })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    const failing = { ...ports.documents, write: () => Promise.reject(new Error('disk gone')) }
    const broken = auditedDocuments({ ...ports, documents: failing }, { who: 'ann', via: 'command' })
    await expect(broken.write('segment', 'west', {})).rejects.toThrow('disk gone')
    expect((await told()).map(([action]) => action)).toEqual(['document-written', 'failed'])
  })

  it('change nothing that cannot be told', async () => {
    const { ports } = await open()
    const audit = { ...ports.audit, append: () => Promise.reject(new Error('disk full')) }
    const documents = auditedDocuments({ ...ports, audit }, { who: 'ann', via: 'command' })
    await expect(documents.write('segment', 'west', {})).rejects.toThrow('disk full')
    expect(await ports.documents.read('segment', 'west')).toBeUndefined()
    await expect(readFile(join(folder, 'segments/west.json'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
