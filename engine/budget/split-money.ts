import { type Money, minorUnitMicros } from '../../core/money.ts'
import { endOf } from './leaf-tree.ts'
import { splitExactly } from './split-budget.ts'
import { type Flight, impressionsOf, type Shown } from './way-to-spend.ts'

/** The budget by what it is spent on; sums to it exactly. */
export interface SplitMoney {
  /** For a leaf's own ads, by its id; hidden leaves and those that get broad's ads have none. */
  readonly leaves: ReadonlyMap<string, number>
  readonly broadMicros: number
  readonly holdoutMicros: number
  readonly unspentMicros: number
}

/**
 * Money of a way to spend a budget, in whole coins of its currency where the budget is.
 *
 * @param told ids of the leaves that may be told; the others' money is in broad's
 */
export function splitMoney(
  plan: readonly Shown[],
  flight: Flight,
  told: readonly string[],
  { budget, costPerThousandMicros }: { readonly budget: Money; readonly costPerThousandMicros: number },
): SplitMoney {
  const ids = new Map(told.map((id) => [endOf(id), id]))
  const perImpression = costPerThousandMicros / 1000
  const own: { id: string; micros: number }[] = []
  let broad = 0
  let holdout = 0
  for (const shown of plan) {
    const micros = impressionsOf(shown, flight) * perImpression
    const narrow = micros * (1 - flight.holdoutShare) * shown.narrowShare
    const id = ids.get(shown.end)
    if (id !== undefined && narrow > 0) own.push({ id, micros: narrow })
    holdout += micros * flight.holdoutShare
    broad += micros * (1 - flight.holdoutShare) - (id === undefined ? 0 : narrow)
  }
  const spent = own.reduce((sum, { micros }) => sum + micros, broad + holdout)
  const unspent = budget.amountMicros - spent
  // What is left of the arithmetic is no money.
  const isLeft = unspent > budget.amountMicros * 1e-9
  const cent = minorUnitMicros(budget.currency)
  const amounts = splitExactly(
    budget.amountMicros,
    [...own.map(({ micros }) => micros), broad, holdout, isLeft ? unspent : 0],
    budget.amountMicros % cent === 0 ? cent : 1,
  )
  const [broadMicros, holdoutMicros, unspentMicros] = amounts.slice(own.length) as [number, number, number]
  return {
    leaves: new Map(own.map(({ id }, at) => [id, amounts[at]!])),
    broadMicros,
    holdoutMicros,
    unspentMicros,
  }
}
