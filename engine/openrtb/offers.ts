import type { Placement } from '../../templates/placement.ts'
import type { BidSettings } from '../campaign/bid-settings.ts'
import type { DecisionAnswer } from '../decision/answer.ts'
import { bannerForm, bannerMarkup } from './banner-markup.ts'
import type { BidRequest, Imp } from './bid-request.ts'
import { canFill, nativeMarkup } from './native-markup.ts'
import { type NativeRequest, parseNativeRequest } from './native-request.ts'
import { furthest, type NoBidReason } from './no-bid.ts'
import { takesAttributes } from './restrictions.ts'

/** An imp with its native request read. */
export interface ReadImp {
  readonly imp: Imp
  readonly native: NativeRequest | undefined
  /** A screen in public: what we count is people. */
  readonly inPublic: boolean
}

/** One way to fill an imp. */
export interface Offer {
  readonly kind: 'banner' | 'native'
  readonly placement: Placement
  /** The `adm` of an ad; undefined when this ad does not fit after all. */
  markup(
    answer: DecisionAnswer,
    more: { readonly clickUrl: string; readonly publicUrl: string; readonly adUnit: string },
  ): string | undefined
}

/** @throws PolyadError INPUT_INVALID for a native request that is none */
export function readImp(imp: Imp, { dooh }: BidRequest): ReadImp {
  const native = imp.native
    ? parseNativeRequest(imp.native.request, `imp ${JSON.stringify(imp.id)}`)
    : undefined
  return { imp, native, inPublic: dooh !== null && dooh !== undefined }
}

/**
 * The ways a campaign can fill an imp, the exchange's first size first; the reason is of those that it cannot.
 *
 * @param placements of the campaign
 */
export function offersOf(
  read: ReadImp,
  placements: readonly Placement[],
  settings: BidSettings,
): { readonly offers: readonly Offer[]; readonly reason: NoBidReason } {
  if (read.inPublic) return { offers: [], reason: 'format' }
  const banner = bannerOffers(read, placements, settings)
  const native = nativeOffers(read, placements, settings)
  return {
    offers: [...banner.offers, ...native.offers],
    reason: furthest(banner.reason, native.reason),
  }
}

interface Offers {
  readonly offers: readonly Offer[]
  readonly reason: NoBidReason
}

function bannerOffers({ imp }: ReadImp, placements: readonly Placement[], settings: BidSettings): Offers {
  const { banner } = imp
  if (!banner) return none('format')
  const sizes = sizesOf(banner)
  const fitting = sizes.flatMap(({ w, h }) =>
    placements.filter(({ widthPx, heightPx }) => widthPx === w && heightPx === h),
  )
  if (fitting.length === 0) return none('size')
  if (!takesAttributes(banner.battr, settings)) return none('attribute')
  const form = bannerForm(banner)
  if (!form) return none('ad-type')
  return {
    reason: 'format',
    offers: fitting.map((placement) => ({
      kind: 'banner',
      placement,
      markup: (answer, { clickUrl, publicUrl }) =>
        bannerMarkup(form, banner, answer, { clickUrl, publicUrl }),
    })),
  }
}

function nativeOffers(
  { imp, native }: ReadImp,
  placements: readonly Placement[],
  settings: BidSettings,
): Offers {
  if (!native || !settings.native) return none('format')
  const { native: own } = settings
  const placement = placements.find(({ id }) => id === own.placement)
  if (!placement) return none('size')
  if (!takesAttributes(imp.native?.battr, settings)) return none('attribute')
  if (!canFill(native, own)) return none('native')
  return {
    reason: 'format',
    offers: [
      {
        kind: 'native',
        placement,
        markup: (answer, { clickUrl, publicUrl, adUnit }) =>
          nativeMarkup(native, own, answer, {
            click: clickUrl,
            pictureBase: `${publicUrl}/v1/ad-units/${adUnit}/pictures`,
          }),
      },
    ],
  }
}

function none(reason: NoBidReason): Offers {
  return { offers: [], reason }
}

/** The sizes a banner may have: those of `format`, else the one of `w` and `h`. A ratio is no size. */
function sizesOf(banner: NonNullable<Imp['banner']>): readonly { readonly w: number; readonly h: number }[] {
  const format = banner.format ?? []
  const sizes = format.length > 0 ? format : [banner]
  return sizes.flatMap(({ w, h }) => (typeof w === 'number' && typeof h === 'number' ? [{ w, h }] : []))
}
