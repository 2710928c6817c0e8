import type { Command } from 'commander'
import { momentFrom } from '../../core/time.ts'
import type { AuditEntry } from '../../engine/ports/audit.ts'
import { textTable } from '../../engine/reporting/text-table.ts'
import { findWorkspace } from '../../io/workspace.ts'
import { openAudit } from '../../store/embedded/audit.ts'
import { invoke, workspaceCommand } from '../command.ts'
import type { ConfigSource } from '../config.ts'

const COLUMNS = ['when', 'who', 'by', 'did', 'what', 'note'].map((heading) => ({ heading, whole: true }))
const SHORT_HASH = 8

export function auditCommand(environment: ConfigSource): Command {
  return workspaceCommand('audit', 'who changed what, by the API and by commands', [
    'polyad audit --since 2026-06-01',
    'polyad audit --json',
  ])
    .option('--since <time>', 'a day (UTC) or a moment, ISO 8601; default: from the first')
    .action((options: { workspace: string; json?: boolean; since?: string }) =>
      invoke(environment, options, async ({ folder, json, output }) => {
        const sinceMs = options.since === undefined ? 0 : momentFrom(options.since, '--since')
        const workspace = await findWorkspace(folder)
        const { entries, unreadable } = await openAudit(workspace.folder).read(sinceMs)
        if (unreadable > 0) output.note(`${unreadable} lines cannot be read: a crash cut them`)
        if (json) return output.print(JSON.stringify(entries, null, 2))
        output.print(
          entries.length > 0 ? textTable(COLUMNS, entries.map(rowOf)).join('\n') : 'nothing was changed',
        )
      }),
    )
}

function rowOf({ atMs, who, via, action, subject, before, after, note = '' }: AuditEntry): string[] {
  const hashes = before === undefined || after === undefined ? '' : `${short(before)} -> ${short(after)}`
  return [
    new Date(atMs).toISOString(),
    who,
    via,
    action,
    subject,
    [hashes, note].filter((part) => part !== '').join('; '),
  ]
}

function short(hash: string | null): string {
  return hash === null ? 'none' : hash.slice(0, SHORT_HASH)
}
