import { describe, expect, it } from 'vitest'
import { createStream } from '../../../../core/stream.ts'
import { candidateOf } from '../../../../engine/guard/experiment/candidates.ts'
import { SUM, SUM_FIELDS, sumCells } from '../../../../engine/guard/experiment/cell-sums.ts'
import { dealtHalves, respondersOf } from '../../../../engine/guard/experiment/dealt-halves.ts'
import { allPeople } from '../../../../engine/guard/experiment/halves.ts'
import { aggregated, experimentOf } from './experiments.ts'

const world = {
  people: 3000,
  seed: 'dealt',
  arms: ['a', 'b', 'c'],
  shares: [0.5, 0.3, 0.2],
  columns: { region: ['n', 's'] },
  rate: ({ region }: Readonly<Record<string, string>>, arm: string) =>
    region === 'n' && arm === 'b' ? 0.2 : 0.05,
}

describe('those who respond', () => {
  it('are the people whose outcome is not 0, with the probability of each arm', () => {
    const experiment = experimentOf(world)
    const { rows, outcome, shares } = respondersOf(experiment)!
    expect([...rows]).toEqual(
      [...experiment.outcome.sums.keys()].filter((row) => experiment.outcome.sums[row]),
    )
    expect(new Set(outcome)).toEqual(new Set([1]))
    expect(shares).toEqual(world.shares)
  })

  it('are not known of added-up rows, of unequal propensities, nor dealt where they are many', () => {
    const experiment = experimentOf(world)
    expect(respondersOf(aggregated(experiment))).toBeUndefined()
    const propensity = experiment.propensity.map((share, row) => (row % 2 === 0 ? share : share / 2))
    expect(respondersOf({ ...experiment, propensity })).toBeUndefined()
    expect(respondersOf(experimentOf({ ...world, rate: () => 0.9 }))).toBeUndefined()
  })

  it('are dealt to arms by their probabilities, whatever arm they had, and every one is in one half', () => {
    const experiment = experimentOf(world)
    const candidate = candidateOf(experiment, experiment.columns)
    const all = sumCells(experiment, candidate, allPeople(experiment))
    const responders = respondersOf(experiment)!
    const draw = dealtHalves(responders, candidate, all, 3, createStream('deal'))
    const found = new Float64Array(3)
    for (let run = 0; run < 200; run++) {
      const halvings = [...draw()]
      expect(halvings).toHaveLength(3)
      const wholes = halvings.map(([half, other]) => half.map((sum, at) => sum + other[at]!))
      for (const [at, sum] of wholes[0]!.entries()) expect(wholes[1]![at]).toBeCloseTo(sum, 6)
      expect(wholes[0]![SUM.people]).toBe(all[SUM.people])
      const people = [0, 1, 2].map((arm) => {
        let weighted = 0
        for (let at = arm * SUM_FIELDS; at < all.length; at += 3 * SUM_FIELDS) {
          weighted += wholes[0]![at + SUM.wy]!
        }
        return weighted * world.shares[arm]!
      })
      expect(people.reduce((sum, each) => sum + each)).toBeCloseTo(responders.rows.length, 6)
      for (const [arm, each] of people.entries()) found[arm]! += each / responders.rows.length / 200
    }
    for (const [arm, share] of found.entries()) expect(share).toBeCloseTo(world.shares[arm]!, 2)
  })
})
