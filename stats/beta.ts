import { keepOff, logBeta } from './gamma.ts'

/**
 * Regularised incomplete beta function I_x(a, b): the beta law's P(X <= x).
 *
 * @param x in [0, 1]
 * @param a above 0
 * @param b above 0
 * @returns in [0, 1]; relative error about 1e-12 for a, b up to 1e5. Cost grows as the root of the larger of a and b.
 * @see DLMF 8.17.22, evaluated by Lentz's method
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) {
    throw new RangeError(`incompleteBeta: x is ${x}, a is ${a}, b is ${b}`)
  }
  if (x === 0 || x === 1) return x
  // The fraction converges fast only below the mean; above it, turn to the other tail.
  if (x > (a + 1) / (a + b + 2)) return 1 - lowerTail(1 - x, b, a)
  return lowerTail(x, a, b)
}

function lowerTail(x: number, a: number, b: number): number {
  const scale = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a
  let c = 1
  let d = 1 / keepOff(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m < 1_000_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / keepOff(1 + even * d)
    c = keepOff(1 + even / c)
    fraction *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / keepOff(1 + odd * d)
    c = keepOff(1 + odd / c)
    fraction *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  return scale * fraction
}

/**
 * The x with I_x(a, b) = p: the beta law's quantile.
 *
 * @param p in [0, 1]
 * @returns in [0, 1], relative error about 1e-12. Newton's steps inside a bracket that is halved whenever a step
 * leaves it, so it always ends.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`betaQuantile: p is ${p}, not in [0, 1]`)
  if (p === 0 || p === 1) return p
  let low = 0
  let high = 1
  let x = a / (a + b)
  const logScale = logBeta(a, b)
  for (let step = 0; step < 200; step++) {
    const over = incompleteBeta(x, a, b) - p
    if (over > 0) high = x
    else low = x
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logScale)
    const newton = x - over / density
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (Math.abs(next - x) <= 1e-15 * next) return next
    x = next
  }
  return x
}
