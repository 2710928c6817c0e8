/**
 * What a further showing to the same person within a week is worth, of the one before: 1, 0.8, 0.64, ... A choice, not a
 * measurement: response falls from the first showing on, how fast differs from campaign to campaign.
 *
 * @see Simon, Arndt 1980, J. Advert. Res. 20(4):11-28 (no threshold: the first showing is worth most)
 */
export const REPEAT_WORTH = 0.8

/** `showings` to one person in one week, in showings that are worth a first one: (1 - w^k) / (1 - w). */
export function worthOfShowings(showings: number): number {
  return (1 - REPEAT_WORTH ** showings) / (1 - REPEAT_WORTH)
}

/**
 * The same for a person of an audience that is shown `frequency` a week on average, showings falling on its people by
 * chance (Poisson): (1 - e^(-(1 - w) f)) / (1 - w). It is concave: no audience is worth the whole budget.
 */
export function worthAtFrequency(frequency: number): number {
  return -Math.expm1(-(1 - REPEAT_WORTH) * frequency) / (1 - REPEAT_WORTH)
}

/** The frequency at which one more showing is worth e^`logShare` of a first one: the derivative of the above, turned round. */
export function frequencyAtWorth(logShare: number): number {
  return Math.max(0, -logShare / (1 - REPEAT_WORTH))
}
