import { REPEAT_WORTH } from './repeat-worth.ts'

/** What each number of a budget plan means; printed with it. */
export const PLAN_DEFINITIONS: Readonly<Record<string, string>> = {
  rate: "goal events an impression of the leaf's own ads at the planned frequency: pooled up the grid as far as history is little",
  lift: "the leaf's own ads over broad's among the same people, from the randomised arms of history, pooled likewise",
  interval:
    '95 %, of the expectation; the count of a single flight scatters more. Differences come from the same draws',
  'broad only': "broad's ad for the same budget, evenly over everybody",
  'same split, broad ad': "broad's ad, over people as the plan is: what steering alone brings",
  'bid per thousand':
    'value of a goal event x rate x 1,000: the most an impression is worth; cautious: at the low end of the rate',
  repeats:
    `within a week each further showing to a person is worth ${REPEAT_WORTH} of the one before: a choice, not a measurement; ` +
    'the split levels what one more showing is worth',
  bounds:
    'everybody is shown from half to twice what an even spread would, and a leaf keeps the goal events a week it needs to be learnt from, where an even spread gives it those',
  'detectable lift': 'smallest lift that shows: two-sided 5 %, power 80 %',
  'worth of splitting':
    'goal events that deciding leaf by leaf brings over one decision for all, on one such budget (EVoS)',
}
