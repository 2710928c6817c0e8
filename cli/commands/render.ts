import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { loadPlan } from '../../engine/campaign/load-plan.ts'
import { renderCampaign } from '../../engine/generate/render.ts'
import type { RenderedFile } from '../../engine/generate/render-frames.ts'
import { requireChecked } from '../../engine/guard/require-checked.ts'
import { makeFolder, writeWhole } from '../../io/write-file.ts'
import { writeZip } from '../../io/zip.ts'
import type { PictureFormat } from '../../templates/raster.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import { type ConfigSource, wholeNumber } from '../config.ts'
import { resolveSelection } from '../cover.ts'
import { count } from '../output.ts'
import { type AskedSelection, type SelectionOptions, selectionFrom, withSelection } from '../selection.ts'
import { nothingMeets } from '../where.ts'

interface RenderCommandOptions extends SelectionOptions {
  readonly out: string
  readonly format: PictureFormat
  readonly quality?: string
  readonly workspace: string
  readonly json?: boolean
}

/** What a rendering came to. */
export interface Rendered {
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
    .addOption(new Option('--format <format>', 'picture format').choices(['jpeg', 'png']).default('jpeg'))
    .option(
      '--quality <n>',
      'JPEG quality to start from, 1 to 100; lowered where a placement has a weight limit',
    )
  return withSelection(command).action((campaign: string, options: RenderCommandOptions) =>
    invoke(environment, options, async (invocation) => {
      const workspace = await openWorkspace(invocation.config, invocation.folder)
      try {
        const { format, quality } = options
        const picture = { format, ...(quality && { quality: wholeNumber('--quality', quality, 1, 100) }) }
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
  picture: { readonly format: PictureFormat; readonly quality?: number },
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
  const done = await writeFiles(files, out, signal)
  if (done.pictures === 0 && selection.where && !selection.sample)
    output.note(nothingMeets(plan, selection.where))
  return done
}

/** Into a zip file or a folder, as `out` says. */
async function writeFiles(
  files: AsyncIterable<RenderedFile>,
  out: string,
  signal: AbortSignal,
): Promise<Rendered> {
  if (out.endsWith('.zip')) {
    const { entries, bytes } = await writeZip(out, files, { signal })
    return { pictures: entries, bytes, out }
  }
  await makeFolder(out)
  let pictures = 0
  let bytes = 0
  for await (const file of files) {
    bytes += await writeWhole(join(out, file.name), [file.bytes], { signal })
    pictures++
  }
  return { pictures, bytes, out }
}
