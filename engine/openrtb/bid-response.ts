import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const
const Address = Type.String({ pattern: '^https?://' })

/** What an offer is made of. @see IAB Tech Lab, OpenRTB 2.6, section 4.2.3 */
const Bid = Type.Object(
  {
    /** The decision's id. */
    id: Type.String(),
    impid: Type.String(),
    /** Per thousand impressions. */
    price: Type.Number({ exclusiveMinimum: 0 }),
    nurl: Address,
    burl: Address,
    lurl: Address,
    adm: Type.String({ minLength: 1 }),
    /** The ad unit's id. */
    adid: Type.String(),
    adomain: Type.Array(Type.String(), { minItems: 1 }),
    iurl: Address,
    /** The campaign's name. */
    cid: Type.String(),
    /** engine/openrtb/creative-id.ts */
    crid: Type.String({ pattern: '^p[0-9a-f]{20}$' }),
    cattax: Type.Integer(),
    cat: Type.Array(Type.String(), { minItems: 1 }),
    attr: Type.Array(Type.Integer()),
    langb: Type.String(),
    dealid: Type.Optional(Type.String()),
    /** Banners. */
    w: Type.Optional(Type.Integer({ minimum: 1 })),
    h: Type.Optional(Type.Integer({ minimum: 1 })),
    /** 1 banner, 4 native. */
    mtype: Type.Union([Type.Literal(1), Type.Literal(4)]),
  },
  closed,
)

export const BidResponseSchema = Type.Object(
  {
    id: Type.String(),
    /** The id of its first bid. */
    bidid: Type.String(),
    cur: Type.String({ pattern: '^[A-Z]{3}$' }),
    seatbid: Type.Array(
      Type.Object({ seat: Type.Optional(Type.String()), bid: Type.Array(Bid, { minItems: 1 }) }, closed),
      { minItems: 1 },
    ),
  },
  { ...closed, description: 'OpenRTB 2.6 BidResponse' },
)

export type Bid = Static<typeof Bid>
export type BidResponse = Static<typeof BidResponseSchema>
