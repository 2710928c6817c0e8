import { PolyadError } from '../../core/errors.ts'
import { AD_SERVERS, type AdServerRow } from '../../data/ad-servers.ts'
import { nearestName } from '../../rules/nearest-name.ts'
import { escapeAttribute } from '../../templates/escape.ts'
import type { Placement } from '../../templates/placement.ts'

/** How often an address is percent-encoded. */
export type Depth = 0 | 1 | 2
const DEPTHS: readonly Depth[] = [0, 1, 2]

/** Markup to paste into an ad server. */
export interface Tag {
  readonly markup: string
  /** How often the click address in it is encoded; null: it has none. */
  readonly depth: Depth | null
}

export interface TagParts {
  /** Base of the server's addresses, no trailing slash. */
  readonly publicUrl: string
  /** From signTag. */
  readonly token: string
  readonly placement: Pick<Placement, 'widthPx' | 'heightPx'>
  /** A key of AD_SERVERS; undefined: a page that counts no clicks of its own. */
  readonly adServer?: string
  /** How often the click address is to be encoded, where the tag passes through other hands; default what fits. */
  readonly depth?: Depth
}

/**
 * The two tags of a placement: a script, and an iframe for where scripts are not taken.
 *
 * The ad server's click address comes where its macro stands and is put before ours in the link of the ad. In the script
 * tag it is an attribute, in the iframe the end of a fragment, so it is never sent to us.
 *
 * @throws PolyadError INPUT_INVALID for an ad server that is not known, or has no macro of that depth
 */
export function tagMarkup(parts: TagParts): { readonly script: Tag; readonly iframe: Tag } {
  const adServer = parts.adServer === undefined ? undefined : adServerOf(parts.adServer)
  const base = escapeAttribute(parts.publicUrl)
  const { widthPx, heightPx } = parts.placement
  const buster = adServer?.cacheBuster

  const ofScript = clickOf(parts, adServer, 0)
  const attributes = [
    `data-polyad="${parts.token}"`,
    ...(ofScript ? [`data-click="${ofScript.macro}"`, `data-depth="${ofScript.depth}"`] : []),
    ...(buster === undefined ? [] : [`data-cb="${buster}"`]),
  ]
  const ofIframe = clickOf(parts, adServer, 1)
  const fragment = [
    `tag=${parts.token}`,
    ...(buster === undefined ? [] : [`cb=${buster}`]),
    // Last, since an address that is not encoded may hold anything.
    ...(ofIframe ? [`depth=${ofIframe.depth}`, `click=${ofIframe.macro}`] : []),
  ].join('&amp;')
  return {
    script: {
      markup: `<script async src="${base}/v1/tag.js" ${attributes.join(' ')}></script>`,
      depth: ofScript?.depth ?? null,
    },
    iframe: {
      markup:
        `<iframe src="${base}/v1/tag.html#${fragment}" width="${widthPx}" height="${heightPx}" ` +
        'title="Advertisement" scrolling="no" frameborder="0" style="border:0"></iframe>',
      depth: ofIframe?.depth ?? null,
    },
  }
}

/**
 * An ad server of AD_SERVERS by its name.
 *
 * @throws PolyadError INPUT_INVALID
 */
export function adServerOf(name: string): AdServerRow {
  const row = Object.hasOwn(AD_SERVERS, name) ? AD_SERVERS[name] : undefined
  if (row) return row
  const known = Object.keys(AD_SERVERS)
  const near = nearestName(name, known)
  throw new PolyadError('INPUT_INVALID', {
    what: 'ad server',
    where: `"${name}"`,
    problem: 'it is not known',
    mend: `${near === undefined ? '' : `did you mean ${near}? `}known are ${known.join(', ')}`,
  })
}

/** The macro of the depth asked for, else of the one that suits the tag best, else any. */
function clickOf(
  { adServer: name, depth }: TagParts,
  adServer: AdServerRow | undefined,
  best: Depth,
): { readonly macro: string; readonly depth: Depth } | undefined {
  if (!adServer) return undefined
  const has = DEPTHS.filter((each) => adServer.click[each] !== undefined)
  const chosen = depth ?? (has.includes(best) ? best : has[0]!)
  const macro = adServer.click[chosen]
  if (macro !== undefined) return { macro, depth: chosen }
  throw new PolyadError('INPUT_INVALID', {
    what: 'tag',
    where: 'depth',
    problem: `${name} has no click macro that is encoded ${chosen} times`,
    mend: `it has them encoded ${has.join(', ')} times`,
  })
}
