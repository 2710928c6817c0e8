import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStream } from '../../../../core/stream.ts'
import { candidateOf, listCandidates } from '../../../../engine/guard/experiment/candidates.ts'
import {
  type CellSums,
  meanAt,
  SUM,
  SUM_FIELDS,
  sumCells,
  sumsOfAll,
  sumsOfWider,
  without,
} from '../../../../engine/guard/experiment/cell-sums.ts'
import type { Experiment } from '../../../../engine/guard/experiment/experiment.ts'
import { allPeople, halfOf } from '../../../../engine/guard/experiment/halves.ts'
import { gainOf, meanGain } from '../../../../engine/guard/experiment/held-out-gain.ts'
import { learnPolicy, type Policy, readableCells } from '../../../../engine/guard/experiment/policy.ts'
import { aggregated, experimentOf, type World } from './experiments.ts'

const WORLD: World = {
  people: 2000,
  seed: 'parts',
  arms: ['a', 'b', 'c'],
  columns: { x: ['0', '1'], y: ['0', '1', '2'], z: ['0', '1', '2', '3'] },
  rate: ({ x }, arm) => (arm === 'b' && x === '1' ? 0.5 : 0.2),
  shares: [0.5, 0.3, 0.2],
}

describe('candidates', () => {
  const { columns, rows } = experimentOf(WORLD)

  test('are all combinations, coarsest first, and always the finest', () => {
    const names = (most?: number) =>
      listCandidates(columns, most).columns.map((each) => each.map(({ name }) => name).join(''))
    expect(names()).toEqual(['x', 'y', 'z', 'xy', 'xz', 'yz', 'xyz'])
    expect(names(4)).toEqual(['x', 'y', 'z', 'xyz'])
    expect(listCandidates(columns, 4).possible).toBe(7)
  })

  test('are made of cells: one for each combination of values that somebody has', () => {
    const candidate = candidateOf({ rows }, columns)
    expect(candidate.cells).toHaveLength(24)
    for (let row = 0; row < rows; row++) {
      const cell = candidate.cellOf[row]!
      expect(candidate.cells[cell]).toEqual(columns.map(({ values, codes }) => values[codes[row]!]))
    }
    for (const [at, codes] of candidate.valueCodes.entries()) {
      const pairs = new Set(candidate.cells.map((cell, index) => `${cell[at]} ${codes[index]}`))
      expect(pairs.size).toBe(columns[at]!.values.length)
    }
  })
})

describe('sums', () => {
  const experiment = experimentOf(WORLD)
  const candidate = candidateOf(experiment, experiment.columns)
  const all = sumCells(experiment, candidate, allPeople(experiment))

  test('of two halves are those of everybody, and so are those of wider cells', () => {
    const half = sumCells(experiment, candidate, halfOf(experiment, createStream('half')))
    const other = without(all, half)
    for (const sums of [half, other]) {
      const wider = candidate.valueCodes.map((codes) => sumsOfWider(sums, 3, codes))
      const people = [sums, ...wider, sumsOfAll(sums, 3)].map((each) => total(each, SUM.people))
      expect(new Set(people).size).toBe(1)
      expect(Math.abs(people[0]! - 1000)).toBeLessThan(5 * Math.sqrt(500))
    }
  })

  test('do not depend on whether people are added up beforehand', () => {
    const together = aggregated(experiment)
    const same = candidateOf(together, together.columns)
    const sums = sumCells(together, same, allPeople(together))
    const byLabel = (of: CellSums, cells: readonly (readonly string[])[]) =>
      cells
        .map((label, cell) => [
          label.join(),
          ...of.subarray(cell * 3 * SUM_FIELDS, (cell + 1) * 3 * SUM_FIELDS),
        ])
        .sort()
    const close = (rows: (string | number)[][]) =>
      rows.map((row) => row.map((value) => (typeof value === 'number' ? expect.closeTo(value, 6) : value)))
    expect(byLabel(sums, same.cells)).toEqual(close(byLabel(all, candidate.cells)))
  })
})

describe('halves of rows that stand for many people', () => {
  /** Mean and variance over draws of what half of a row's sum comes to. */
  const momentsOf = (experiment: Experiment) => {
    const drawn = Array.from({ length: 3000 }, (_, at) => {
      const half = halfOf(experiment, createStream(`draw ${at}`))
      return half.sums.reduce((sum, value) => sum + value, 0)
    })
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length
    return { mean, variance: drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length }
  }
  const row = (kind: 'binary' | 'money', values: readonly number[]): Experiment => ({
    rows: values.length,
    arms: ['a'],
    arm: new Uint16Array(values.length),
    outcome: {
      kind,
      sums: Float64Array.from(values),
      squares: Float64Array.from(values, (value) => value * value),
    },
    people: undefined,
    propensity: new Float64Array(values.length).fill(1),
    columns: [],
  })

  test.each([
    ['binary', Array.from({ length: 60 }, (_, at) => Number(at < 12))],
    ['binary', Array.from({ length: 900 }, (_, at) => Number(at < 300))],
    ['money', Array.from({ length: 200 }, (_, at) => (at % 10 === 0 ? 20 + at : 0))],
  ] as const)('have the law of halves of people (%s, people %#)', (kind, values) => {
    const alone = row(kind, values)
    const people = momentsOf(alone)
    const together = momentsOf(aggregated(alone))
    expect(together.mean / people.mean).toBeCloseTo(1, 1)
    expect(together.variance / people.variance).toBeGreaterThan(0.88)
    expect(together.variance / people.variance).toBeLessThan(1.12)
  })
})

describe('the gain of a policy on others', () => {
  test('is the doubly robust mean over people, with its variance', () => {
    const experiment = experimentOf({ ...WORLD, people: 300 })
    const candidate = candidateOf(experiment, experiment.columns.slice(0, 2))
    const sums = sumCells(experiment, candidate, allPeople(experiment))
    const cells = candidate.cells.length
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: cells, maxLength: cells }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: cells * 3, maxLength: cells * 3 }),
        fc.integer({ min: 0, max: 2 }),
        (arms, predicted, broadArm) => {
          const policy: Policy = {
            broadArm,
            armOf: Uint16Array.from(arms),
            predicted: Float64Array.from(predicted),
          }
          const terms = Array.from({ length: experiment.rows }, (_, row) => {
            const cell = candidate.cellOf[row]!
            const part = (arm: number) => {
              const q = predicted[cell * 3 + arm]!
              const isIn = experiment.arm[row] === arm
              return q + (isIn ? (experiment.outcome.sums[row]! - q) / experiment.propensity[row]! : 0)
            }
            return part(arms[cell]!) - part(broadArm)
          })
          const mean = terms.reduce((sum, term) => sum + term, 0) / terms.length
          const variance = terms.reduce((sum, term) => sum + (term - mean) ** 2, 0) / terms.length ** 2
          const found = meanGain([gainOf(policy, 3, sums)])
          expect(found.gain).toBeCloseTo(mean, 9)
          expect(found.variance).toBeCloseTo(variance, 9)
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('a policy', () => {
  const learn = (world: World, columns: number, leastEvents: number, leastChance = 0.8) => {
    const experiment = experimentOf(world)
    const candidate = candidateOf(experiment, experiment.columns.slice(0, columns))
    const all = sumCells(experiment, candidate, allPeople(experiment))
    const readable = readableCells(candidate, 3, all, leastEvents)
    return {
      experiment,
      candidate,
      all,
      readable,
      learnt: learnPolicy({ candidate, arms: 3, readable, leastChance, baseline: undefined }, all),
    }
  }

  test('takes another arm where it is better and broad elsewhere', () => {
    const world = {
      ...WORLD,
      people: 20_000,
      rate: ({ x }: Record<string, string>, arm: string) =>
        arm === 'b' ? (x === '1' ? 0.4 : 0.1) : arm === 'a' ? 0.28 : 0.2,
    }
    const { candidate, learnt } = learn(world, 2, 50)
    expect(learnt.broadArm).toBe(0)
    candidate.cells.forEach(([x], cell) => {
      expect(learnt.armOf[cell]).toBe(x === '1' ? 1 : 0)
    })
  })

  test('does in a cell without the events what its values call for', () => {
    const world = {
      ...WORLD,
      people: 4000,
      rate: ({ x }: Record<string, string>, arm: string) =>
        arm === 'b' ? (x === '1' ? 0.4 : 0.1) : arm === 'a' ? 0.27 : 0.2,
    }
    const { candidate, readable, learnt } = learn(world, 3, 45)
    expect([...readable.values[0]!]).toEqual([1, 1])
    expect(readable.cells.includes(1)).toBe(false)
    candidate.cells.forEach(([x], cell) => {
      expect(learnt.armOf[cell]).toBe(x === '1' ? 1 : 0)
    })
  })

  test('adds up what several columns say, though no cell could say it alone', () => {
    const world = {
      ...WORLD,
      people: 12_000,
      seed: 'adds up',
      shares: [1 / 3, 1 / 3, 1 / 3],
      rate: ({ x, y }: Record<string, string>, arm: string) =>
        arm === 'b'
          ? 0.2 + (x === '1' ? 0.06 : -0.06) + (y === '0' ? 0.06 : -0.06)
          : arm === 'a'
            ? 0.21
            : 0.1,
    }
    const { candidate, learnt } = learn(world, 3, 10)
    const wrong = candidate.cells.filter(([x, y], cell) => {
      const gain = (x === '1' ? 0.06 : -0.06) + (y === '0' ? 0.06 : -0.06) - 0.01
      return Math.abs(gain) > 0.05 && learnt.armOf[cell] !== (gain > 0 ? 1 : 0)
    })
    expect(learnt.broadArm).toBe(0)
    expect(wrong).toEqual([])
  })

  test('shrinks what is not there, to nothing more often than not', () => {
    const largest = Array.from({ length: 12 }, (_, seed) => {
      const world = { ...WORLD, people: 30_000, seed: `none ${seed}`, rate: () => 0.2 }
      const { learnt, candidate, all } = learn(world, 3, 10)
      const other = learnt.broadArm === 1 ? 2 : 1
      const of = (differences: (cell: number) => number) =>
        Math.max(...candidate.cells.map((_label, cell) => Math.abs(differences(cell))))
      return {
        shrunk: of((cell) => learnt.differences.mean[cell * 3 + other]! - learnt.differences.mean[other]!),
        seen: of(
          (cell) =>
            meanAt(all, (cell * 3 + other) * SUM_FIELDS) -
            meanAt(all, (cell * 3 + learnt.broadArm) * SUM_FIELDS),
        ),
      }
    })
    const sum = (of: 'shrunk' | 'seen') => largest.reduce((total, each) => total + each[of], 0)
    expect(sum('shrunk')).toBeLessThan(sum('seen') / 3)
  })

  test('events of unequal amounts count for fewer', () => {
    const even = experimentOf({ ...WORLD, rate: () => 0.5 })
    const candidate = candidateOf(even, [])
    const unequal: Experiment = {
      ...even,
      outcome: {
        kind: 'money',
        sums: even.outcome.sums.map((value, row) => value * (row % 10 === 0 ? 100 : 1)),
        squares: even.outcome.sums.map((value, row) => value * (row % 10 === 0 ? 100 : 1) ** 2),
      },
    }
    const read = (experiment: Experiment) =>
      readableCells(candidate, 3, sumCells(experiment, candidate, allPeople(experiment)), 50).cells[0]
    expect(read(even)).toBe(1)
    expect(read(unequal)).toBe(0)
  })
})

function total(sums: CellSums, field: number): number {
  let sum = 0
  for (let at = field; at < sums.length; at += SUM_FIELDS) sum += sums[at]!
  return sum
}
