import type { SlotValues } from '../../templates/slot-values.ts'
import type { BidSettings } from '../campaign/bid-settings.ts'
import type { DecisionAnswer } from '../decision/answer.ts'
import type { NativeAsset, NativeRequest } from './native-request.ts'

type NativeSettings = NonNullable<BidSettings['native']>

/** Of data assets: what they are, and the setting whose slot says it. */
const DATA = { sponsored: 1, desc: 2, ctatext: 12 } as const
const IMAGE = { icon: 1, main: 3 } as const
const EVENT = { impression: 1, viewable: 2 } as const
const METHOD_IMG = 1

/** What is asked for where a request leaves the size open: a main picture of 1.91:1, an icon of 1:1. */
const OPEN_SIZE = { main: { ratio: 1.91, heightPx: 627 }, icon: { ratio: 1, heightPx: 100 } } as const
/** Longest side of a picture that is made. */
export const LONGEST_SIDE_PX = 2_000

/** Whether the settings have a slot or a text for every asset that must be there, whatever is in it. */
export function canFill({ assets }: NativeRequest, settings: NativeSettings): boolean {
  return assets.every((asset) => asset.required !== 1 || isOffered(asset, settings))
}

function isOffered({ title, img, data }: NativeAsset, settings: NativeSettings): boolean {
  if (title) return true
  if (img)
    return imageSlot(img.type, settings) !== undefined && sizeOf(img) !== undefined && takesJpeg(img.mimes)
  switch (data?.type) {
    case DATA.sponsored:
      return true
    case DATA.desc:
      return settings.description !== undefined
    case DATA.ctatext:
      return settings.callToAction !== undefined
    default:
      return false
  }
}

/**
 * A native ad as the JSON text of `adm`. Trackers are told the way the request offers: as event trackers, before 1.2 as
 * impression trackers.
 *
 * @returns undefined when a text that must be there is missing or longer than the exchange shows: nothing is cut
 */
export function nativeMarkup(
  request: NativeRequest,
  settings: NativeSettings,
  answer: DecisionAnswer,
  addresses: { readonly click: string; readonly pictureBase: string },
): string | undefined {
  const assets: object[] = []
  for (const asset of request.assets) {
    const filled = fill(asset, settings, answer.fields, addresses.pictureBase)
    if (filled) assets.push({ id: asset.id, required: asset.required ?? 0, ...filled })
    else if (asset.required === 1) return undefined
  }
  const native = {
    ver: request.ver ?? '1.2',
    assets,
    link: { url: addresses.click },
    ...trackersOf(request, answer),
  }
  return JSON.stringify(request.wrapped ? { native } : native)
}

function fill(
  { title, img, data }: NativeAsset,
  settings: NativeSettings,
  fields: SlotValues,
  pictureBase: string,
): object | undefined {
  if (title) {
    const text = textOf(fields, settings.title, title.len)
    return text === undefined ? undefined : { title: { text } }
  }
  if (img) {
    const slot = imageSlot(img.type, settings)
    const size = sizeOf(img)
    if (slot === undefined || fields[slot]?.kind !== 'image' || !size || !takesJpeg(img.mimes))
      return undefined
    const { w, h } = size
    return { img: { url: `${pictureBase}/${slot}.jpg?w=${w}&h=${h}`, w, h } }
  }
  const value = data && dataOf(data.type, settings, fields, data.len)
  return value === undefined ? undefined : { data: { value } }
}

function dataOf(
  type: number,
  settings: NativeSettings,
  fields: SlotValues,
  most: number | null | undefined,
): string | undefined {
  switch (type) {
    case DATA.sponsored:
      return within(settings.sponsoredBy, most)
    case DATA.desc:
      return textOf(fields, settings.description, most)
    case DATA.ctatext:
      return textOf(fields, settings.callToAction, most)
    default:
      return undefined
  }
}

function textOf(
  fields: SlotValues,
  slot: string | undefined,
  most: number | null | undefined,
): string | undefined {
  const value = slot === undefined ? undefined : fields[slot]
  return value?.kind === 'text' ? within(value.text, most) : undefined
}

/** A length is of characters as people count them. */
function within(text: string, most: number | null | undefined): string | undefined {
  return text !== '' && [...text].length <= (most ?? Infinity) ? text : undefined
}

/** A picture whose type is not told is the main one. */
function imageSlot(type: number | null | undefined, { image, icon }: NativeSettings): string | undefined {
  if (type === IMAGE.icon) return icon
  return type === IMAGE.main || type === null || type === undefined ? image : undefined
}

/** The size asked for: exact, else the least, with the side that is open by the usual ratio. */
function sizeOf(img: NonNullable<NativeAsset['img']>): { w: number; h: number } | undefined {
  const { ratio, heightPx } = img.type === IMAGE.icon ? OPEN_SIZE.icon : OPEN_SIZE.main
  const wide = img.w ?? img.wmin ?? undefined
  const high = img.h ?? img.hmin ?? undefined
  const h = high ?? (wide === undefined ? heightPx : Math.round(wide / ratio))
  const w = wide ?? Math.round(h * ratio)
  return w >= 1 && h >= 1 && Math.max(w, h) <= LONGEST_SIDE_PX ? { w, h } : undefined
}

function takesJpeg(mimes: readonly string[] | null | undefined): boolean {
  return !mimes || mimes.length === 0 || mimes.some((mime) => /^image\/jpe?g$/i.test(mime))
}

function trackersOf({ eventtrackers }: NativeRequest, { impression, viewable }: DecisionAnswer): object {
  if (!eventtrackers) return { imptrackers: [impression] }
  const offers = (event: number) =>
    eventtrackers.some((each) => each.event === event && (each.methods?.includes(METHOD_IMG) ?? true))
  const tracker = (event: number, url: string) => (offers(event) ? [{ event, method: METHOD_IMG, url }] : [])
  return {
    eventtrackers: [...tracker(EVENT.impression, impression), ...tracker(EVENT.viewable, viewable)],
    // Without an impression there would be nothing to count.
    ...(offers(EVENT.impression) ? {} : { imptrackers: [impression] }),
  }
}
