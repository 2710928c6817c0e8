import { escapeAttribute } from '../../templates/escape.ts'
import type { DecisionAnswer } from '../decision/answer.ts'
import { adFrame, impressionPixel, viewableScript } from '../decision/formats.ts'
import type { Imp } from './bid-request.ts'

type Banner = NonNullable<Imp['banner']>

/** OpenRTB 2.6, banner ad types. */
const BANNER = 2
const JAVASCRIPT = 3
const IFRAME = 4

/** How a banner is written: as a picture in a link, or as a frame of the ad's document. */
export type BannerForm = 'picture' | 'frame'

/** The form a publisher takes, the lighter first; undefined: neither. */
export function bannerForm({ btype, mimes }: Banner): BannerForm | undefined {
  const blocked = btype ?? []
  const takes = (mime: RegExp) => !mimes || mimes.length === 0 || mimes.some((each) => mime.test(each))
  if (!blocked.includes(BANNER) && takes(/^image\/jpe?g$/i)) return 'picture'
  return !blocked.includes(IFRAME) && takes(/^text\/html$/i) ? 'frame' : undefined
}

/**
 * A banner as the HTML of `adm`: the ad with its link and impression pixel, and, where scripts are not blocked, the
 * script that measures whether it was viewable.
 *
 * @param clickUrl where the link goes; it may hold a macro
 */
export function bannerMarkup(
  form: BannerForm,
  { btype }: Banner,
  answer: DecisionAnswer,
  { clickUrl, publicUrl }: { readonly clickUrl: string; readonly publicUrl: string },
): string {
  const { widthPx, heightPx } = answer
  const size = `width="${widthPx}" height="${heightPx}"`
  const link = `href="${escapeAttribute(clickUrl)}" target="_blank" rel="noopener"`
  const shown =
    form === 'picture'
      ? `<a ${link}><img src="${escapeAttribute(answer.image)}" ${size} alt="" style="border:0;display:block"></a>${impressionPixel(answer.impression)}`
      : // Its document has the pixel and a link of its own; the one laid over it is the exchange's.
        adFrame({ html: answer.html!, widthPx, heightPx }) +
        `<a ${link} aria-label="Advertisement" style="position:absolute;left:0;top:0;width:100%;height:100%"></a>`
  const ad = `<div style="position:relative;width:${widthPx}px;height:${heightPx}px">${shown}</div>`
  if ((btype ?? []).includes(JAVASCRIPT)) return ad
  return ad + viewableScript(publicUrl, answer.viewable, widthPx, heightPx)
}
