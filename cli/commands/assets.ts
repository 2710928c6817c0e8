import { extname } from 'node:path'
import { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { type AssetImport, importAssets } from '../../engine/authoring/import-assets.ts'
import type { RowOrReject } from '../../engine/ingest/row.ts'
import { readRows } from '../../io/read-rows.ts'
import { xlsxRows } from '../../io/xlsx-rows.ts'
import { invoke, withExamples, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { count } from '../output.ts'

interface ImportOptions {
  readonly workspace: string
  readonly json?: boolean
  readonly dryRun?: boolean
  readonly retireMissing?: boolean
}

/** Changes that are listed; --json has all. */
const LISTED = 50

export function assetsCommand(environment: ConfigSource): Command {
  const group = withExamples(new Command('assets').description("a campaign's options from a sheet"), [
    'polyad assets import summer headlines.xlsx --dry-run',
  ])
  group.addCommand(
    workspaceCommand(
      'import',
      'take the rows of a sheet as options of a campaign: all, or none when one is wrong',
      [
        'polyad assets import summer options.csv --dry-run     what would change',
        'polyad assets import summer options.xlsx',
        'polyad assets import summer options.jsonl --retire-missing',
      ],
    )
      .argument('<campaign>', 'name of a campaign of the workspace')
      .argument(
        '<file>',
        '.csv, .xlsx (first sheet) or .jsonl with the columns slot, id, text.LOCALE, file, colour, when, group, retired',
      )
      .option('--dry-run', 'tell what would change, and write nothing')
      .option(
        '--retire-missing',
        'options that the sheet does not name are no longer used; their ids stay theirs',
      )
      .action((campaign: string, file: string, options: ImportOptions) =>
        invoke(environment, options, async ({ config, folder, json, output }) => {
          const rows = sheetRows(file)
          const workspace = await openWorkspace(config, folder)
          try {
            const done = await importAssets(workspace.ports, campaign, rows, {
              sheet: file,
              dryRun: options.dryRun ?? false,
              retireMissing: options.retireMissing ?? false,
            })
            output.print(json ? JSON.stringify(done, null, 2) : importText(done, options.dryRun ?? false))
          } finally {
            await workspace.close()
          }
        }),
      ),
  )
  return group
}

function sheetRows(file: string): AsyncIterable<RowOrReject> {
  switch (extname(file.replace(/\.gz$/, '')).toLowerCase()) {
    case '.xlsx':
      return xlsxRows(file)
    case '.csv':
      return readRows(file, { format: 'csv' })
    case '.tsv':
      return readRows(file, { format: 'csv', delimiter: '\t' })
    case '.jsonl':
    case '.ndjson':
      return readRows(file, { format: 'jsonl' })
    default: {
      const problem = 'its name tells no format that is read here; name it .csv, .tsv, .xlsx or .jsonl'
      throw new PolyadError('INPUT_INVALID', { what: 'sheet', where: file, problem })
    }
  }
}

function importText(
  { campaign, rows, changes, unchanged, missing, groups, written }: AssetImport,
  dryRun: boolean,
): string {
  const by = (kind: string) => changes.filter((each) => each.kind === kind).length
  const retired = by('retired')
  const result =
    changes.length + groups.length === 0
      ? 'nothing to change'
      : written
        ? `campaigns/${campaign}.json is written`
        : 'nothing is written'
  return [
    ...changes
      .slice(0, LISTED)
      .map(
        ({ kind, slot, asset, fields }) =>
          `${kind.padEnd(8)} ${slot}/${asset}${fields.length > 0 ? `: ${fields.join(', ')}` : ''}`,
      ),
    ...(changes.length > LISTED ? [`and ${count(changes.length - LISTED)} more; --json lists all`] : []),
    ...(groups.length > 0 ? [`groups changed: ${groups.slice(0, LISTED).join(', ')}`] : []),
    `${count(rows)} rows: ${count(by('added'))} added, ${count(by('changed'))} changed, ${count(retired)} retired, ${count(unchanged)} as they were; ${result}`,
    ...(missing > retired
      ? [
          `${count(missing)} options of these slots are not in the sheet and stay; --retire-missing retires them`,
        ]
      : []),
    ...(dryRun && changes.length > 0 ? ['leave out --dry-run to write it'] : []),
  ].join('\n')
}
