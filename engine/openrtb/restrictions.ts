import { BID_DEFAULTS, type BidSettings } from '../campaign/bid-settings.ts'
import type { BidRequest, Imp } from './bid-request.ts'
import type { NoBidReason } from './no-bid.ts'

/**
 * Why an exchange would not take a bid of these settings for a request, whatever the ad; null: it would. What cannot be
 * told (categories of another taxonomy) counts as blocked.
 */
export function restriction(
  request: BidRequest,
  settings: BidSettings,
): Extract<NoBidReason, 'seat' | 'category' | 'advertiser'> | null {
  if (!takesSeat(request, settings.seat)) return 'seat'
  if (!takesCategories(request, settings)) return 'category'
  const blocked = (request.badv ?? []).map(domainOf)
  if (settings.advertiserDomains.some((domain) => blocked.some((each) => isWithin(domain, each)))) {
    return 'advertiser'
  }
  return null
}

/** Whether no creative attribute of the settings is blocked by the imp's banner or native object. */
export function takesAttributes(
  blocked: NonNullable<Imp['banner']>['battr'],
  { creativeAttributes = [] }: BidSettings,
): boolean {
  return !creativeAttributes.some((attribute) => blocked?.includes(attribute))
}

/** Whether a language (BCP 47) is among those allowed for creatives; regions do not matter. */
export function takesLanguage({ wlang, wlangb }: BidRequest, locale: string): boolean {
  const allowed = [...(wlang ?? []), ...(wlangb ?? [])].map(languageOf)
  return allowed.length === 0 || allowed.includes(languageOf(locale))
}

function languageOf(tag: string): string {
  return tag.split(/[-_]/, 1)[0]!.toLowerCase()
}

function takesSeat({ wseat, bseat }: Pick<BidRequest, 'wseat' | 'bseat'>, seat: string | undefined): boolean {
  const isListed = (seats: readonly string[] | null | undefined) =>
    seat !== undefined && seats?.includes(seat)
  if (wseat && wseat.length > 0 && !isListed(wseat)) return false
  return !isListed(bseat)
}

function takesCategories(
  { acat, bcat, cattax }: BidRequest,
  { categories, categoryTaxonomy }: BidSettings,
): boolean {
  const restricts = (acat?.length ?? 0) + (bcat?.length ?? 0) > 0
  if (!restricts) return true
  if ((cattax ?? BID_DEFAULTS.categoryTaxonomy) !== (categoryTaxonomy ?? BID_DEFAULTS.categoryTaxonomy))
    return false
  if (categories.some((category) => bcat?.some((each) => isCategoryIn(category, each)))) return false
  return !acat?.length || categories.every((category) => acat.some((each) => isCategoryIn(category, each)))
}

/** In taxonomy 1.0 a parent's code begins that of its children: IAB7 holds IAB7-39. Others have codes of no order. */
function isCategoryIn(category: string, parent: string): boolean {
  const [child, wider] = [category.toUpperCase(), parent.trim().toUpperCase()]
  return child === wider || child.startsWith(`${wider}-`)
}

/** shop.example is within example's own domain and itself; a listed www. means the site. */
function isWithin(domain: string, blocked: string): boolean {
  return domain === blocked || domain.endsWith(`.${blocked}`)
}

function domainOf(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^www\./, '')
}
