import { identityHash } from '../../core/hash.ts'
import { MICROS_PER_UNIT } from '../../core/money.ts'
import type { Stream } from '../../core/stream.ts'
import type { Clock } from '../../core/time.ts'
import type { AdServerRow } from '../../data/ad-servers.ts'
import { BID_DEFAULTS, type BidSettings } from '../campaign/bid-settings.ts'
import { answerFor, TOKEN_LIFETIME_MS } from '../decision/answer.ts'
import { priorityOf } from '../decision/campaign-order.ts'
import type { Candidate, Decider, Decision } from '../decision/decider.ts'
import { isInFlight, type LiveCampaign } from '../decision/live-campaign.ts'
import {
  CONSENT_DEFAULTS,
  type ConsentPolicy,
  type NoPersonalUse,
  whyNotPersonal,
} from '../decision/personal-use.ts'
import type { Opportunity } from '../decision/request.ts'
import { createCopyTable } from '../generate/copy-table.ts'
import { signNotice } from '../tracking/notice.ts'
import type { DecisionRecord } from '../tracking/record.ts'
import type { TokenKey } from '../tracking/token-keys.ts'
import { attributesFrom } from './attributes.ts'
import type { BidRequest } from './bid-request.ts'
import type { Bid, BidResponse } from './bid-response.ts'
import { creativeId } from './creative-id.ts'
import { furthest, type NoBidReason } from './no-bid.ts'
import { type Offer, offersOf, type ReadImp, readImp } from './offers.ts'
import { priceFor } from './price-rule.ts'
import { privacyOf } from './privacy.ts'
import { restriction, takesLanguage } from './restrictions.ts'
import { takesCurrency, termsOf } from './terms.ts'

export interface BidderParts {
  readonly decider: Decider
  readonly identityKey: Uint8Array
  readonly tokenKey: TokenKey
  readonly clock: Clock
  /** Draws which campaign is asked first. */
  readonly stream: Stream
  /** How consent is read; default: CONSENT_DEFAULTS. */
  readonly consent?: ConsentPolicy
}

/** What a bid request came to. The records must be in the log before anything is answered. */
export interface Bidding {
  /** undefined: no bid. */
  readonly response: BidResponse | undefined
  /** A decision for each bid, and for each that was not made after its ad unit was drawn: people keep their arm. */
  readonly records: readonly DecisionRecord[]
  readonly noBids: readonly { readonly impId: string; readonly reason: NoBidReason }[]
  /** Why nothing personal of the request was read; null: it was allowed. */
  readonly noPersonalUse: NoPersonalUse | null
}

export interface Bidder {
  /**
   * Bids on each imp of a request, at most once, from one of the live campaigns that have `bid`.
   *
   * @param adServer whose click macro stands before our click address; undefined: none
   * @throws PolyadError INPUT_INVALID for a native request that is none
   */
  bid(request: BidRequest, adServer?: AdServerRow): Bidding
}

/** A person's key as decision requests take it. */
const OWN_KEY = /^[0-9a-f]{32}$/

/** A campaign that is offered at auctions. */
interface Seller {
  readonly live: LiveCampaign
  readonly settings: BidSettings
}

type Outcome =
  | { readonly bid: Bid; readonly record: DecisionRecord }
  | { readonly reason: NoBidReason; readonly record?: DecisionRecord }

export function createBidder(parts: BidderParts): Bidder {
  const { decider, stream, tokenKey } = parts
  const policy = parts.consent ?? CONSENT_DEFAULTS
  const sellers = decider.campaigns.flatMap((live): Seller[] => {
    const settings = live.plan.campaign.bid
    if (!settings) return []
    // Rendered now, or the first request would wait for it longer than an exchange does.
    createCopyTable(live.plan)
    return [{ live, settings }]
  })

  /** The one campaign's bid for an imp, in the first of its placements that takes it. */
  const offer = (
    request: BidRequest,
    imp: ReadImp,
    seller: Seller,
    adServer: AdServerRow | undefined,
    noPersonalUse: NoPersonalUse | null,
  ): Outcome => {
    const { live, settings } = seller
    const { campaign, publicUrl } = live.plan
    const { currency } = campaign.budget.total
    const refused = restriction(request, settings)
    if (refused) return { reason: refused }
    if (!takesCurrency(request.cur, imp.imp, currency)) return { reason: 'currency' }
    if (imp.imp.secure === 1 && !publicUrl.startsWith('https:')) return { reason: 'secure' }
    const terms = termsOf(imp.imp, settings, currency)
    if (terms.length === 0) return { reason: imp.imp.pmp?.private_auction === 1 ? 'deal' : 'currency' }
    const { offers, reason: noOffer } = offersOf(imp, live.plan.placements, settings)

    let reason: NoBidReason = noOffer
    for (const each of offers) {
      // Of a targeted campaign it is asked only with somebody of it here.
      let why: NoBidReason = 'audience'
      let taken: { readonly priceMicros: number; readonly dealId?: string } | undefined
      const accepts = ({ leaf, locale }: Candidate): boolean => {
        const priceMicros = priceFor(campaign, leaf?.id ?? null, each.placement.id)
        const met = terms.find(({ floorMicros }) => priceMicros > 0 && priceMicros >= floorMicros)
        why = takesLanguage(request, locale) ? 'floor' : 'language'
        if (why === 'language' || !met) return false
        taken = { priceMicros, ...(met.dealId !== undefined && { dealId: met.dealId }) }
        return true
      }
      const decision = decider.decideIn(
        live,
        opportunityOf(request, seller, each, parts, noPersonalUse),
        accepts,
      )
      // What keeps the campaign back keeps it back in its other sizes too.
      if (typeof decision === 'string') return { reason: furthest(reason, decision) }
      if (!decision || !taken) {
        reason = furthest(reason, why)
        continue
      }
      return outcomeOf(request, imp, seller, each, decision, taken, adServer, tokenKey)
    }
    return { reason }
  }

  return {
    bid(request, adServer) {
      const nowMs = parts.clock.nowMs()
      const noPersonalUse = whyNotPersonal(privacyOf(request), policy)
      const records: DecisionRecord[] = []
      const noBids: { impId: string; reason: NoBidReason }[] = []
      const bids: { seat: string | undefined; bid: Bid }[] = []
      let currency: string | undefined

      for (const imp of request.imp) {
        const read = readImp(imp, request)
        let reason: NoBidReason = 'campaign'
        let bought = false
        for (const seller of inOrder(sellers, stream)) {
          const { plan } = seller.live
          if (!isInFlight(plan, nowMs)) continue
          // A response is in one currency.
          if (currency !== undefined && plan.campaign.budget.total.currency !== currency) {
            reason = furthest(reason, 'currency')
            continue
          }
          const outcome = offer(request, read, seller, adServer, noPersonalUse)
          if (outcome.record) records.push(outcome.record)
          if ('bid' in outcome) {
            bids.push({ seat: seller.settings.seat, bid: outcome.bid })
            currency = plan.campaign.budget.total.currency
            bought = true
          } else reason = furthest(reason, outcome.reason)
          // Once drawn it stands: another campaign would be asked for people of one arm only.
          if (outcome.record) break
        }
        if (!bought) noBids.push({ impId: imp.id, reason })
      }
      return { response: responseOf(request, bids, currency), records, noBids, noPersonalUse }
    },
  }
}

function opportunityOf(
  request: BidRequest,
  { live, settings }: Seller,
  { placement }: Offer,
  { identityKey }: BidderParts,
  noPersonalUse: NoPersonalUse | null,
): Opportunity {
  const opportunity = { placement: placement.id, languages: languagesOf(request), noPersonalUse }
  if (noPersonalUse !== null) return opportunity
  const person = personOf(request, settings)
  return {
    ...opportunity,
    ...(person !== undefined && keyOf(person, settings, identityKey)),
    attributes: attributesFrom(request, settings.attributes ?? [], live.plan.attributes),
  }
}

/** The identifier as it is: unlike a handle, its capitals matter. */
function personOf({ user, device }: BidRequest, settings: BidSettings): string | undefined {
  switch (settings.person ?? BID_DEFAULTS.person) {
    case 'user.id':
      return user?.id || undefined
    case 'user.buyeruid':
      return user?.buyeruid || undefined
    case 'device.ifa':
      // Limited tracking is told by zeros, too.
      return device?.ifa && /[1-9a-f]/i.test(device.ifa) ? device.ifa : undefined
    case 'none':
      return undefined
  }
}

/** Whom a request's field names: somebody of our own, or of the exchange alone. */
function keyOf(
  person: string,
  { identity }: BidSettings,
  identityKey: Uint8Array,
): Pick<Opportunity, 'person'> | Pick<Opportunity, 'personKey'> {
  if (identity !== 'own') return { personKey: identityHash(identityKey, `openrtb ${person}`) }
  return OWN_KEY.test(person) ? { personKey: person } : { person }
}

/** The languages of device and content as far as they are allowed, then the allowed ones. */
function languagesOf(request: BidRequest): string[] {
  const { device, site, app } = request
  const content = site?.content ?? app?.content
  const spoken = [device?.langb ?? device?.language, content?.langb ?? content?.language]
  const allowed = [...(request.wlang ?? []), ...(request.wlangb ?? [])]
  const wanted = spoken.filter((tag): tag is string => Boolean(tag) && takesLanguage(request, tag!))
  return [...wanted, ...allowed].slice(0, 20).map((tag) => tag.replaceAll('_', '-'))
}

function outcomeOf(
  request: BidRequest,
  { imp }: ReadImp,
  seller: Seller,
  offer: Offer,
  decision: Decision,
  taken: { readonly priceMicros: number; readonly dealId?: string },
  adServer: AdServerRow | undefined,
  tokenKey: TokenKey,
): Outcome {
  const { live, settings } = seller
  const { plan } = live
  const { campaign, publicUrl } = plan
  const record: DecisionRecord = {
    ...decision.record,
    v: decision.record.windows ? 3 : 2,
    auction: { bidMicros: taken.priceMicros, chargedOn: settings.chargedOn ?? BID_DEFAULTS.chargedOn },
    ...(request.test === 1 && { test: true }),
  }
  const { unit } = decision
  if (!unit) return { reason: 'holdout', record }
  const answer = answerFor({ ...decision, record }, tokenKey, { explain: false })
  const macro = adServer?.click[0]
  const clickUrl = macro === undefined ? answer.click! : macro + encodeURIComponent(answer.click!)
  const adm = offer.markup(answer, { clickUrl, publicUrl, adUnit: record.adUnit })
  if (adm === undefined) return { reason: 'native', record }

  const { currency } = campaign.budget.total
  const notice = signNotice(tokenKey, {
    decision: record.id,
    campaign: campaign.name,
    adUnit: record.adUnit,
    bidMicros: taken.priceMicros,
    currency,
    expiresMs: record.atMs + TOKEN_LIFETIME_MS,
  })
  const told = 'price=${AUCTION_PRICE}&cur=${AUCTION_CURRENCY}'
  const bid: Bid = {
    id: record.id,
    impid: imp.id,
    price: taken.priceMicros / MICROS_PER_UNIT,
    nurl: `${publicUrl}/t/w/${notice}?${told}`,
    burl: `${publicUrl}/t/b/${notice}?${told}`,
    lurl: `${publicUrl}/t/l/${notice}?code=\${AUCTION_LOSS}`,
    adm,
    adid: record.adUnit,
    adomain: settings.advertiserDomains,
    iurl: answer.image,
    cid: campaign.name,
    crid: creativeId(plan, unit),
    cattax: settings.categoryTaxonomy ?? BID_DEFAULTS.categoryTaxonomy,
    cat: settings.categories,
    attr: settings.creativeAttributes ?? [],
    langb: record.locale,
    ...(taken.dealId !== undefined && { dealid: taken.dealId }),
    ...(offer.kind === 'banner' && { w: offer.placement.widthPx, h: offer.placement.heightPx }),
    mtype: offer.kind === 'banner' ? 1 : 4,
  }
  return { bid, record }
}

function responseOf(
  { id }: BidRequest,
  bids: readonly { readonly seat: string | undefined; readonly bid: Bid }[],
  currency: string | undefined,
): BidResponse | undefined {
  if (bids.length === 0 || currency === undefined) return undefined
  const seats = [...new Set(bids.map(({ seat }) => seat))]
  return {
    id,
    bidid: bids[0]!.bid.id,
    cur: currency,
    seatbid: seats.map((seat) => ({
      ...(seat !== undefined && { seat }),
      bid: bids.filter((each) => each.seat === seat).map(({ bid }) => bid),
    })),
  }
}

/** The highest priority first, by lot among equals. */
function inOrder(sellers: readonly Seller[], stream: Stream): readonly Seller[] {
  return [...shuffled(sellers, stream)].sort((a, b) => priorityOf(b.live) - priorityOf(a.live))
}

function shuffled<T>(items: readonly T[], stream: Stream): readonly T[] {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const at = stream.integer(last + 1)
    ;[order[last], order[at]] = [order[at]!, order[last]!]
  }
  return order
}
