import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStream } from '../../../core/stream.ts'
import { clusteredRate, compareMeans, meanInterval, momentsOf } from '../../../stats/person-means.ts'
import { newcombeDifference, wilsonInterval } from '../../../stats/proportion.ts'
import { sampleRatio } from '../../../stats/sample-ratio.ts'
import { createDraws, distanceFromUniform } from './sample.ts'

describe('means over people', () => {
  it("is Welch's test on his kind of data", () => {
    // By hand: means 3 and 6, variances 2.5 and 10, so se^2 = 0.5 + 2 = 2.5, df = 6.25 / (0.25/4 + 4/4) = 5.882.
    const a = momentsOf([1, 2, 3, 4, 5])
    const b = momentsOf([2, 4, 6, 8, 10])
    const result = compareMeans(a, b)
    expect(result.difference).toBe(-3)
    // t = 3 / 1.5811 = 1.897 at 5.88 degrees: p = 0.107, as R's t.test(1:5, 2*(1:5)) prints.
    expect(result.pValue).toBeCloseTo(0.1073, 3)
    expect(result.low).toBeCloseTo(-6.8876, 3)
    expect(result.high).toBeCloseTo(0.8876, 3)
    expect(result.lift!.ratio).toBe(-0.5)
  })

  it("is GrowthBook's two-sided test (packages/stats/tests/frequentist/test_tests.py)", () => {
    const arm = (mean: number, deviation: number, people: number) => ({
      people,
      sum: mean * people,
      sumOfSquares: deviation ** 2 * (people - 1) + mean ** 2 * people,
    })
    const result = compareMeans(arm(0.7, 6.2, 3461), arm(0.41, 3.9, 3407))
    expect(result.difference).toBeCloseTo(0.29, 12)
    expect(result.low).toBeCloseTo(0.04538, 5)
    expect(result.high).toBeCloseTo(0.53462, 5)
    expect(result.pValue).toBeCloseTo(0.02016, 5)
    expect(result.lift!.ratio).toBeCloseTo(0.70732, 5)
  })

  it('the lift leaves 0 out exactly when the difference does, and holds the lift seen', () => {
    const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 60 })
    fc.assert(
      fc.property(values, values, (first, second) => {
        const { low, high, lift } = compareMeans(momentsOf(first), momentsOf(second))
        if (!lift) return
        expect(lift.low).toBeLessThanOrEqual(lift.ratio)
        expect(lift.high).toBeGreaterThanOrEqual(lift.ratio)
        const near = Math.min(Math.abs(low), Math.abs(high)) < 1e-9
        if (!near) expect(lift.low > 0 || lift.high < 0).toBe(low > 0 || high < 0)
      }),
      { numRuns: 500 },
    )
  })

  it('there is no lift over a mean that may be 0', () => {
    expect(compareMeans(momentsOf([3, 4, 5, 4]), momentsOf([0, 0, 0, 1])).lift).toBeUndefined()
  })

  it('a mean has the textbook interval', () => {
    const { mean, low, high } = meanInterval(momentsOf([1, 2, 3, 4, 5]))
    // 3 +- 2.776445 sqrt(2.5 / 5)
    expect(mean).toBe(3)
    expect(high - mean).toBeCloseTo(1.96324, 5)
    expect(mean - low).toBeCloseTo(1.96324, 5)
    expect(() => meanInterval(momentsOf([1]))).toThrow(RangeError)
  })

  it('moments of parts add up to those of the whole, and swapping the arms flips the sign', () => {
    const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(values, values, (first, second) => {
        const a = momentsOf(first)
        const b = momentsOf(second)
        const whole = momentsOf([...first, ...second])
        expect(whole.sumOfSquares).toBe(a.sumOfSquares + b.sumOfSquares)
        const forth = compareMeans(a, b)
        const back = compareMeans(b, a)
        expect(forth.difference).toBeCloseTo(-back.difference, 12)
        expect(forth.low).toBeCloseTo(-back.high, 9)
        expect(forth.pValue).toBeCloseTo(back.pValue, 9)
      }),
    )
  })

  it('the lift leaves out 0 just when the difference does, and its bounds are ratios on the edge of being told apart', () => {
    const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 5, maxLength: 60 })
    fc.assert(
      fc.property(values, values, (first, second) => {
        const { low, high, lift } = compareMeans(momentsOf(first), momentsOf(second))
        // Rounding decides at the edge itself.
        if (!lift || Math.min(Math.abs(low), Math.abs(high)) < 1e-9) return
        expect(lift.low > 0).toBe(low > 0)
        expect(lift.high < 0).toBe(high < 0)
        expect(lift.low).toBeLessThanOrEqual(lift.ratio)
        expect(lift.high).toBeGreaterThanOrEqual(lift.ratio)
      }),
      { numRuns: 300 },
    )
    expect(compareMeans(momentsOf([1, 2, 3]), momentsOf([0, 0, 1])).lift).toBeUndefined()
  })

  it('mean, difference and lift hold their truths in 95 % of samples of unlike arms, and p-values are uniform', () => {
    const draws = createDraws(createStream('welch'))
    const rounds = 1500
    let [mean, difference, lift] = [0, 0, 0]
    const pValues: number[] = []
    for (let round = 0; round < rounds; round++) {
      const first = momentsOf(Array.from({ length: 15 }, () => 6 + 2 * draws.normal()))
      const second = momentsOf(Array.from({ length: 40 }, () => 5 + draws.normal()))
      const own = meanInterval(first)
      if (own.low <= 6 && 6 <= own.high) mean++
      const compared = compareMeans(first, second)
      if (compared.low <= 1 && 1 <= compared.high) difference++
      if (compared.lift!.low <= 0.2 && 0.2 <= compared.lift!.high) lift++
      const moved = momentsOf(Array.from({ length: 15 }, () => 5 + 2 * draws.normal()))
      pValues.push(compareMeans(moved, second).pValue)
    }
    for (const held of [mean, difference, lift]) {
      expect(held / rounds).toBeGreaterThan(0.935)
      expect(held / rounds).toBeLessThan(0.965)
    }
    expect(distanceFromUniform(pValues)).toBeLessThan(1)
  })

  it('holds the truth in 95 % of samples where people differ widely, and counting impressions does not', () => {
    const stream = createStream('coverage')
    const rounds = 600
    let perPerson = 0
    let perImpression = 0
    for (let round = 0; round < rounds; round++) {
      const [a, b] = [sample(stream, 150), sample(stream, 150)]
      const people = compareMeans(momentsOf(a.map((p) => p.events)), momentsOf(b.map((p) => p.events)))
      if (people.low <= 0 && 0 <= people.high) perPerson++
      const naive = newcombeDifference(pool(a), pool(b))
      if (naive.low <= 0 && 0 <= naive.high) perImpression++
    }
    expect(perPerson / rounds).toBeGreaterThan(0.92)
    expect(perPerson / rounds).toBeLessThan(0.985)
    expect(perImpression / rounds).toBeLessThan(0.88)
  })
})

describe('rate over clustered trials', () => {
  it('is Wilson when every person has one trial', () => {
    const people = Array.from({ length: 100 }, (_, at) => ({ events: at < 12 ? 1 : 0, trials: 1 }))
    const clustered = clusteredRate(people)!
    const plain = wilsonInterval(12, 100)
    // The ratio variance divides by people - 1, so it is 1 % larger at most.
    expect(clustered.low).toBeCloseTo(plain.low, 3)
    expect(clustered.high).toBeCloseTo(plain.high, 3)
  })

  it('counts people, not trials, when a person answers always or never', () => {
    const people = Array.from({ length: 100 }, (_, at) => ({ events: at < 20 ? 10 : 0, trials: 10 }))
    const clustered = clusteredRate(people)!
    expect(clustered.effectiveTrials).toBeCloseTo(99, 6)
    expect(clustered.rate).toBe(0.2)
  })

  it('without one event each person is one trial', () => {
    const people = Array.from({ length: 50 }, () => ({ events: 0, trials: 100 }))
    expect(clusteredRate(people)).toMatchObject({ rate: 0, low: 0, effectiveTrials: 50 })
    expect(clusteredRate([])).toBeUndefined()
    expect(clusteredRate([{ events: 2, trials: 1 }])).toBeUndefined()
  })

  it('as many events as trials, of other people, count each person as one trial', () => {
    const people = [
      { events: 2, trials: 1 },
      { events: 0, trials: 1 },
    ]
    expect(clusteredRate(people)).toMatchObject({ rate: 1, effectiveTrials: 2 })
  })

  it('holds the true rate in about 95 % of samples', () => {
    const stream = createStream('clustered')
    const rounds = 400
    let covered = 0
    for (let round = 0; round < rounds; round++) {
      const { low, high } = clusteredRate(
        sample(stream, 200).map((person) => ({ events: person.events, trials: person.trials })),
      )!
      if (low <= TRUE_RATE && TRUE_RATE <= high) covered++
    }
    expect(covered / rounds).toBeGreaterThan(0.91)
    expect(covered / rounds).toBeLessThan(0.985)
  })
})

describe('sample ratio', () => {
  it('is the chi-square of the textbook: 55 against 45 of an even split', () => {
    const { chiSquare, pValue } = sampleRatio([55, 45], [1, 1])
    expect(chiSquare).toBe(1)
    expect(pValue).toBeCloseTo(0.31731, 5)
  })

  it('p-values are uniform when the assignment is as told', () => {
    const stream = createStream('null')
    const rounds = 2000
    const pValues: number[] = []
    for (let round = 0; round < rounds; round++) {
      let control = 0
      for (let person = 0; person < 600; person++) if (stream.next() < 0.3) control++
      pValues.push(sampleRatio([600 - control, control], [0.7, 0.3]).pValue)
    }
    pValues.sort((a, b) => a - b)
    // Kolmogorov's distance at 0.1 % is 1.95 / sqrt(2000) = 0.044; counts are whole, which adds a little.
    const distance = Math.max(...pValues.map((p, at) => Math.abs(p - (at + 0.5) / rounds)))
    expect(distance).toBeLessThan(0.06)
  })

  it('finds a broken assignment', () => {
    expect(sampleRatio([9500, 500], [0.9, 0.1]).pValue).toBeLessThan(1e-50)
    expect(sampleRatio([0, 0], [0.9, 0.1]).pValue).toBe(1)
  })
})

const TRUE_RATE = 0.1

/** People with 1 to 40 trials each and a rate of their own, 0.02 or 0.18, whose mean is TRUE_RATE. */
function sample(
  stream: ReturnType<typeof createStream>,
  people: number,
): { events: number; trials: number }[] {
  return Array.from({ length: people }, () => {
    const trials = 1 + Math.floor(40 * stream.next() ** 2)
    const rate = stream.next() < 0.5 ? 0.02 : 0.18
    let events = 0
    for (let trial = 0; trial < trials; trial++) if (stream.next() < rate) events++
    return { events, trials }
  })
}

function pool(people: readonly { events: number; trials: number }[]): { successes: number; trials: number } {
  return {
    successes: people.reduce((sum, person) => sum + person.events, 0),
    trials: people.reduce((sum, person) => sum + person.trials, 0),
  }
}
