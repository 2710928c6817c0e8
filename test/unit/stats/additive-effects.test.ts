import { describe, expect, it } from 'vitest'
import { createStream, type Stream } from '../../../core/stream.ts'
import { fitAdditiveEffects, type ShownCell } from '../../../stats/additive-effects.ts'

const chosen = (stream: Stream, among: number) => stream.integer(among)

/** Roughly normal: a sum of twelve. */
function normal({ next }: Stream): number {
  let sum = -6
  for (let at = 0; at < 12; at++) sum += next()
  return sum
}

describe('additive effects', () => {
  it('are least squares where nothing is shrunk, by hand', () => {
    // Two options in a rich circumstance (0) and a poor one (1), unevenly; rates .5, .4 and .2, .1: a difference of .1.
    const cell = (option: number, circumstance: number, trials: number, events: number): ShownCell => ({
      cluster: 10 * option + circumstance,
      options: [option],
      circumstances: [circumstance],
      trials,
      events,
    })
    const cells = [
      cell(0, 0, 4000, 2000),
      cell(1, 0, 1000, 400),
      cell(0, 1, 1000, 200),
      cell(1, 1, 4000, 400),
    ]
    // Clusters of one trial, so that there is an error; with 10,000 of them it shrinks by some thousandth.
    const alone = cells.flatMap((each) =>
      Array.from({ length: each.trials }, (_, at) => ({
        ...each,
        cluster: each.cluster * 10_000 + at,
        trials: 1,
        events: at < each.events ? 1 : 0,
      })),
    )
    const { effects } = fitAdditiveEffects(alone, { factors: [2], circumstances: 2, usualSpread: 1 })
    // Raw rates are .44 and .16, and would say .28.
    expect(effects[0]!.effect - effects[1]!.effect).toBeCloseTo(0.1, 3)
    expect(effects[0]!.effect).toBeCloseTo(0.05, 3)
  })

  it('blame no option for the circumstance it was shown in, and find the one that matters', () => {
    const runs = 40
    let [held, found, goodSum, sum] = [0, 0, 0, 0]
    for (let run = 0; run < runs; run++) {
      const stream = createStream(`confounded ${run}`)
      const cells: ShownCell[] = []
      for (let cluster = 0; cluster < 6000; cluster++) {
        const rich = chosen(stream, 2)
        const option = stream.next() < (rich ? 0.85 : 0.15) ? 0 : 1
        const other = chosen(stream, 3)
        const rate = (rich ? 0.15 : 0.03) + (other === 2 ? 0.06 : 0)
        cells.push({
          cluster,
          options: [option, 2 + other],
          circumstances: [rich],
          trials: 1,
          events: stream.next() < rate ? 1 : 0,
        })
      }
      const { effects } = fitAdditiveEffects(cells, {
        factors: [2, 3],
        circumstances: 2,
        usualSpread: 0.025,
      })
      const [first, , , , good] = effects
      held += first!.low <= 0 && first!.high >= 0 ? 1 : 0
      sum += first!.effect
      // Planted: .04 above the mean of the three.
      found += good!.low > 0 ? 1 : 0
      goodSum += good!.effect
    }
    // Raw rates differ by .084, half of which would be each option's effect.
    expect(held / runs).toBeGreaterThanOrEqual(0.9)
    expect(Math.abs(sum / runs)).toBeLessThan(0.002)
    // Drawn in by a twentieth.
    expect(goodSum / runs).toBeGreaterThan(0.036)
    expect(goodSum / runs).toBeLessThan(0.041)
    expect(found).toBe(runs)
  })

  it('hold the truth 95 times in 100 though people bring many trials, and are nearer it than raw rates', () => {
    let [held, heldAlone, all, shrunk, raw, designEffect] = [0, 0, 0, 0, 0, 0]
    const runs = 40
    for (let run = 0; run < runs; run++) {
      const stream = createStream(`sticky ${run}`)
      const truth = Array.from({ length: 8 }, () => 0.015 * normal(stream))
      const cells: ShownCell[] = []
      const trialsOf = new Float64Array(8)
      const eventsOf = new Float64Array(8)
      for (let cluster = 0; cluster < 800; cluster++) {
        // A person is shown the same thing again and again, and clicks on most things or on few.
        const option = chosen(stream, 8)
        const rate = Math.max(0, (0.1 + truth[option]!) * -Math.log(1 - stream.next()))
        let events = 0
        for (let at = 0; at < 20; at++) events += stream.next() < rate ? 1 : 0
        cells.push({ cluster, options: [option], circumstances: [0], trials: 20, events })
        trialsOf[option]! += 20
        eventsOf[option]! += events
      }
      const layout = { factors: [8], circumstances: 1, usualSpread: 0.02 }
      const fit = fitAdditiveEffects(cells, layout)
      const alone = fitAdditiveEffects(
        cells.flatMap((cell) =>
          Array.from({ length: 20 }, (_, at) => ({
            ...cell,
            cluster: cell.cluster * 20 + at,
            trials: 1,
            events: at < cell.events ? 1 : 0,
          })),
        ),
        layout,
      )
      designEffect += fit.designEffect / runs
      const mean = truth.reduce((sum, value, at) => sum + (value * trialsOf[at]!) / 16_000, 0)
      const rawMean = eventsOf.reduce((sum, value) => sum + value, 0) / 16_000
      truth.forEach((value, at) => {
        const { effect, low, high } = fit.effects[at]!
        const other = alone.effects[at]!
        held += low <= value - mean && value - mean <= high ? 1 : 0
        heldAlone += other.low <= value - mean && value - mean <= other.high ? 1 : 0
        shrunk += (effect - value + mean) ** 2
        raw += (eventsOf[at]! / trialsOf[at]! - rawMean - value + mean) ** 2
        all++
      })
    }
    expect(held / all).toBeGreaterThan(0.92)
    expect(held / all).toBeLessThan(0.99)
    // As if each trial stood alone they would be too sure.
    expect(heldAlone / all).toBeLessThan(0.85)
    expect(designEffect).toBeGreaterThan(2)
    expect(shrunk).toBeLessThan(raw)
  })

  it('are nothing where nothing happened', () => {
    const cell = { cluster: 0, options: [0], circumstances: [0], trials: 5, events: 0 }
    const none = { effect: 0, low: 0, high: 0, pValue: 1 }
    expect(fitAdditiveEffects([cell], { factors: [2], circumstances: 1, usualSpread: 0.1 }).effects).toEqual([
      none,
      none,
    ])
    expect(fitAdditiveEffects([], { factors: [1], circumstances: 0, usualSpread: 0.1 }).effects).toEqual([
      none,
    ])
  })
})
