import type { Stream } from '../../core/stream.ts'
import { type LearnInput, learnOptions } from '../allocation/learn.ts'
import { placesOf } from '../allocation/places.ts'
import type { Market, MarketCell } from './market.ts'

/**
 * How creatives are drawn in a simulated market. even: all alike. pooled: as `thompson` campaigns are, each leaf drawn
 * towards wider segments. alone: the same in each leaf by itself. everybody: the same with one leaf for all.
 */
export type AllocationWay = 'even' | 'pooled' | 'alone' | 'everybody'

export interface AllocationRunOptions {
  readonly way: AllocationWay
  readonly people: number
  /** Weights are learnt anew after each of so many equal parts of the people. */
  readonly rounds: number
  /** Least probability of a creative. */
  readonly floor: number
}

export interface AllocationRun {
  /** What was missed a person against the best creative of each leaf: expected responses, by the truth. */
  readonly regret: number
  /** The same in the last fifth of the rounds. */
  readonly lateRegret: number
  /** Least probability that a creative was drawn with. */
  readonly leastProbability: number
}

/**
 * Shows one creative to each of so many people who come in a drawn order, and learns from their responses in rounds. The
 * same people come whatever the way, so two ways differ by what they draw alone.
 */
export function runAllocation(
  market: Market,
  { way, people, rounds, floor }: AllocationRunOptions,
  stream: Stream,
): AllocationRun {
  const { cells, arms } = market
  const who = stream.fork('people')
  const which = stream.fork(`creatives ${way}`)
  const whether = stream.fork('responses')
  const drawCell = cellDraw(cells)
  const shown = cells.map(() => arms.map(() => ({ trials: 0, events: 0 })))
  const even = cells.map(() => arms.map(() => 1 / arms.length))
  let [regret, lateRegret, late, least] = [0, 0, 0, 1]
  let probabilities = even
  for (let round = 0; round < rounds; round++) {
    const size = Math.floor(((round + 1) * people) / rounds) - Math.floor((round * people) / rounds)
    for (let person = 0; person < size; person++) {
      const at = drawCell(who.next())
      const rates = cells[at]!.pilotRates
      const row = probabilities[at]!
      const arm = drawn(row, which.next())
      const counts = shown[at]![arm]!
      counts.trials++
      counts.events += Number(whether.next() < rates[arm]!)
      const missed = Math.max(...rates) - rates[arm]!
      regret += missed
      least = Math.min(least, row[arm]!)
      if (round >= rounds * 0.8) {
        lateRegret += missed
        late++
      }
    }
    if (way !== 'even' && round < rounds - 1) probabilities = learned(market, shown, way, floor)
  }
  return { regret: regret / people, lateRegret: lateRegret / late, leastProbability: least }
}

type Shown = readonly (readonly { readonly trials: number; readonly events: number }[])[]

/** Probabilities of the creatives by cell. */
function learned(market: Market, shown: Shown, way: AllocationWay, floor: number): number[][] {
  const { cells, arms } = market
  const options = [arms.map((_, arm) => arm)]
  const factors = [{ levels: arms.length, nested: true }]
  const rate = market.scenario.baseRate
  const kept = Math.min(floor, 1 / arms.length)
  const probabilitiesOf = (chances: LearnedRow) =>
    chances.map(({ chance }) => kept + (1 - kept * arms.length) * chance)
  const cellsAt = (placeOf: (cell: number) => number): LearnInput['cells'] =>
    shown.flatMap((ofCell, cell) =>
      ofCell.flatMap(({ trials, events }, arm) =>
        trials > 0 ? [{ place: placeOf(cell), levels: [arm], trials, events }] : [],
      ),
    )
  if (way === 'alone') {
    const all = cellsAt((cell) => cell)
    const byCell = cells.map((): LearnInput['cells'][number][] => [])
    for (const each of all) byCell[each.place]!.push({ ...each, place: 0 })
    return byCell.map((own) => {
      const asked = [{ place: 0, options }]
      return probabilitiesOf(learnOptions({ cells: own, parents: [-1], factors, rate, asked })[0]![0]!)
    })
  }
  const ids = cells.map(({ codes }) => (way === 'everybody' ? 'all' : idOf(codes)))
  const seen = ids.filter((_, cell) => shown[cell]!.some(({ trials }) => trials > 0))
  const { parents, placeOf } = placesOf(seen, widerOf)
  const asked = ids.map((id) => ({ place: placeOf(id), options }))
  const input = { cells: cellsAt((cell) => placeOf(ids[cell]!)), parents, factors, rate, asked }
  return learnOptions(input).map((answer) => probabilitiesOf(answer[0]!))
}

type LearnedRow = ReturnType<typeof learnOptions>[number][number]

function idOf(codes: readonly number[]): string {
  return ['market', ...codes].join('/')
}

/** As a grid is rolled up: the last column is widened first. */
function widerOf(id: string): string[] {
  const parts = id.split('/')
  return parts.slice(2).map((_, at) => parts.slice(0, parts.length - 1 - at).join('/'))
}

function drawn(row: readonly number[], u: number): number {
  let left = u
  for (let arm = 0; arm < row.length - 1; arm++) {
    if (left < row[arm]!) return arm
    left -= row[arm]!
  }
  return row.length - 1
}

function cellDraw(cells: readonly MarketCell[]): (u: number) => number {
  const upTo: number[] = []
  let total = 0
  for (const { share } of cells) {
    total += share
    upTo.push(total)
  }
  return (u) => {
    let [from, to] = [0, cells.length - 1]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (upTo[middle]! > u * total) to = middle
      else from = middle + 1
    }
    return from
  }
}
