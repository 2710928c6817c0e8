import type { SlotValues } from '../../templates/slot-values.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { clickThroughUrl } from './click-through.ts'
import { placementOf } from './unit-scene.ts'

/** Of data assets and pictures, by OpenRTB Native 1.2. */
const DATA = { sponsored: 1, desc: 2, ctatext: 12 } as const
const IMAGE = { icon: 1, main: 3 } as const

/**
 * An ad unit as the JSON of a native ad (OpenRTB Native 1.2, section 5), with what names it beside. Which slot is what
 * follows the campaign's `bid.native`; without it the first text is the title, the others descriptions, the first
 * picture the main one and the others icons. A picture's address is the server's (`--public-url`), or, for a run into
 * files, its path in the workspace.
 *
 * @see https://github.com/InteractiveAdvertisingBureau/Native-Ads
 */
export function nativeJson(plan: Plan, unit: AdUnit, id: string, values: SlotValues): string {
  const { widthPx, heightPx } = placementOf(plan, unit)
  const assets = assetsOf(plan, values).map(([slot, kind], at) => {
    const value = slot === undefined ? undefined : values[slot]
    if (kind === 'main' || kind === 'icon') {
      const file = value?.kind === 'image' ? value.file : ''
      const url = plan.publicUrl
        ? `${plan.publicUrl}/v1/ad-units/${id}/pictures/${slot}.jpg?w=${widthPx}&h=${heightPx}`
        : file
      return { id: at + 1, img: { type: IMAGE[kind], url, w: widthPx, h: heightPx } }
    }
    const text =
      slot === undefined ? plan.campaign.bid!.native!.sponsoredBy : value?.kind === 'text' ? value.text : ''
    return kind === 'title'
      ? { id: at + 1, title: { text } }
      : { id: at + 1, data: { type: DATA[kind], value: text } }
  })
  const native = { ver: '1.2', assets, link: { url: clickThroughUrl(plan, unit.segment, id) } }
  const { locale, placement } = unit
  return `${JSON.stringify({ id, campaign: plan.campaign.name, revision: plan.revision, locale, placement, native })}\n`
}

type Kind = 'title' | keyof typeof DATA | keyof typeof IMAGE

/** Slots that have a value here and what they are, in the order of the assets; no slot: the sponsor's name. */
function assetsOf(
  { campaign }: Plan,
  values: SlotValues,
): (readonly [slot: string | undefined, kind: Kind])[] {
  const isThere = (slot: string | undefined): slot is string =>
    slot !== undefined && Object.hasOwn(values, slot)
  const settings = campaign.bid?.native
  if (settings) {
    const named: (readonly [string | undefined, Kind])[] = [
      [settings.title, 'title'],
      [settings.image, 'main'],
      [settings.icon, 'icon'],
      [settings.description, 'desc'],
      [settings.callToAction, 'ctatext'],
    ]
    return [...named.filter(([slot]) => isThere(slot)), [undefined, 'sponsored']]
  }
  const ofKind = (kind: string) =>
    campaign.slots.map(({ slot }) => slot).filter((slot) => isThere(slot) && values[slot]!.kind === kind)
  return [
    ...ofKind('text').map((slot, at) => [slot, at === 0 ? 'title' : 'desc'] as const),
    ...ofKind('image').map((slot, at) => [slot, at === 0 ? 'main' : 'icon'] as const),
  ]
}
