import { escapeAttribute } from '../../templates/escape.ts'
import type { Plan } from '../campaign/plan.ts'
import { viewableShare } from '../tracking/viewable.ts'
import type { DecisionAnswer } from './answer.ts'

/**
 * What an answer has besides values and addresses. json: nothing. html: `markup`, to be put into a page as it is.
 * native: `native`, for whoever draws the ad.
 */
export const ANSWER_FORMATS = ['json', 'html', 'native'] as const
export type AnswerFormat = (typeof ANSWER_FORMATS)[number]

/** As OpenRTB Native Ads 1.2 writes a response, with the slot each asset is of. */
export interface NativeAnswer {
  readonly ver: '1.2'
  readonly assets: readonly NativeAsset[]
  readonly link?: { readonly url: string }
  readonly eventtrackers: readonly { readonly event: number; readonly method: 1; readonly url: string }[]
}

type NativeAsset = { readonly id: number; readonly ext?: { readonly slot: string } } & (
  | { readonly title: { readonly text: string } }
  | { readonly data: { readonly value: string } }
  | { readonly img: { readonly url: string; readonly w: number; readonly h: number } }
)

/** What the formats are made of: an answer, also one without trackers. */
export type Formatted = Pick<
  DecisionAnswer,
  'adUnit' | 'widthPx' | 'heightPx' | 'fields' | 'image' | 'html' | 'click'
> & {
  readonly impression: string | null
  readonly viewable: string | null
}

/** What the format asked for adds to an answer. */
export function formatted(
  answer: Formatted,
  plan: Plan,
  format: AnswerFormat,
): { readonly markup?: string; readonly native?: NativeAnswer } {
  switch (format) {
    case 'json':
      return {}
    case 'html':
      return { markup: markupOf(answer, plan.publicUrl) }
    case 'native':
      return { native: nativeOf(answer, plan) }
  }
}

/** A frame of the ad's document, which has its link and impression pixel. */
export function adFrame({
  html,
  widthPx,
  heightPx,
}: Pick<Formatted, 'widthPx' | 'heightPx'> & { readonly html: string }): string {
  return (
    `<iframe src="${escapeAttribute(html)}" width="${widthPx}" height="${heightPx}" title="Advertisement" ` +
    'scrolling="no" frameborder="0" sandbox="allow-popups allow-popups-to-escape-sandbox" style="border:0"></iframe>'
  )
}

/** An impression pixel beside what is shown. */
export function impressionPixel(url: string): string {
  return `<img src="${escapeAttribute(url)}" width="1" height="1" alt="" style="position:absolute;opacity:0">`
}

/** The script that measures whether the element before it was seen. */
export function viewableScript(
  publicUrl: string,
  viewable: string,
  widthPx: number,
  heightPx: number,
): string {
  const measured = `data-viewable="${escapeAttribute(viewable)}" data-share="${viewableShare(widthPx, heightPx)}"`
  return `<script async src="${escapeAttribute(publicUrl)}/v1/tag.js" ${measured}></script>`
}

function markupOf(
  { html, image, impression, viewable, widthPx, heightPx }: Formatted,
  publicUrl: string,
): string {
  // A house ad is a picture alone.
  const shown =
    html === null
      ? `<img src="${escapeAttribute(image)}" width="${widthPx}" height="${heightPx}" alt="" style="border:0;display:block">` +
        (impression === null ? '' : impressionPixel(impression))
      : adFrame({ html, widthPx, heightPx })
  const ad = `<div style="position:relative;width:${widthPx}px;height:${heightPx}px">${shown}</div>`
  return viewable === null ? ad : ad + viewableScript(publicUrl, viewable, widthPx, heightPx)
}

const EVENT = { impression: 1, viewable: 2 } as const
const METHOD_IMG = 1

/** A house ad is one picture; a campaign's ad one asset a slot, in the campaign's order. */
function nativeOf(answer: Formatted, plan: Plan): NativeAnswer {
  const { adUnit, image, widthPx: w, heightPx: h, click } = answer
  const assets =
    adUnit === null
      ? [{ id: 1, img: { url: image, w, h } }]
      : plan.campaign.slots.flatMap(({ slot }, at) => assetOf(answer, plan, slot, at + 1) ?? [])
  const tracker = (event: number, url: string | null) =>
    url === null ? [] : [{ event, method: METHOD_IMG, url } as const]
  return {
    ver: '1.2',
    assets,
    ...(click !== null && { link: { url: click } }),
    eventtrackers: [
      ...tracker(EVENT.impression, answer.impression),
      ...tracker(EVENT.viewable, answer.viewable),
    ],
  }
}

/**
 * The slot that the campaign's `bid.native` calls the title as `title`, a picture as `img` cropped to the placement (its
 * address takes any other `w` and `h`), other texts and colours as `data`. Undefined for a slot that is absent.
 */
function assetOf(
  { adUnit, fields, widthPx: w, heightPx: h }: Formatted,
  { campaign, publicUrl }: Plan,
  slot: string,
  id: number,
): NativeAsset | undefined {
  const value = fields[slot]
  const asset = { id, ext: { slot } }
  switch (value?.kind) {
    case 'text':
      return slot === campaign.bid?.native?.title
        ? { ...asset, title: { text: value.text } }
        : { ...asset, data: { value: value.text } }
    case 'colour':
      return { ...asset, data: { value: value.colour } }
    case 'image':
      return {
        ...asset,
        img: { url: `${publicUrl}/v1/ad-units/${adUnit}/pictures/${slot}.jpg?w=${w}&h=${h}`, w, h },
      }
    case undefined:
      return undefined
  }
}
