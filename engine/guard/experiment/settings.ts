import type { GuardReport } from './guard-report.ts'

export interface JudgeOptions {
  /** Names for the report. */
  readonly treatment: string
  readonly outcome: string
  readonly propensities: GuardReport['experiment']['propensities']
  readonly seed: string
  /** Position of the arm that broad is, instead of the best one for everybody. */
  readonly baseline?: number
  /** Smallest gain worth the trouble: a share of broad's mean, 0.05 unless given, or an amount a person. */
  readonly worthwhile?: { readonly relative: number } | { readonly perPerson: number }
  /** Segmentations by column names, coarsest first, instead of the combinations of all columns. */
  readonly candidates?: readonly (readonly string[])[]
  readonly maxCandidates?: number
  readonly economics?: Economics
}

export interface Economics {
  /** Worth of one unit of outcome. */
  readonly valuePerOutcomeMicros?: number
  /** Creative and operations of each segment beyond the first. */
  readonly costPerSegmentMicros?: number
  /** Of one more person in the test. */
  readonly costPerPersonMicros?: number
  /** People the decision is for; those of the test unless given. */
  readonly audience?: number
  /** What it costs to reach a person of a segment over what it costs broad; 1 unless given. */
  readonly costRatio?: number
  readonly currency?: string
}

/** What the guard asks for; docs/guard.md has what was measured with these values. */
export const GUARD_SETTINGS = {
  halvings: 20,
  /** Chance of even one false split among all candidates, if no segment has a better arm than broad's. */
  alpha: 0.005,
  /** A segment gets another arm than broad's, while it is being proved that any should, where that one is better with this probability. */
  leastChance: 0.8,
  /** The same once it is proved: what is left to lose is small, and asking for more leaves gains behind. */
  leastChanceOnceProved: 0.6,
  /** Events each arm needs for an experiment to be read at all. */
  leastEvents: 30,
  /** Events each arm needs in a segment before anything is decided there; else the wider one decides. */
  leastEventsPerArm: 10,
  /** Values of one column. */
  mostValues: 1000,
  /** Of broad's mean. */
  worthwhileShare: 0.05,
} as const
