import { chancesOfLargest } from '../../stats/chance-best.ts'
import { type CrossedCell, type CrossedLayout, fitCrossedEffects } from '../../stats/crossed-effects.ts'

/** What a campaign's logs say of its options, and where that is asked about: plain data, so a thread can be sent it. */
export interface LearnInput {
  readonly cells: readonly CrossedCell[]
  readonly parents: CrossedLayout['parents']
  /** Slots first; then whatever else an ad unit was shown in. */
  readonly factors: CrossedLayout['factors']
  /** Goal events an impression expected before anything is seen. */
  readonly rate: number
  /** By question: a place, and for each slot the options that may be shown there. */
  readonly asked: readonly { readonly place: number; readonly options: readonly (readonly number[])[] }[]
}

export interface LearnedOption {
  /** Posterior probability that it is the best of those asked about. */
  readonly chance: number
  /** Posterior mean and standard deviation of the logarithm of what it multiplies goal events by. */
  readonly mean: number
  readonly deviation: number
}

/** By question, slot and option, in the order asked. */
export type Learned = readonly (readonly (readonly LearnedOption[])[])[]

/** Learns, here or on a thread of its own. */
export type Learn = (input: LearnInput) => Learned | Promise<Learned>

/** How much options of a slot are believed to differ: a standard deviation of 0.3, so one in six is 35 % above the mean. */
const USUAL_DEVIATION = 0.3
/** How much an option's effect is believed to change from a segment to a narrower one. */
const SPREAD_SCALE = 0.2

/**
 * What the logs teach of every option asked about: its effect, drawn towards that in the wider segment as far as there is
 * little to see, and the probability that it is the best (stats/crossed-effects.ts, stats/chance-best.ts). Nothing is
 * drawn, so the same counts teach the same.
 */
export function learnOptions({ asked, ...evidence }: LearnInput): Learned {
  const { cells, parents, factors, rate } = evidence
  const fit = fitCrossedEffects(cells, {
    parents,
    factors,
    rate,
    usualDeviation: USUAL_DEVIATION,
    spreadScale: SPREAD_SCALE,
  })
  return asked.map(({ place, options }) =>
    options.map((ofSlot, factor) => {
      if (ofSlot.length === 0) return []
      const laws = ofSlot.map((option) => fit.effect(factor, option, place))
      const chances = chancesOfLargest(laws)
      return laws.map((law, at) => ({ ...law, chance: chances[at]! }))
    }),
  )
}
