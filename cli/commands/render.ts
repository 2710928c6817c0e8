import { type Command, Option } from 'commander'
import { loadPlan } from '../../engine/campaign/load-plan.ts'
import type { RenderRecord } from '../../engine/generate/render-into-zip.ts'
import type { RenderFormat, RenderSettings } from '../../engine/generate/render-range.ts'
import { requireChecked } from '../../engine/guard/require-checked.ts'
import type { ChromaSubsampling } from '../../templates/jpeg/encode.ts'
import { firstQuality } from '../../templates/raster.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import { type ConfigSource, wholeNumber } from '../config.ts'
import { resolveSelection } from '../cover.ts'
import { count } from '../output.ts'
import { writeRendered } from '../render-output.ts'
import { type AskedSelection, type SelectionOptions, selectionFrom, withSelection } from '../selection.ts'
import { nothingMeets } from '../where.ts'

const FORMATS: readonly RenderFormat[] = ['jpeg', 'png', 'webp', 'avif', 'html', 'html-zip', 'native']

interface RenderCommandOptions extends SelectionOptions {
  readonly out: string
  readonly format: RenderFormat
  readonly quality?: string
  readonly smallest?: boolean
  readonly force?: boolean
  readonly chroma: ChromaSubsampling
  readonly workspace: string
  readonly json?: boolean
}

/** What a rendering came to. */
export interface Rendered {
  /** Pictures made at a lower quality than asked for, to be within the weight limit of their placement. */
  readonly lowered: { readonly pictures: number; readonly lowestQuality: number } | undefined
  readonly pictures: number
  readonly bytes: number
  readonly out: string
  /** All of it was there already, and nothing was made. */
  readonly wasThere: boolean
}

export function renderCommand(environment: ConfigSource): Command {
  const command = workspaceCommand('render', 'draw ad units as pictures, into a folder or a zip file', [
    'polyad render summer --out pictures --sample 50',
    'polyad render summer --out pairs --cover 2',
    'polyad render summer --out summer.zip --from 0 --to 1000 --format png',
    `polyad render summer --out boxes --where '{"placement": "iab-300x250"}' --sample 50 --stratify segment`,
  ])
    .argument('<campaign>', 'name of a campaign of the workspace')
    .requiredOption(
      '--out <dir|file.zip>',
      'required: folder, or a file that ends in .zip; after a crash or Ctrl-C the same command goes on with it',
    )
    .addOption(
      new Option(
        '--format <format>',
        'picture; html: one self-contained file; html-zip: what ad servers take; native: JSON',
      )
        .choices(FORMATS)
        .default('jpeg'),
    )
    .option(
      '--quality <n>',
      'quality to start from, 1 to 100, not of PNG; lowered where a placement has a weight limit',
    )
    .option(
      '--smallest',
      'JPEG: fewest bytes instead of the fastest: every picture is encoded whole (mozjpeg)',
    )
    .addOption(
      new Option('--chroma <subsampling>', 'JPEG: 4:4:4 keeps coloured text sharp, and takes more bytes')
        .choices(['4:2:0', '4:4:4'])
        .default('4:2:0'),
    )
    .option('--force', 'make anew what is there already, throw away what another run left half-written')
  return withSelection(command).action((campaign: string, options: RenderCommandOptions) =>
    invoke(environment, options, async (invocation) => {
      const workspace = await openWorkspace(invocation.config, invocation.folder)
      try {
        const { format, smallest, chroma } = options
        const quality = options.quality && wholeNumber('--quality', options.quality, 1, 100)
        const picture = { format, smallest, chromaSubsampling: chroma, ...(quality && { quality }) }
        const startMs = performance.now()
        const done = await renderFiles(
          workspace,
          campaign,
          options.out,
          picture,
          await selectionFrom(options),
          { ...invocation, force: options.force ?? false },
        )
        invocation.output.step(
          'render',
          done.wasThere
            ? `nothing to do: ${done.out} has these ${count(done.pictures)} pictures already; --force makes them anew`
            : `${count(done.pictures)} pictures to ${done.out}`,
          performance.now() - startMs,
        )
        if (invocation.json) invocation.output.print(JSON.stringify(done, null, 2))
      } finally {
        await workspace.close()
      }
    }),
  )
}

/** Draws the selected ad units of the newest revision, if its check lets it. */
export async function renderFiles(
  workspace: Workspace,
  campaign: string,
  out: string,
  picture: RenderSettings,
  asked: AskedSelection,
  {
    config,
    output,
    signal,
    force = false,
  }: Pick<Invocation, 'config' | 'output' | 'signal'> & { readonly force?: boolean },
): Promise<Rendered> {
  const { ports, fingerprint } = workspace
  const { plan, planHash } = await loadPlan(ports, campaign, {
    publicUrl: config.publicUrl ?? '',
    fingerprint,
  })
  await requireChecked(ports, plan)
  const selection = await resolveSelection(plan, asked, { output, signal })
  const request = {
    plan,
    planHash,
    ...picture,
    ...selection,
    force,
    onProgress: (done: bigint, total: bigint) =>
      output.progress(`${count(done)} of ${count(total)} pictures`),
  }
  const { records, ...written } = await writeRendered(workspace, out, request, { output, signal })
  const done: Rendered = { ...written, out, lowered: loweredOf(records ?? [], picture) }
  if (done.lowered) {
    output.note(
      `${count(done.lowered.pictures)} of ${count(done.pictures)} pictures have a lower quality than ${firstQuality(picture)} (lowest ${done.lowered.lowestQuality}), to be within the weight limit of their placement`,
    )
  }
  if (done.pictures === 0 && selection.where && !selection.sample)
    output.note(nothingMeets(plan, selection.where))
  return done
}

function loweredOf(records: readonly RenderRecord[], asked: RenderSettings): Rendered['lowered'] {
  const first = firstQuality(asked)
  if (first === undefined) return undefined
  const lower = records.flatMap(({ quality }) => (quality !== undefined && quality < first ? [quality] : []))
  if (lower.length === 0) return undefined
  return { pictures: lower.length, lowestQuality: lower.reduce((least, each) => Math.min(least, each)) }
}
