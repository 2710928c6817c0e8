import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { loadPlan } from '../../engine/campaign/load-plan.ts'
import { renderCampaign } from '../../engine/generate/render.ts'
import type { RenderedFile } from '../../engine/generate/render-frames.ts'
import type { RenderFormat, RenderSettings } from '../../engine/generate/render-range.ts'
import { requireChecked } from '../../engine/guard/require-checked.ts'
import { makeFolder, writeWhole } from '../../io/write-file.ts'
import { writeZip } from '../../io/zip.ts'
import type { ChromaSubsampling } from '../../templates/jpeg/encode.ts'
import { firstQuality } from '../../templates/raster.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import { type ConfigSource, wholeNumber } from '../config.ts'
import { resolveSelection } from '../cover.ts'
import { count } from '../output.ts'
import { type AskedSelection, type SelectionOptions, selectionFrom, withSelection } from '../selection.ts'
import { nothingMeets } from '../where.ts'

const FORMATS: readonly RenderFormat[] = ['jpeg', 'png', 'webp', 'avif', 'html', 'html-zip', 'native']

interface RenderCommandOptions extends SelectionOptions {
  readonly out: string
  readonly format: RenderFormat
  readonly quality?: string
  readonly smallest?: boolean
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
}

export function renderCommand(environment: ConfigSource): Command {
  const command = workspaceCommand('render', 'draw ad units as pictures, into a folder or a zip file', [
    'polyad render summer --out pictures --sample 50',
    'polyad render summer --out pairs --cover 2',
    'polyad render summer --out summer.zip --from 0 --to 1000 --format png',
    `polyad render summer --out boxes --where '{"placement": "iab-300x250"}' --sample 50 --stratify segment`,
  ])
    .argument('<campaign>', 'name of a campaign of the workspace')
    .requiredOption('--out <dir|file.zip>', 'required: folder, or a file that ends in .zip')
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
          invocation,
        )
        invocation.output.step(
          'render',
          `${count(done.pictures)} pictures to ${done.out}`,
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
  { config, output, signal }: Pick<Invocation, 'config' | 'output' | 'signal'>,
): Promise<Rendered> {
  const { ports, fingerprint } = workspace
  const { plan, planHash } = await loadPlan(ports, campaign, {
    publicUrl: config.publicUrl ?? '',
    fingerprint,
  })
  await requireChecked(ports, plan)
  const selection = await resolveSelection(plan, asked, { output, signal })
  const files = renderCampaign(ports, {
    plan,
    planHash,
    ...picture,
    ...selection,
    signal,
    onProgress: (done, total) => output.progress(`${count(done)} of ${count(total)} pictures`),
  })
  const done = await writeFiles(files, out, picture, signal)
  if (done.lowered) {
    output.note(
      `${count(done.lowered.pictures)} of ${count(done.pictures)} pictures have a lower quality than ${firstQuality(picture)} (lowest ${done.lowered.lowestQuality}), to be within the weight limit of their placement`,
    )
  }
  if (done.pictures === 0 && selection.where && !selection.sample)
    output.note(nothingMeets(plan, selection.where))
  return done
}

/** Into a zip file or a folder, as `out` says. */
async function writeFiles(
  files: AsyncIterable<RenderedFile>,
  out: string,
  asked: RenderSettings,
  signal: AbortSignal,
): Promise<Rendered> {
  const first = firstQuality(asked)
  let lower = 0
  let lowestQuality = first ?? 0
  let pictures = 0
  const counted = async function* (): AsyncGenerator<RenderedFile> {
    for await (const file of files) {
      pictures++
      if (file.quality !== undefined && first !== undefined && file.quality < first) {
        lower++
        lowestQuality = Math.min(lowestQuality, file.quality)
      }
      yield file
    }
  }
  const bytes = out.endsWith('.zip')
    ? (await writeZip(out, counted(), { signal })).bytes
    : await writeFolder(out, counted(), signal)
  return { pictures, bytes, out, lowered: lower > 0 ? { pictures: lower, lowestQuality } : undefined }
}

async function writeFolder(
  out: string,
  files: AsyncIterable<RenderedFile>,
  signal: AbortSignal,
): Promise<number> {
  await makeFolder(out)
  let bytes = 0
  for await (const file of files) bytes += await writeWhole(join(out, file.name), [file.bytes], { signal })
  return bytes
}
