import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { createDoor, requireName } from '../../core/schema.ts'
import { audit } from '../../engine/audit/audited-documents.ts'
import { type ImportReport, importMentions } from '../../engine/ingest/import-mentions.ts'
import { textTable } from '../../engine/reporting/text-table.ts'
import { readRows } from '../../io/read-rows.ts'
import { createRejectsFile } from '../../io/rejects.ts'
import { columnsOf, type Mapping, MappingSchema } from '../../segments/mapping.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { readJsonFile } from '../json-file.ts'
import { count } from '../output.ts'
import { commandActor } from '../who.ts'

const mappingDoor = createDoor('mapping', MappingSchema)

interface ImportCommandOptions {
  readonly mapping: string
  readonly replace?: boolean
  readonly workspace: string
  readonly json?: boolean
}

export function importCommand(environment: ConfigSource): Command {
  return workspaceCommand('import', 'take classified listening data into the workspace', [
    'polyad import mentions.csv.gz --mapping listening         (mappings/listening.json)',
    'polyad import tweets.csv --mapping ../mappings/tweets.json',
    'polyad import tweets.csv --mapping tweets --replace       after mending the mapping',
  ])
    .argument('<file>', 'CSV or JSONL, plain or .gz')
    .requiredOption('--mapping <mapping>', 'name of a mapping of the workspace, or a file')
    .option(
      '--replace',
      'forget everything imported before, from all files, and take this file instead; ' +
        'until the last row is read, a failure or Ctrl-C leaves what was there',
    )
    .action((file: string, options: ImportCommandOptions) =>
      invoke(environment, options, async (invocation) => {
        const workspace = await openWorkspace(invocation.config, invocation.folder, { hold: 'import' })
        try {
          const mapping = await readMapping(workspace, options.mapping)
          const replace = options.replace ?? false
          await audit(workspace.ports, commandActor(), {
            action: 'mentions-imported',
            subject: `mapping ${mapping.name}`,
            ...(replace && { note: 'in the place of all that was imported before' }),
          })
          const report = await importFile(workspace, file, mapping, { ...invocation, replace })
          if (report.rows === 0) invocation.output.note(noRows(file, mapping, replace))
          invocation.output.print(invocation.json ? JSON.stringify(report, null, 2) : importText(report))
          requireSome(file, report)
        } finally {
          await workspace.close()
        }
      }),
    )
}

/** A mapping by its name in the workspace, or, when it ends in .json, from that file. */
export async function readMapping(workspace: Workspace, nameOrFile: string): Promise<Mapping> {
  if (nameOrFile.endsWith('.json')) return mappingDoor(await readJsonFile(nameOrFile), nameOrFile)
  const document = await workspace.ports.documents.read('mapping', nameOrFile)
  if (!document) {
    const mend = 'make mappings/NAME.json, or give a file that ends in .json'
    throw new PolyadError('NOT_FOUND', { what: 'mapping', name: nameOrFile, mend })
  }
  const where = `mappings/${nameOrFile}.json`
  const mapping = mappingDoor(document.body, where)
  requireName('mapping', where, mapping.name, nameOrFile)
  return mapping
}

/**
 * Imports one file; rows that cannot be taken go to `rejects/` in the workspace, and are counted. `replace`: instead of
 * everything imported before.
 */
export async function importFile(
  workspace: Workspace,
  file: string,
  mapping: Mapping,
  options: Pick<Invocation, 'output' | 'signal'> & { readonly replace?: boolean },
): Promise<ImportReport & { readonly rejectsFile: string | undefined }> {
  const { output, signal, replace = false } = options
  const path = join(workspace.folder, 'rejects', `${basename(file)}.rejects.csv`)
  const rejects = createRejectsFile(path)
  try {
    const report = await importMentions(workspace.ports, {
      rows: readRows(file, { ...mapping.read, columns: columnsOf(mapping) }),
      mapping,
      identityKey: workspace.secrets.identityKey,
      onReject: (row) => rejects.add(row),
      onProgress: ({ rows, added, rejected }) =>
        output.progress(
          `${count(rows)} rows read, ${count(added)} mentions added, ${count(rejected)} rejected`,
        ),
      signal,
      replace,
    })
    await rejects.complete()
    return { ...report, rejectsFile: report.rejected > 0 ? path : undefined }
  } catch (error) {
    await rejects.discard()
    throw error
  }
}

/** Single bad rows stop nothing; a file of nothing else was read in a wrong way. */
function requireSome(file: string, { rows, rejected, rejectsByReason }: ImportReport): void {
  if (rejected === 0 || rejected < rows) return
  const [[reason] = ['']] = Object.entries(rejectsByReason).sort(([, a], [, b]) => b - a)
  throw new PolyadError('INPUT_INVALID', {
    what: 'file',
    where: file,
    problem: `every row was rejected, most as "${reason}"`,
    mend: 'see whether "read" and the columns of the mapping are meant for this file',
  })
}

function noRows(file: string, { read }: Mapping, replace: boolean): string {
  const has = read.format === 'csv' ? 'has a header and no rows' : 'has no rows'
  return `${file} ${has}: nothing was imported${replace ? ', and nothing imported before was forgotten' : ''}`
}

function importText(report: ImportReport & { readonly rejectsFile: string | undefined }): string {
  const { population } = report
  const rows = [
    ['read', count(report.rows)],
    ['mentions added', count(report.added)],
    ['duplicates', count(report.duplicates)],
    ...(report.forgotten === undefined ? [] : [['earlier mentions forgotten', count(report.forgotten)]]),
    ['rejected', count(report.rejected)],
    ...Object.entries(report.rejectsByReason).map(([reason, rows]) => [`  ${reason}`, count(rows)]),
    ...Object.entries(report.missingByField)
      .filter(([, missing]) => missing > 0)
      .map(([field, missing]) => [`without ${field}`, count(missing)]),
  ]
  const lines = textTable([{ heading: '' }, { heading: 'rows', numeric: true }], rows)
  if (report.rejectsFile) lines.push(`rejected rows with their line and reason: ${report.rejectsFile}`)
  const { rows: read, added, duplicates } = report
  if (read > 0 && added === 0 && duplicates === read) {
    lines.push(
      `all ${count(read)} rows were imported before; to take them again with a changed mapping use --replace`,
    )
  }
  if (population)
    lines.push(`${count(population.people)} people, ${count(population.mentions)} mentions in all`)
  return lines.join('\n')
}
