import { type Static, type TSchema, Type } from 'typebox'

/**
 * The fields of an OpenRTB 2.6 bid request that are read, and nothing of the rest: exchanges add fields of their own
 * (`ext`) and of later versions, and the specification asks bidders to bear with them, so here, unlike everywhere else,
 * fields that are not known pass. A null counts as absent.
 *
 * @see IAB Tech Lab, OpenRTB 2.6, section 3.2
 */
const Maybe = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))
const Text = Type.String()
const Texts = Type.Array(Type.String())
const Integer = Type.Integer()
const Integers = Type.Array(Type.Integer())
const Floor = Type.Number({ minimum: 0 })
/** 0 or 1. */
const Flag = Type.Integer()

const Geo = Type.Object({
  country: Maybe(Text),
  region: Maybe(Text),
  metro: Maybe(Text),
  city: Maybe(Text),
  zip: Maybe(Text),
})

const Banner = Type.Object({
  format: Maybe(Type.Array(Type.Object({ w: Maybe(Integer), h: Maybe(Integer) }))),
  w: Maybe(Integer),
  h: Maybe(Integer),
  btype: Maybe(Integers),
  battr: Maybe(Integers),
  mimes: Maybe(Texts),
})

const Native = Type.Object({
  /** A native request as JSON text, or the object itself as some exchanges send it. */
  request: Type.Unknown(),
  battr: Maybe(Integers),
})

const Deal = Type.Object({
  id: Text,
  bidfloor: Maybe(Floor),
  bidfloorcur: Maybe(Text),
  wseat: Maybe(Texts),
})

const Imp = Type.Object({
  id: Text,
  banner: Maybe(Banner),
  native: Maybe(Native),
  pmp: Maybe(Type.Object({ private_auction: Maybe(Flag), deals: Maybe(Type.Array(Deal)) })),
  bidfloor: Maybe(Floor),
  bidfloorcur: Maybe(Text),
  secure: Maybe(Flag),
})

const Data = Type.Object({
  id: Maybe(Text),
  name: Maybe(Text),
  segment: Maybe(Type.Array(Type.Object({ id: Maybe(Text), value: Maybe(Text) }))),
  ext: Maybe(Type.Object({ segtax: Maybe(Integer) })),
})

/** Where the page or app is; only what language it is in is read. */
const Media = Type.Object({
  content: Maybe(Type.Object({ language: Maybe(Text), langb: Maybe(Text) })),
})

export const BidRequestSchema = Type.Object({
  id: Type.String({ minLength: 1 }),
  imp: Type.Array(Imp, { minItems: 1, maxItems: 100 }),
  site: Maybe(Media),
  app: Maybe(Media),
  dooh: Maybe(Type.Object({})),
  device: Maybe(
    Type.Object({
      geo: Maybe(Geo),
      dnt: Maybe(Flag),
      lmt: Maybe(Flag),
      language: Maybe(Text),
      langb: Maybe(Text),
      os: Maybe(Text),
      make: Maybe(Text),
      model: Maybe(Text),
      devicetype: Maybe(Integer),
      ifa: Maybe(Text),
    }),
  ),
  user: Maybe(
    Type.Object({
      id: Maybe(Text),
      buyeruid: Maybe(Text),
      gender: Maybe(Text),
      keywords: Maybe(Text),
      kwarray: Maybe(Texts),
      geo: Maybe(Geo),
      data: Maybe(Type.Array(Data)),
      consent: Maybe(Text),
      /** OpenRTB 2.5 and before. */
      ext: Maybe(Type.Object({ consent: Maybe(Text) })),
    }),
  ),
  test: Maybe(Flag),
  tmax: Maybe(Type.Integer({ minimum: 0 })),
  wseat: Maybe(Texts),
  bseat: Maybe(Texts),
  cur: Maybe(Texts),
  wlang: Maybe(Texts),
  wlangb: Maybe(Texts),
  acat: Maybe(Texts),
  bcat: Maybe(Texts),
  cattax: Maybe(Integer),
  badv: Maybe(Texts),
  regs: Maybe(
    Type.Object({
      coppa: Maybe(Flag),
      gdpr: Maybe(Flag),
      us_privacy: Maybe(Text),
      gpp: Maybe(Text),
      gpp_sid: Maybe(Integers),
      ext: Maybe(
        Type.Object({
          gdpr: Maybe(Flag),
          us_privacy: Maybe(Text),
          /** "1" or 1. */
          gpc: Type.Optional(Type.Unknown()),
        }),
      ),
    }),
  ),
})

export type BidRequest = Static<typeof BidRequestSchema>
export type Imp = BidRequest['imp'][number]
