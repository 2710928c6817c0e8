import { type HtmlCreative, htmlCreative } from '../../templates/html-creative.ts'
import type { Renderer } from '../../templates/raster.ts'
import type { Scene } from '../../templates/scene.ts'
import type { Plan } from '../campaign/plan.ts'
import type { AdUnit } from '../space/ad-unit.ts'
import { clickThroughUrl } from './click-through.ts'
import { placementOf } from './unit-scene.ts'

/**
 * An ad unit as an HTML5 creative, within the weight limit of its placement.
 *
 * @throws PolyadError PICTURE_TOO_LARGE, and as htmlCreative
 */
export function unitHtmlCreative(
  plan: Plan,
  unit: AdUnit,
  id: string,
  scene: Scene,
  renderer: Renderer,
  options: { readonly selfContained: boolean; readonly quality?: number | undefined },
): Promise<HtmlCreative> {
  const { campaign } = plan
  return htmlCreative(scene, renderer, {
    ...options,
    clickUrl: clickThroughUrl(plan, unit.segment, id),
    locale: unit.locale,
    title: campaign.title ?? campaign.name,
    maxBytes: placementOf(plan, unit).maxBytes,
  })
}
