/**
 * How many times broad's events per impression a narrow campaign must reach to earn what broad earns.
 *
 * L = (1/r)(1 - 1/g) + k/g: what is lost in reach must come back in response. Equal frequency, absolute profit.
 *
 * @param reach r, people the campaign serves over people broad would serve, in (0, 1]
 * @param revenuePerCost g, broad's revenue for each unit of its cost, above 0; at 1 broad breaks even
 * @param costRatio k, cost of a narrow impression over that of a broad one
 * @returns a multiple: 1 is "as good as broad", 2 is "twice as good"
 * @see own derivation of the model in Ahmadi, Abou Nabout, Skiera, Maleki, Fladenhofer 2024, Int. J. Res. Mark.
 * 41(1):24-40
 */
export function breakEvenLift(reach: number, revenuePerCost: number, costRatio: number): number {
  if (!(reach > 0 && reach <= 1)) throw new RangeError(`breakEvenLift: reach is ${reach}, not in (0, 1]`)
  return (1 - 1 / revenuePerCost) / reach + costRatio / revenuePerCost
}

/**
 * The same multiple where the budget is fixed and runs out before the people do: L = k. Reach then costs nothing, since
 * money not spent on narrow impressions would not have bought the people broad alone can reach.
 *
 * @param costRatio k, cost of a narrow impression over that of a broad one, above 0
 */
export function budgetLimitedBreakEven(costRatio: number): number {
  if (!(costRatio > 0)) throw new RangeError(`budgetLimitedBreakEven: costRatio is ${costRatio}, not above 0`)
  return costRatio
}
