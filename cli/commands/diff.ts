import { extname } from 'node:path'
import { type Command, Option } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { changedCsv, changedJsonl } from '../../engine/diff/changed-rows.ts'
import {
  CHANGE_KINDS,
  type ChangedUnit,
  type ChangeKind,
  changedUnits,
} from '../../engine/diff/changed-units.ts'
import { type CampaignDiff, diffCampaign } from '../../engine/diff/diff-campaign.ts'
import { diffText } from '../../engine/diff/diff-text.ts'
import { writeWhole } from '../../io/write-file.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { count } from '../output.ts'
import { revisionPair } from '../revision-pair.ts'

interface DiffCommandOptions {
  readonly by?: string
  readonly out?: string
  readonly format?: 'jsonl' | 'csv'
  readonly kind?: ChangeKind
  readonly workspace: string
  readonly json?: boolean
}

export function diffCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'diff',
    'which ad units were added, removed and changed between two revisions of a campaign, and by what',
    [
      'polyad diff summer@3 summer@4          or: summer@3 @4',
      'polyad diff summer@3                   against the newest, as the workspace has it now',
      'polyad diff summer                     the newest against the revision before',
      'polyad diff summer@3 --by headline',
      'polyad diff summer@3 @4 --out changed.csv --kind changed',
    ],
  )
    .argument('<before>', 'CAMPAIGN@REVISION, as it was last compiled (by check, generate, render, serve)')
    .argument('[after]', 'CAMPAIGN@REVISION or @REVISION; default the newest, as the workspace has it now')
    .option('--by <dimension>', 'list the counts by segment, locale, placement or a slot, too')
    .option(
      '--out <file>',
      'write the ad units themselves, one row each: kind, id, rank before and after, choices',
    )
    .addOption(new Option('--format <format>', 'of the file; default by its name').choices(['jsonl', 'csv']))
    .addOption(new Option('--kind <kind>', 'write only these to the file').choices([...CHANGE_KINDS]))
    .addHelpText(
      'after',
      '\nadded: an id the second revision makes and the first does not; removed: the other way round; changed: an id of\n' +
        'both that shows another text, picture, colour, layout, size or link.',
    )
    .action((before: string, after: string | undefined, options: DiffCommandOptions) =>
      invoke(environment, options, async (invocation) => {
        const pair = revisionPair(before, after)
        const { out } = options
        const format = out === undefined ? undefined : (options.format ?? formatOf(out))
        const workspace = await openWorkspace(invocation.config, invocation.folder)
        try {
          const { fingerprint, ports } = workspace
          const diff = await diffCampaign(ports, { ...pair, fingerprint })
          // Before anything is written: a dimension that is not there ends the command.
          const text = diffText(diff.report, options.by)
          const written =
            out !== undefined && format
              ? await writeUnits(diff, { ...options, out, format }, invocation)
              : undefined
          const { json, output } = invocation
          output.print(json ? JSON.stringify({ ...diff.report, ...(written && { written }) }, null, 2) : text)
          if (written) output.note(`${count(BigInt(written.rows))} ad units in ${written.file}`)
        } finally {
          await workspace.close()
        }
      }),
    )
}

/** What `--out` wrote. */
interface Written {
  readonly file: string
  readonly rows: string
  readonly bytes: number
}

/** Rows between two looks at the clock. */
const ROWS_PER_LOOK = 10_000n

async function writeUnits(
  { comparison, report }: CampaignDiff,
  options: { readonly out: string; readonly format: 'jsonl' | 'csv'; readonly kind?: ChangeKind },
  { output, signal }: Pick<Invocation, 'output' | 'signal'>,
): Promise<Written> {
  const { out, format, kind } = options
  const kinds: readonly ChangeKind[] = kind === undefined ? CHANGE_KINDS : [kind]
  const total = kinds.reduce((sum, each) => sum + BigInt(report.adUnits[each]), 0n)
  let rows = 0n
  function* counting(): Generator<ChangedUnit> {
    for (const unit of changedUnits(comparison, kinds)) {
      rows++
      if (rows % ROWS_PER_LOOK === 0n) output.progress(`${count(rows)} of ${count(total)} ad units`)
      yield unit
    }
  }
  const write = format === 'csv' ? changedCsv : changedJsonl
  const bytes = await writeWhole(out, write(comparison, counting()), { signal })
  return { file: out, rows: String(rows), bytes }
}

/** @throws PolyadError INPUT_INVALID for a name that tells no format */
function formatOf(file: string): 'jsonl' | 'csv' {
  const ending = extname(file)
  if (ending === '.csv') return 'csv'
  if (ending === '.jsonl') return 'jsonl'
  const problem = `"${file}" does not tell the format; name it .jsonl or .csv, or add --format`
  throw new PolyadError('INPUT_INVALID', { what: 'option', where: '--out', problem })
}
