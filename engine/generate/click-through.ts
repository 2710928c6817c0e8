import type { Plan } from '../campaign/plan.ts'

/**
 * The landing page around the ad unit's id, with the campaign's parameters after its own query and before its fragment.
 * A segment goes by its ordinal: names of segments would tell the landing page what is thought of the person.
 */
export function clickThrough(
  plan: Plan,
  segment: string,
): { readonly beforeId: string; readonly afterId: string } {
  const { landingUrl, name } = plan.campaign
  const hash = landingUrl.indexOf('#')
  const page = hash < 0 ? landingUrl : landingUrl.slice(0, hash)
  const fragment = hash < 0 ? '' : landingUrl.slice(hash)
  const joint = !page.includes('?') ? '?' : /[?&]$/.test(page) ? '' : '&'
  const campaign = encodeURIComponent(name.toLowerCase())
  return {
    beforeId: `${page}${joint}utm_source=polyad&utm_medium=display&utm_campaign=${campaign}&utm_content=`,
    afterId: `&utm_term=s${plan.ledger.segments[segment]}${fragment}`,
  }
}

/** Where a click on an ad unit ends: `clickThrough` with the id in its place. */
export function clickThroughUrl(plan: Plan, segment: string, adUnit: string): string {
  const { beforeId, afterId } = clickThrough(plan, segment)
  return `${beforeId}${adUnit}${afterId}`
}
