import { once } from 'node:events'
import { extname } from 'node:path'
import { type Command, Option } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { loadPlan } from '../../engine/campaign/load-plan.ts'
import { type GenerateRequest, generateCampaign } from '../../engine/generate/generate.ts'
import { requireChecked } from '../../engine/guard/require-checked.ts'
import { writeWhole } from '../../io/write-file.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { resolveSelection } from '../cover.ts'
import { count } from '../output.ts'
import { type AskedSelection, type SelectionOptions, selectionFrom, withSelection } from '../selection.ts'
import { nothingMeets } from '../where.ts'

interface GenerateCommandOptions extends SelectionOptions {
  readonly out: string
  readonly format?: GenerateRequest['format']
  readonly workspace: string
  readonly json?: boolean
}

const STDOUT = '-'

/** What a generation came to. */
export interface Generated {
  readonly adUnits: string
  readonly bytes: number
  readonly file: string
}

export function generateCommand(environment: ConfigSource): Command {
  const command = workspaceCommand('generate', 'write ad units to a file, one row each', [
    'polyad generate summer --out summer.jsonl',
    'polyad generate summer --out sample.csv --sample 1000 --seed 7',
    'polyad generate summer --out sample.csv --sample 1000 --stratify segment     as many from each segment',
    `polyad generate summer --out boxes.csv --where '{"placement": "iab-300x250"}'`,
    'polyad generate summer --out pairs.csv --cover 2 --over headline,picture,placement',
    'polyad generate summer --out - --to 100 | head -1',
  ])
    .argument('<campaign>', 'name of a campaign of the workspace')
    .requiredOption('--out <file>', 'required: file to write, complete or absent; - for stdout')
    .addOption(new Option('--format <format>', 'default by the file name').choices(['jsonl', 'csv']))
  return withSelection(command).action((campaign: string, options: GenerateCommandOptions) =>
    invoke(environment, options, async (invocation) => {
      const workspace = await openWorkspace(invocation.config, invocation.folder)
      try {
        const format = options.format ?? formatOf(options.out)
        const startMs = performance.now()
        const done = await generateFile(
          workspace,
          campaign,
          options.out,
          format,
          await selectionFrom(options),
          invocation,
        )
        invocation.output.step(
          'generate',
          `${count(BigInt(done.adUnits))} ad units to ${done.file}`,
          performance.now() - startMs,
        )
        if (invocation.json && done.file !== STDOUT) invocation.output.print(JSON.stringify(done, null, 2))
      } finally {
        await workspace.close()
      }
    }),
  )
}

/** @throws PolyadError INPUT_INVALID for a name that tells no format */
function formatOf(file: string): GenerateRequest['format'] {
  const ending = extname(file)
  if (ending === '.csv') return 'csv'
  if (ending === '.jsonl' || file === STDOUT) return 'jsonl'
  const problem = `"${file}" does not tell the format; name it .jsonl or .csv, or add --format`
  throw new PolyadError('INPUT_INVALID', { what: 'option', where: '--out', problem })
}

async function writeToStdout(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  for await (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain')
    bytes += chunk.byteLength
  }
  return bytes
}

/** Writes the selected ad units of the newest revision, if its check lets it. */
export async function generateFile(
  workspace: Workspace,
  campaign: string,
  file: string,
  format: GenerateRequest['format'],
  asked: AskedSelection,
  { config, output, signal }: Pick<Invocation, 'config' | 'output' | 'signal'>,
): Promise<Generated> {
  const { ports, fingerprint } = workspace
  const { plan, planHash } = await loadPlan(ports, campaign, {
    publicUrl: config.publicUrl ?? '',
    fingerprint,
  })
  await requireChecked(ports, plan)
  const selection = await resolveSelection(plan, asked, { output, signal })
  let adUnits = 0n
  const startMs = performance.now()
  const rows = generateCampaign(ports, {
    plan,
    planHash,
    format,
    ...selection,
    signal,
    onProgress(done, total) {
      adUnits = done
      const rate = Number(done) / ((performance.now() - startMs) / 1000)
      output.progress(`${count(done)} of ${count(total)} ad units, ${count(Math.round(rate))} a second`)
    },
  })
  const bytes = file === STDOUT ? await writeToStdout(rows) : await writeWhole(file, rows, { signal })
  if (adUnits === 0n && selection.where && !selection.sample) output.note(nothingMeets(plan, selection.where))
  return { adUnits: String(adUnits), bytes, file }
}
