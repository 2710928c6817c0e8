import { randomUUID } from 'node:crypto'
import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { isMisfit, outcomeText, type Preview, previewTemplate } from '../../engine/authoring/preview.ts'
import {
  brokenPage,
  type CellPicture,
  previewPage,
  previewPolicy,
} from '../../engine/authoring/preview-page.ts'
import { createPreviewPictures } from '../../engine/authoring/preview-pictures.ts'
import { textTable } from '../../engine/reporting/text-table.ts'
import { writeWhole } from '../../io/write-file.ts'
import { parseTemplate } from '../../templates/check-template.ts'
import { type Invocation, invoke, withExamples, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import { type ConfigSource, wholeNumber } from '../config.ts'
import { count } from '../output.ts'
import { PACKAGE_ROOT } from '../package-root.ts'
import { openPreviewServer, type ShownPreview, scriptUrlOf } from '../preview-server.ts'
import { fileChanges } from '../watch-files.ts'

interface CommonOptions {
  readonly workspace: string
  readonly json?: boolean
}

interface PreviewOptions extends CommonOptions {
  readonly watch?: boolean
  readonly out?: string
  readonly port: string
}

/** Templates the package has; one of them is what a new one is made from. */
const LIBRARY = join(PACKAGE_ROOT, 'templates/library')
const FIRST_TEMPLATE = 'photo-banner'
/** Misfits that `check` lists. */
const MAX_LISTED = 20

export function templatesCommand(environment: ConfigSource): Command {
  const group = withExamples(new Command('templates').description('make templates, check them, see them'), [
    'polyad templates new summer --from photo-banner',
    'polyad templates preview summer --watch',
  ])
  const inWorkspace = (
    options: CommonOptions,
    work: (workspace: Workspace, invocation: Invocation) => Promise<void>,
  ): Promise<void> =>
    invoke(environment, options, async (invocation) => {
      const workspace = await openWorkspace(invocation.config, invocation.folder)
      try {
        await work(workspace, invocation)
      } finally {
        await workspace.close()
      }
    })

  group.addCommand(
    workspaceCommand('new', 'a template of your own, from one there is', ['polyad templates new summer'])
      .argument('<name>', 'small letters, digits and hyphens')
      .option('--from <template>', 'a built-in template or one of the workspace', FIRST_TEMPLATE)
      .action((name: string, options: CommonOptions & { from: string }) =>
        inWorkspace(options, async (workspace, { output, json }) => {
          const file = await newTemplate(workspace, name, options.from)
          output.print(
            json
              ? JSON.stringify({ template: name, file })
              : `${file} is a copy of ${options.from}; see it while you change it with: polyad templates preview ${name} --watch`,
          )
        }),
      ),
  )
  group.addCommand(
    workspaceCommand('check', 'whether a template can be read, and what does not fit in it', [
      'polyad templates check summer',
    ])
      .argument('<name>', 'name of a template')
      .action((name: string, options: CommonOptions) =>
        inWorkspace(options, async ({ ports, fonts }, { output, json }) => {
          const found = checked(await previewTemplate(ports, name, fonts))
          output.print(json ? JSON.stringify(found, null, 2) : checkedText(name, found))
        }),
      ),
  )
  group.addCommand(
    workspaceCommand(
      'preview',
      'a page of all sizes and locales with the longest and shortest copy, and how each text fits',
      [
        'polyad templates preview summer --watch          serves the page; it reloads on save',
        'polyad templates preview summer --out summer.html',
      ],
    )
      .argument('<name>', 'name of a template')
      .option('--out <file>', 'one page that holds its pictures; default NAME.html, none with --watch')
      .option('--watch', 'serve the page on this machine, and reload it when a file is saved')
      .option('--port <n>', 'of --watch; 0 takes a free one', '0')
      .action((name: string, options: PreviewOptions) =>
        inWorkspace(options, (workspace, invocation) => preview(workspace, name, options, invocation)),
      ),
  )
  return group
}

/** Copies a template under a new name, with the pictures beside it; gives its file. */
async function newTemplate({ ports, folder }: Workspace, name: string, from: string): Promise<string> {
  const file = `templates/${name}/template.json`
  const source = await ports.documents.read('template', from)
  const names = await ports.documents.list('template')
  if (!source) {
    throw new PolyadError('NOT_FOUND', {
      what: 'template',
      name: from,
      mend: `there are ${names.join(', ')}`,
    })
  }
  if (names.includes(name)) {
    const problem = 'there is a template of this name already'
    throw new PolyadError('INPUT_INVALID', {
      what: 'template',
      where: name,
      problem,
      mend: 'choose another name',
    })
  }
  const { title: _, ...rest } = parseTemplate(source.body, `templates/${from}/template.json`)
  const body = { ...rest, name }
  // A name that is no name is told by the schema before anything is written.
  parseTemplate(body, file)
  await ports.documents.write('template', name, body, { ifHash: null })
  const [own, library] = [join(folder, 'templates', from), join(LIBRARY, from)]
  const beside = (await filesIn(own)).length > 0 ? own : library
  for (const each of await filesIn(beside)) {
    if (each !== 'template.json')
      await cp(join(beside, each), join(folder, 'templates', name, each), { recursive: true })
  }
  return file
}

function filesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

interface CheckedTemplate {
  readonly template: string
  readonly campaigns: readonly string[]
  readonly locales: readonly string[]
  readonly texts: number
  readonly misfitCount: number
  readonly misfits: readonly {
    readonly placement: string
    readonly locale: string
    readonly slot: string
    readonly copy: string
    readonly outcome: string
  }[]
  /** Placements it cannot be laid out in, and why. */
  readonly problems: readonly { readonly placement: string; readonly problem: string }[]
}

function checked({ template, campaigns, locales, cells }: Preview): CheckedTemplate {
  const misfits = cells.flatMap(({ placement, locale, length, texts }) =>
    texts.filter(isMisfit).map((report) => ({
      placement: placement.id,
      locale,
      slot: report.slot,
      copy: length,
      outcome: outcomeText(report),
    })),
  )
  const problems = new Map(
    cells.flatMap(({ placement, problem }) => (problem === undefined ? [] : [[placement.id, problem]])),
  )
  return {
    template: template.name,
    campaigns,
    locales,
    texts: cells.reduce((sum, { texts }) => sum + texts.length, 0),
    misfitCount: misfits.length,
    misfits: misfits.slice(0, MAX_LISTED),
    problems: [...problems].map(([placement, problem]) => ({ placement, problem })),
  }
}

function checkedText(name: string, found: CheckedTemplate): string {
  const { campaigns, locales, texts, misfitCount, misfits, problems } = found
  const copy = campaigns.length > 0 ? `copy of ${campaigns.join(', ')}` : 'sample copy'
  const table = textTable(
    ['placement', 'locale', 'slot', 'copy', 'outcome'].map((heading) => ({ heading, whole: true })),
    misfits.map((each) => [each.placement, each.locale, each.slot, each.copy, each.outcome]),
  )
  return [
    `${name} can be read. ${count(texts)} texts laid out in ${locales.join(', ')} (${copy}): ${misfitCount === 0 ? 'all fit as written' : `${count(misfitCount)} do not fit as written`}`,
    ...problems.map(({ placement, problem }) => `${placement}: ${problem}`),
    ...(misfits.length > 0 ? table : []),
    ...(misfitCount > misfits.length
      ? [`and ${count(misfitCount - misfits.length)} more; --watch shows all`]
      : []),
  ].join('\n')
}

async function preview(
  workspace: Workspace,
  name: string,
  { watch, out, port }: PreviewOptions,
  { output, signal }: Invocation,
): Promise<void> {
  const at = wholeNumber('--port', port, 0, 65_535)
  if (!watch) {
    const file = out ?? `${name}.html`
    await writeWhole(file, [Buffer.from(await wholePage(workspace, name))], { signal })
    return output.print(`${file} shows ${name}`)
  }
  const first = await shownPreview(workspace, name)
  const server = await openPreviewServer(first, at)
  try {
    if (out) await writeWhole(out, [Buffer.from(await wholePage(workspace, name))], { signal })
    output.print(`${server.url} shows ${name} and reloads when a file is saved; Ctrl-C ends it`)
    for await (const _ of fileChanges(watchedFolders(workspace, name), signal)) {
      server.show(await shownPreview(workspace, name))
      if (out) {
        const page = await wholePage(workspace, name).catch((error: unknown) => brokenPage(name, told(error)))
        await writeWhole(out, [Buffer.from(page)])
      }
    }
  } finally {
    await server.close()
  }
}

/** Where what a preview shows is kept. */
function watchedFolders({ folder }: Workspace, name: string): string[] {
  const own = ['campaigns', 'segments', 'assets', `templates/${name}`].map((each) => join(folder, each))
  return [...own, join(LIBRARY, name)]
}

/** The page as it is served; a template that cannot be read is told on it, and so is a broken campaign. */
async function shownPreview({ ports, fonts }: Workspace, name: string): Promise<ShownPreview> {
  const version = randomUUID()
  const scriptUrl = scriptUrlOf(version)
  const policy = previewPolicy(scriptUrl)
  try {
    const made = await previewTemplate(ports, name, fonts)
    const draw = createPreviewPictures(ports, made.template, fonts)
    const numbers = new Map(made.cells.map((cell, number) => [cell, number]))
    const html = previewPage(made, {
      scriptUrl,
      picture: (cell) => ({ src: `/pictures/${numbers.get(cell)}.png`, problem: undefined }),
    })
    return {
      version,
      html,
      policy,
      async picture(number) {
        const cell = made.cells[number]
        return cell && draw(cell)
      },
    }
  } catch (error) {
    return { version, html: brokenPage(name, told(error), scriptUrl), policy, picture: async () => undefined }
  }
}

function told(error: unknown): string {
  if (error instanceof PolyadError) return error.message
  throw error
}

async function wholePage({ ports, fonts }: Workspace, name: string): Promise<string> {
  const made = await previewTemplate(ports, name, fonts)
  const draw = createPreviewPictures(ports, made.template, fonts)
  const pictures = new Map<unknown, CellPicture>()
  for (const cell of made.cells) {
    const drawn = await draw(cell)
    pictures.set(
      cell,
      'png' in drawn
        ? { src: `data:image/png;base64,${Buffer.from(drawn.png).toString('base64')}`, problem: undefined }
        : { src: undefined, problem: drawn.problem },
    )
  }
  return previewPage(made, { picture: (cell) => pictures.get(cell)! })
}
