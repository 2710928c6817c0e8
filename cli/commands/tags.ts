import { type Command, Option } from 'commander'
import { PolyadError } from '../../core/errors.ts'
import { AD_SERVERS, AD_SERVERS_AS_OF } from '../../data/ad-servers.ts'
import { PLACEMENTS } from '../../data/placements.ts'
import { parseCampaign } from '../../engine/campaign/validate-campaign.ts'
import { type Depth, type Tag, tagMarkup } from '../../engine/tags/tag-markup.ts'
import { signTag } from '../../engine/tags/tag-token.ts'
import { holderOf } from '../../store/embedded/hold-workspace.ts'
import { requireCanvas } from '../../templates/placement.ts'
import { type Invocation, invoke, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import { type ConfigSource, publicUrlFrom } from '../config.ts'

interface TagsOptions {
  readonly placement: string
  readonly adServer?: string
  readonly depth?: '0' | '1' | '2'
  readonly publicUrl?: string
  readonly workspace: string
  readonly json?: boolean
}

export function tagsCommand(environment: ConfigSource): Command {
  return workspaceCommand('tags', 'print the ad tags of a placement, to paste into an ad server or a page', [
    'polyad tags summer --placement iab-300x250 --public-url https://ads.example.com',
    'polyad tags summer --placement iab-300x250 --ad-server dv360 --json',
  ])
    .argument('<campaign>', 'name of the campaign')
    .requiredOption('--placement <id>', 'required: a placement of the campaign')
    .option('--ad-server <name>', `whose click macro to put in: ${Object.keys(AD_SERVERS).join(', ')}`)
    .addOption(
      new Option(
        '--depth <times>',
        'how often its click address is encoded; default what suits the tag',
      ).choices(['0', '1', '2']),
    )
    .option(
      '--public-url <url>',
      'where the tags find the server; default POLYAD_PUBLIC_URL, or the one running',
    )
    .action((campaign: string, options: TagsOptions) =>
      invoke(environment, options, async (invocation) => {
        const { json, output } = invocation
        const publicUrl = await publicUrlOf(options, invocation)
        const { placement, script, iframe } = await tagsOf(campaign, options, publicUrl, invocation)
        if (publicUrl.startsWith('http:')) {
          output.note(`${publicUrl} is not https: pages that are will not show its ads`)
        }
        const { id, widthPx, heightPx } = placement
        const adServer = options.adServer ?? null
        const macrosAsOf = adServer && AD_SERVERS_AS_OF
        const found = { campaign, placement: id, widthPx, heightPx, publicUrl, adServer, macrosAsOf }
        const text = [`script${told(script)}:`, script.markup, '', `iframe${told(iframe)}:`, iframe.markup]
        output.print(json ? JSON.stringify({ ...found, script, iframe }) : text.join('\n'))
      }),
    )
}

function told({ depth }: Tag): string {
  return depth === null ? '' : ` (the ad server's click address comes encoded ${depth} times)`
}

async function tagsOf(name: string, options: TagsOptions, publicUrl: string, { config, folder }: Invocation) {
  const workspace = await openWorkspace(config, folder)
  try {
    const document = await workspace.ports.documents.read('campaign', name)
    if (!document) {
      throw new PolyadError('NOT_FOUND', { what: 'campaign', name, mend: `write campaigns/${name}.json` })
    }
    const { placements } = parseCampaign(document.body, name)
    const placement = placements.includes(options.placement) ? PLACEMENTS.get(options.placement) : undefined
    if (!placement) {
      throw new PolyadError('INPUT_INVALID', {
        what: 'option',
        where: '--placement',
        problem: `campaign ${name} has no placement "${options.placement}"`,
        mend: `it has ${placements.join(', ')}`,
      })
    }
    requireCanvas(placement)
    const token = signTag(workspace.secrets.tokenKey, { campaign: name, placement: placement.id })
    const tags = tagMarkup({
      publicUrl,
      token,
      placement,
      ...(options.adServer !== undefined && { adServer: options.adServer }),
      ...(options.depth !== undefined && { depth: Number(options.depth) as Depth }),
    })
    return { placement, ...tags }
  } finally {
    await workspace.close()
  }
}

/** A tag outlives the server that runs now, so its own address is the last that is tried. */
async function publicUrlOf(options: TagsOptions, { config, folder }: Invocation): Promise<string> {
  const url =
    publicUrlFrom('--public-url', options.publicUrl) ?? config.publicUrl ?? (await holderOf(folder))?.url
  if (url) return url
  throw new PolyadError('INPUT_INVALID', {
    what: 'option',
    where: '--public-url',
    problem: 'nothing says where the tags will find the server',
    mend: 'give the address that polyad serve --public-url is given',
  })
}
