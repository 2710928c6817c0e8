import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStream } from '../../../../core/stream.ts'
import { candidateOf, listCandidates } from '../../../../engine/guard/experiment/candidates.ts'
import {
  type CellSums,
  peopleOfCell,
  SUM,
  SUM_FIELDS,
  sumCells,
  sumsByLevel,
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

  test('nest: a cell lies in the one of its own first columns', () => {
    const candidate = candidateOf({ rows }, columns)
    const coarser = candidateOf({ rows }, columns.slice(0, 2))
    for (let row = 0; row < rows; row++) {
      const cell = candidate.cellOf[row]!
      expect(candidate.cells[cell]).toEqual(columns.map(({ values, codes }) => values[codes[row]!]))
      expect(coarser.cells[candidate.parents[2]![cell]!]).toEqual(candidate.cells[cell]!.slice(0, 2))
    }
  })
})

describe('sums', () => {
  const experiment = experimentOf(WORLD)
  const candidate = candidateOf(experiment, experiment.columns)
  const all = sumCells(experiment, candidate, allPeople(experiment))

  test('of two halves are those of everybody, and so are those of every level', () => {
    const half = sumCells(experiment, candidate, halfOf(experiment, createStream('half')))
    const other = without(all, half)
    for (const sums of [half, other]) {
      const people = sumsByLevel(candidate, 3, sums).map((level) => total(level, SUM.people))
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
    const rule = { leastChance, baseline: undefined }
    return {
      experiment,
      candidate,
      all,
      readable,
      learnt: learnPolicy({ candidate, arms: 3, readable, rule }, all),
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

  test('does in a cell without the events what its wider cell does', () => {
    const world = {
      ...WORLD,
      people: 4000,
      rate: ({ x }: Record<string, string>, arm: string) => (arm === 'b' ? (x === '1' ? 0.4 : 0.1) : 0.25),
    }
    const { candidate, all, readable, learnt } = learn(world, 3, 45)
    const [, byX, byXY, byXYZ] = readable
    expect([...byX!]).toEqual([1, 1])
    expect(byXY!.includes(0) || byXYZ!.includes(0)).toBe(true)
    candidate.cells.forEach(([x], cell) => {
      if (byXYZ![cell] === 1) return
      expect(peopleOfCell(all, 3, cell)).toBeLessThan(1000)
      if (byXY![candidate.parents[2]![cell]!] === 0) expect(learnt.armOf[cell]).toBe(x === '1' ? 1 : 0)
    })
  })

  test('shrinks what is not there to nothing', () => {
    const { learnt, candidate } = learn({ ...WORLD, people: 30_000, seed: 'none', rate: () => 0.2 }, 3, 50)
    const raw = candidate.cells.map((_, cell) =>
      Math.abs(learnt.differences.mean[cell * 3 + (learnt.broadArm === 0 ? 1 : 0)]!),
    )
    expect(Math.max(...raw)).toBeLessThan(0.03)
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
      readableCells(candidate, 3, sumCells(experiment, candidate, allPeople(experiment)), 50)[0]![0]
    expect(read(even)).toBe(1)
    expect(read(unequal)).toBe(0)
  })
})

function total(sums: CellSums, field: number): number {
  let sum = 0
  for (let at = field; at < sums.length; at += SUM_FIELDS) sum += sums[at]!
  return sum
}
