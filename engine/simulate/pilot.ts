import type { Stream } from '../../core/stream.ts'
import type { Experiment } from '../guard/experiment/experiment.ts'
import type { Market } from './market.ts'

/**
 * A randomised pilot in a market: one row a person, arms at even shares, outcome 1 for who responded.
 *
 * People, arms and outcomes come from streams of their own: another truth, or more people, leaves the others as they
 * were.
 */
export function drawPilot(market: Market, people: number, stream: Stream): Experiment {
  const { cells, columns, arms } = market
  const cumulative = new Float64Array(cells.length)
  let total = 0
  cells.forEach(({ share }, at) => {
    total += share
    cumulative[at] = total
  })
  const who = stream.fork('people')
  const which = stream.fork('arms')
  const whether = stream.fork('outcomes')
  const codes = columns.map(() => new Uint32Array(people))
  const arm = new Uint16Array(people)
  const sums = new Float64Array(people)
  for (let person = 0; person < people; person++) {
    const cell = cells[firstAbove(cumulative, who.next() * total)]!
    arm[person] = which.integer(arms.length)
    sums[person] = Number(whether.next() < cell.pilotRates[arm[person]!]!)
    codes.forEach((column, at) => {
      column[person] = cell.codes[at]!
    })
  }
  return {
    rows: people,
    arms,
    arm,
    outcome: { kind: 'binary', sums, squares: sums },
    people: undefined,
    propensity: new Float64Array(people).fill(1 / arms.length),
    columns: columns.map(({ name, values }, at) => ({ name, values, codes: codes[at]! })),
  }
}

/** Position of the first number above `value` in an ascending list; the last one if none is. */
function firstAbove(ascending: Float64Array, value: number): number {
  let from = 0
  let to = ascending.length - 1
  while (from < to) {
    const middle = (from + to) >>> 1
    if (ascending[middle]! > value) to = middle
    else from = middle + 1
  }
  return from
}
