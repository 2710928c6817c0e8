import type { Stream } from '../../../core/stream.ts'
import { normalQuantile } from '../../../stats/normal.ts'

/** Draws from a stream, for tests by simulation; each by a plain method that shares no code with what is tested. */
export interface Draws {
  /** In (0, 1), never an end of it. */
  uniform(): number
  normal(): number
  /** Gamma with scale 1. */
  gamma(shape: number): number
  beta(a: number, b: number): number
  poisson(mean: number): number
  binomial(trials: number, rate: number): number
}

export function createDraws(stream: Stream): Draws {
  const uniform = () => (stream.next() * 0xffffffff + 0.5) / 2 ** 32
  const normal = () => normalQuantile(uniform())
  // Marsaglia, Tsang 2000, ACM Trans. Math. Softw. 26:363-372.
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * uniform() ** (1 / shape)
    const d = shape - 1 / 3
    for (;;) {
      const z = normal()
      const v = (1 + z / Math.sqrt(9 * d)) ** 3
      if (v > 0 && Math.log(uniform()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v
    }
  }
  return {
    uniform,
    normal,
    gamma,
    beta: (a, b) => {
      const x = gamma(a)
      return x / (x + gamma(b))
    },
    poisson: (mean) => {
      let count = -1
      for (let left = mean; left > 0; count++) left += Math.log(uniform())
      return Math.max(0, count)
    },
    binomial: (trials, rate) => {
      let count = 0
      for (let trial = 0; trial < trials; trial++) if (stream.next() < rate) count++
      return count
    },
  }
}

/**
 * Kolmogorov's distance of p-values from uniform, over its 0.1 % point: above 1 they are not uniform.
 *
 * @see Kolmogorov 1933; the 0.1 % point is 1.95 / sqrt(n)
 */
export function distanceFromUniform(pValues: readonly number[]): number {
  const sorted = [...pValues].sort((a, b) => a - b)
  const distance = Math.max(
    ...sorted.map((p, at) => Math.max(p - at / sorted.length, (at + 1) / sorted.length - p)),
  )
  return (distance * Math.sqrt(sorted.length)) / 1.95
}

/** Share of `rounds` in which the interval held the truth. */
export function shareOf(rounds: number, holds: (round: number) => boolean): number {
  let held = 0
  for (let round = 0; round < rounds; round++) if (holds(round)) held++
  return held / rounds
}
