/** What each number of the guard's page means; printed with it. */
export const GUARD_DEFINITIONS: Readonly<Record<string, string>> = {
  broad: 'one arm for everybody: the one named, else the one with the highest mean',
  'gain over broad':
    'mean outcome a person if each segment gets the arm chosen for it, less the mean if everybody gets broad',
  'in-sample':
    'that gain, measured on the people the arms were chosen on: the finer the split, the more of it is chance',
  'held out': 'the same choice measured on people it was not made on, over many splits of the people',
  guarded:
    "held-out gain of the guard's own choice, which takes another arm than broad's only where it is sure enough, with " +
    "each segment's numbers drawn towards those of the wider segment around it",
  'p, Holm':
    'probability of such a guarded gain if no segment had a better arm than broad; Holm is adjusted for all ' +
    'segmentations that were judged',
  decision:
    'chosen: proved, and the coarsest within one standard error of the best; proved: another one is taken; not proved: ' +
    'no proof, which is not proof of no gain',
  assignment:
    "people by arm against their propensities; BROKEN (p or a segment's q under 0.001) means that the arms differ by more " +
    'than what they were shown',
  chance: 'probability that the best other arm is better than broad there',
}
