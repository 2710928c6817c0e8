import { type Static, Type } from 'typebox'
import { MoneySchema } from './money-schema.ts'

const closed = { additionalProperties: false } as const
const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** Fields of an OpenRTB request that can become attributes of a person. */
const BID_REQUEST_FIELDS = [
  'device.geo.country',
  'device.geo.region',
  'device.geo.metro',
  'device.geo.city',
  'device.geo.zip',
  'device.language',
  'device.os',
  'device.make',
  'device.model',
  'device.devicetype',
  'user.geo.country',
  'user.geo.region',
  'user.geo.metro',
  'user.geo.city',
  'user.geo.zip',
  'user.gender',
  'user.keywords',
  'user.data.segment',
] as const

const AttributeSource = Type.Object(
  {
    from: Type.Enum(BID_REQUEST_FIELDS),
    /** An attribute of a person, of segments/attributes.json. */
    to: Text(40),
    /** `user.data.segment` only: of the data with this id or name. */
    provider: Type.Optional(Text(200)),
    /** `user.data.segment` only: of the data whose ext.segtax is this (4: IAB Audience Taxonomy 1.1). */
    segtax: Type.Optional(Type.Integer()),
    /** Their value -> ours; a value that is not here is left out. Default: values are taken as they are. */
    values: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([Text(200), Type.Number(), Type.Boolean()], {
          description: 'a text, number, true or false',
        }),
      ),
    ),
  },
  closed,
)

/** One price; the first of the list that fits is taken. */
const Price = Type.Object(
  {
    /** People who matched this segment, or any cell of this grid, whatever arm they are in. Default everybody. */
    segment: Type.Optional(Text(200)),
    placement: Type.Optional(Text(60)),
    costPerThousand: MoneySchema,
  },
  closed,
)

/** Slots of the template as assets of OpenRTB Native 1.2. */
const Native = Type.Object(
  {
    /** The placement whose ad units are offered: no picture of it is made, its copy and pictures are given. */
    placement: Text(60),
    title: Text(60),
    image: Type.Optional(Text(60)),
    icon: Type.Optional(Text(60)),
    description: Type.Optional(Text(60)),
    callToAction: Type.Optional(Text(60)),
    /** The advertiser's name, which has no slot. */
    sponsoredBy: Text(140),
  },
  closed,
)

/** `bid` of a campaign: how its ad units are offered at auctions. */
export const BidSettingsSchema = Type.Object(
  {
    /** Our seat at the exchange; a request that lists seats is answered only with one. */
    seat: Type.Optional(Text(100)),
    /** The advertiser's domains: `adomain`, and what blocked advertisers are told by. */
    advertiserDomains: Type.Array(
      Type.String({
        pattern: '^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$',
        maxLength: 253,
        description: 'a domain in small letters such as shop.example',
      }),
      { minItems: 1, maxItems: 10 },
    ),
    /** What is advertised: `cat`, and what blocked categories are told by. */
    categories: Type.Array(Text(40), { minItems: 1, maxItems: 20 }),
    /** AdCOM list of category taxonomies. Default 1, IAB Content Taxonomy 1.0 (`IAB20-3`). */
    categoryTaxonomy: Type.Optional(Type.Integer({ minimum: 1 })),
    /** AdCOM creative attributes of the ads: `attr`. Default none. */
    creativeAttributes: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 50 })),
    /** Ids of the deals we have. */
    deals: Type.Optional(Type.Array(Text(200), { maxItems: 1000 })),
    /** Default: budget.costPerThousand. */
    prices: Type.Optional(Type.Array(Price, { maxItems: 1000 })),
    /** The notice whose price is spend. Default billing; win where the exchange sends no other. */
    chargedOn: Type.Optional(Type.Union([Type.Literal('billing'), Type.Literal('win')])),
    /** Whose arm is kept: the field that names the person. Default user.id. */
    person: Type.Optional(
      Type.Union([
        Type.Literal('user.id'),
        Type.Literal('user.buyeruid'),
        Type.Literal('device.ifa'),
        Type.Literal('none'),
      ]),
    ),
    /**
     * own: that field has the identifiers of `person` in a decision request, or their keys, as where ids were synced: the
     * same person, arm and caps. exchange: another's ids, people of their own. Default exchange.
     */
    identity: Type.Optional(Type.Union([Type.Literal('own'), Type.Literal('exchange')])),
    attributes: Type.Optional(Type.Array(AttributeSource, { maxItems: 50 })),
    /** Slots that make a message one that is reviewed by itself. Default: those of text. */
    messageSlots: Type.Optional(Type.Array(Text(60), { maxItems: 20 })),
    native: Type.Optional(Native),
  },
  closed,
)

export type BidSettings = Static<typeof BidSettingsSchema>

export const BID_DEFAULTS = { categoryTaxonomy: 1, chargedOn: 'billing', person: 'user.id' } as const
