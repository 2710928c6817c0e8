/** One simulated market: who there is and what they like, before anything is drawn. */
export interface MarketScenario {
  readonly name: string
  /** What is true there, in a sentence. */
  readonly sentence: string
  /** People in the pilot. */
  readonly people: number
  /** Response of a creative without any effect, 0..1. */
  readonly baseRate: number
  /** Effect of each creative on everybody, log-odds. Which creative gets which is drawn. */
  readonly creatives: readonly number[]
  /** An attribute comes after those it is drawn from. */
  readonly attributes: readonly MarketAttribute[]
  /** They add on the log-odds scale. */
  readonly effects: readonly MarketEffect[]
}

export interface MarketAttribute {
  readonly name: string
  /** Names of the values, or how many there are. */
  readonly values: readonly string[] | number
  readonly drawn: AttributeLaw
  /** People have it, but nobody knows: it is no column. */
  readonly hidden?: true
}

export type AttributeLaw =
  /** By these shares of the people, or evenly. */
  | { readonly by: 'shares'; readonly shares?: readonly number[] }
  /** Value number i (from 1) in proportion to 1 / i^skew. */
  | { readonly by: 'rank'; readonly skew: number }
  /** Inside a wider attribute, whose values hold as many of these each, in order; evenly there. */
  | { readonly by: 'wider'; readonly attribute: string }
  /** By shares for each value of another attribute. */
  | { readonly by: 'given'; readonly attribute: string; readonly shares: readonly (readonly number[])[] }
  /** A record of another attribute with as many values: for this share of the people a value drawn like everybody's. */
  | { readonly by: 'record'; readonly attribute: string; readonly wrong: number }

export type MarketEffect = {
  /** What is left of it when the decision is used, as a share of what it was in the pilot; 1 unless given. */
  readonly atUse?: number
} & (
  | {
      /** Each value moves the response to all creatives alike, by a draw from the normal law of mean 0. */
      readonly kind: 'rate'
      readonly attribute: string
      /** Standard deviation, log-odds. */
      readonly spread: number
    }
  | {
      /** Each value and creative has its own draw from the normal law of mean 0. */
      readonly kind: 'taste'
      readonly attribute: string
      /** Standard deviation, log-odds. */
      readonly spread: number
    }
  | {
      /** A creative, by its position in `creatives`, suits the people who have one of the values of every attribute. */
      readonly kind: 'suits'
      readonly where: Readonly<Record<string, readonly string[]>>
      readonly creative: number
      readonly logOdds: number
    }
)
