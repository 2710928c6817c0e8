import { createDoor } from '../../../core/schema.ts'
import { createStream } from '../../../core/stream.ts'
import type { BidSettings } from '../../../engine/campaign/bid-settings.ts'
import type { Campaign } from '../../../engine/campaign/campaign.ts'
import type { Plan } from '../../../engine/campaign/plan.ts'
import { createDecider } from '../../../engine/decision/decider.ts'
import { type BidRequest, BidRequestSchema } from '../../../engine/openrtb/bid-request.ts'
import { type Bid, BidResponseSchema } from '../../../engine/openrtb/bid-response.ts'
import { type Bidder, type Bidding, createBidder } from '../../../engine/openrtb/bidder.ts'
import type { AttributeCatalogue } from '../../../segments/attributes.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from '../space/small-plan.ts'

export const TOKEN_KEY = new Uint8Array(32).fill(2)
export const PUBLIC_URL = 'https://ads.example'
/** Inside the flight of smallPlan. */
export const NOW_MS = Date.UTC(2026, 2, 10)
export const NATIVE_PLACEMENT = {
  id: 'native',
  title: 'Native',
  widthPx: 1200,
  heightPx: 628,
  maxBytes: undefined,
}

const CATALOGUE: AttributeCatalogue = {
  attributes: [
    { name: 'state', dimension: 'geographic', type: 'category', scope: 'person' },
    { name: 'interests', dimension: 'psychographic', type: 'set', scope: 'person' },
    { name: 'age', dimension: 'demographic', type: 'number', scope: 'person' },
    { name: 'fan', dimension: 'behavioural', type: 'boolean', scope: 'person' },
  ],
}

export const BID: BidSettings = {
  advertiserDomains: ['shop.example'],
  categories: ['IAB20-3'],
  attributes: [{ from: 'device.geo.region', to: 'state' }],
}

const asset = (id: string) => textAsset(id, { text: { en: `Text ${id}`, es: `Texto ${id}` } })
const picture = (id: string) => ({ id, file: `assets/${id}.jpg` })

const SLOTS: Campaign['slots'] = [
  { slot: 'headline', default: 'h1', assets: [asset('h1'), asset('h2'), asset('h3')] },
  { slot: 'line', default: 'l1', assets: [asset('l1')] },
  { slot: 'callToAction', default: 'c1', assets: [asset('c1'), asset('c2')] },
  { slot: 'photo', default: 'sea', assets: [picture('sea'), picture('hill')] },
  { slot: 'logo', default: 'mark', assets: [picture('mark')] },
]

/** A campaign in two sizes and one for native ads, with a narrow segment of Californians. */
export function planWith(bid: BidSettings = BID, change: Partial<Campaign> = {}): Plan {
  const plan = smallPlan({
    segments: [segmentOf('broad'), segmentOf('states/CA', 'CA')],
    slots: SLOTS,
    locales: ['en-US', 'es-MX'],
    placements: [WIDE, TALL, NATIVE_PLACEMENT],
  })
  const { attributes } = plan
  return {
    ...plan,
    publicUrl: PUBLIC_URL,
    attributes: { ...attributes, interests: 'set', fan: 'boolean' },
    campaign: { ...plan.campaign, bid, ...change },
  }
}

export function bidderOf(plans: readonly Plan[], seed = 'bidder'): Bidder {
  const stream = createStream(seed)
  const identityKey = new Uint8Array(32).fill(1)
  const clock = { nowMs: () => NOW_MS }
  const decider = createDecider({
    plans: plans.map((plan) => ({ plan, planHash: `hash of ${plan.campaign.name}` })),
    catalogue: CATALOGUE,
    identityKey,
    clock,
    stream,
  })
  return createBidder({ decider, identityKey, tokenKey: TOKEN_KEY, clock, stream: stream.fork('bidder') })
}

const requestDoor = createDoor('bid request', BidRequestSchema)
const responseDoor = createDoor('bid response', BidResponseSchema)

/** What is bid on a request as it comes over the wire; a response that is none fails. */
export function bidOn(bidder: Bidder, request: object): Bidding {
  const bidding = bidder.bid(requestDoor(JSON.parse(JSON.stringify(request)), 'test') as BidRequest)
  if (bidding.response) responseDoor(JSON.parse(JSON.stringify(bidding.response)), 'test')
  return bidding
}

export function bidsOf({ response }: Bidding): readonly Bid[] {
  return response?.seatbid.flatMap(({ bid }) => bid) ?? []
}

export function reasonsOf({ noBids }: Bidding): readonly string[] {
  return noBids.map(({ reason }) => reason)
}
