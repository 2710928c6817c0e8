import { once } from 'node:events'
import { extname } from 'node:path'
import { type Command, Option } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { loadPlan } from '../../engine/campaign/load-plan.ts'
import { type GenerateRequest, generateCampaign } from '../../engine/generate/generate.ts'
import { requireChecked } from '../../engine/guard/require-checked.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'
import { resolveSelection } from '../cover.ts'
import { count, createMeter } from '../output.ts'
import { writeOutputFile } from '../output-file.ts'
import { type AskedSelection, type SelectionOptions, selectionFrom, withSelection } from '../selection.ts'
import { nothingMeets } from '../where.ts'

interface GenerateCommandOptions extends SelectionOptions {
  readonly out: string
  readonly format?: GenerateRequest['format']
  readonly workspace: string
  readonly json?: boolean
  readonly force?: boolean
}

const STDOUT = '-'
const FORMATS = ['jsonl', 'csv', 'parquet'] as const

/** What a generation came to. */
export interface Generated {
  readonly adUnits: string
  readonly bytes: number
  readonly file: string
  /** The file was there already and nothing was done. */
  readonly wasThere: boolean
}

export function generateCommand(environment: ConfigSource): Command {
  const command = workspaceCommand('generate', 'write ad units to a file, one row each', [
    'polyad generate summer --out summer.jsonl',
    'polyad generate summer --out sample.csv --sample 1000 --seed 7',
    'polyad generate summer --out sample.csv --sample 1000 --stratify segment     as many from each segment',
    `polyad generate summer --out boxes.csv --where '{"placement": "iab-300x250"}'`,
    'polyad generate summer --out pairs.csv --cover 2 --over headline,picture,placement',
    'polyad generate summer --out summer.parquet',
    'polyad generate summer --out - --to 100 | head -1',
  ])
    .argument('<campaign>', 'name of a campaign of the workspace')
    .requiredOption(
      '--out <file>',
      'required: file to write, complete or absent; - for stdout. While it grows it is FILE.partial, and after a crash ' +
        'or Ctrl-C the same command goes on with it',
    )
    .addOption(new Option('--format <format>', 'default by the file name').choices(FORMATS))
    .option(
      '--force',
      'write anew a file that is there already, throw away what another run left half-written',
    )
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
          {
            ...invocation,
            force: options.force ?? false,
          },
        )
        const adUnits = `${count(BigInt(done.adUnits))} ad units`
        invocation.output.step(
          'generate',
          done.wasThere
            ? `nothing to do: ${done.file} has these ${adUnits} already; --force writes them anew`
            : `${adUnits} to ${done.file}`,
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
  const ending = extname(file).slice(1)
  const format = FORMATS.find((each) => each === ending)
  if (format) return format
  if (file === STDOUT) return 'jsonl'
  const problem = `"${file}" does not tell the format; name it .jsonl, .csv or .parquet, or add --format`
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
  {
    config,
    output,
    signal,
    force = false,
  }: Pick<Invocation, 'config' | 'output' | 'signal'> & {
    readonly force?: boolean
  },
): Promise<Generated> {
  const { ports, fingerprint } = workspace
  const { plan, planHash } = await loadPlan(ports, campaign, {
    publicUrl: config.publicUrl ?? '',
    fingerprint,
  })
  await requireChecked(ports, plan)
  const selection = await resolveSelection(plan, asked, { output, signal })
  let adUnits = 0n
  const meter = createMeter('ad units')
  const request: GenerateRequest = {
    plan,
    planHash,
    format,
    ...selection,
    signal,
    onProgress(done, total) {
      adUnits = done
      output.progress(meter(done, total))
    },
  }
  const noteIfNothing = (): void => {
    if (adUnits === 0n && selection.where && !selection.sample)
      output.note(nothingMeets(plan, selection.where))
  }
  if (file === STDOUT) {
    const bytes = await writeToStdout(generateCampaign(ports, request))
    noteIfNothing()
    return { adUnits: String(adUnits), bytes, file, wasThere: false }
  }
  const done = await writeOutputFile(workspace, file, { ...request, force }, { output, signal })
  noteIfNothing()
  return { adUnits: String(done.adUnits), bytes: done.bytes, file, wasThere: done.wasThere }
}
