import { normalQuantile } from './normal.ts'

const HALF_LOG_TWO_PI = 0.9189385332046728

/**
 * ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi)/2): what Stirling's formula leaves over.
 *
 * @param x at least 10; error below 1e-16
 * @see DLMF 5.11.1
 */
export function stirlingRest(x: number): number {
  const s = 1 / (x * x)
  return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360360)))))) / x
}

/**
 * ln Gamma(x).
 *
 * @param x above 0
 * @returns error below 1e-14 times the larger of 1 and the result; Stirling's series after shifting x above 10
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`logGamma: x is ${x}, not above 0`)
  let shift = 1
  let y = x
  while (y < 10) shift *= y++
  return (y - 0.5) * Math.log(y) - y + HALF_LOG_TWO_PI + stirlingRest(y) - Math.log(shift)
}

/** Shape above which the gamma law is as good as its cube root's normal law. */
const WILSON_HILFERTY_FROM = 1e6
const MAX_TERMS = 100_000
const TINY = 1e-300

/**
 * Upper regularised incomplete gamma function Q(a, x) = Gamma(a, x) / Gamma(a).
 *
 * @param a above 0
 * @param x at least 0
 * @returns in [0, 1], relative error about 1e-12 for a below 1e4: the series of DLMF 8.11.4 below x = a + 1, the
 * continued fraction of DLMF 8.9.2 (modified Lentz) above
 */
export function upperGamma(a: number, x: number): number {
  return gammaTail(a, x, 'upper')
}

/** Lower regularised incomplete gamma function P(a, x) = 1 - Q(a, x), which keeps its digits where it is small. */
export function lowerGamma(a: number, x: number): number {
  return gammaTail(a, x, 'lower')
}

function gammaTail(a: number, x: number, side: 'upper' | 'lower'): number {
  if (!(a > 0) || !(x >= 0)) throw new RangeError(`incomplete gamma: a is ${a}, x is ${x}`)
  if (x === 0 || x === Infinity) return (x === 0) === (side === 'upper') ? 1 : 0
  const scale = Math.exp(logPowerOverGamma(a, x))
  if (x < a + 1) {
    const lower = Math.min(1, lowerSeries(a, x) * scale)
    return side === 'lower' ? lower : 1 - lower
  }
  const upper = Math.min(1, upperFraction(a, x) * scale)
  return side === 'upper' ? upper : 1 - upper
}

/** a ln x - x - ln Gamma(a), where for large a the first two are close to the third. */
function logPowerOverGamma(a: number, x: number): number {
  if (a < 10) return a * Math.log(x) - x - logGamma(a)
  const off = (x - a) / a
  return a * (Math.log1p(off) - off) + 0.5 * Math.log(a) - HALF_LOG_TWO_PI - stirlingRest(a)
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < MAX_TERMS && term > sum * 1e-17; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / TINY
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < MAX_TERMS; n++) {
    const factor = -n * (n - a)
    b += 2
    d = 1 / keepOff(factor * d + b)
    c = keepOff(b + factor / c)
    fraction *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  return fraction
}

/**
 * The x with P(a, x) = p: quantile of the gamma law with shape `a` and scale 1.
 *
 * @param p in [0, 1]; 1 gives Infinity
 * @param a above 0
 * @returns relative error about 1e-12 up to 1e6: Newton's steps inside a bracket that is halved whenever a step leaves
 * it, so it always ends. Above 1e6 Wilson and Hilferty's cube root, which is off by less than 1e-6 of the spread.
 */
export function gammaQuantile(p: number, a: number): number {
  if (!(p >= 0 && p <= 1) || !(a > 0 && a < Infinity)) {
    throw new RangeError(`gammaQuantile: p is ${p}, a is ${a}`)
  }
  if (p === 0) return 0
  if (p === 1) return Infinity
  if (a > WILSON_HILFERTY_FROM) {
    return a * (1 - 1 / (9 * a) + normalQuantile(p) / (3 * Math.sqrt(a))) ** 3
  }
  // P(a, x) is at most x^a / Gamma(a + 1), so the quantile is at least where that is p.
  let low = Math.exp((Math.log(p) + logGamma(a + 1)) / a)
  if (low === 0) return 0
  let high = Math.max(2 * low, a + 1)
  while (lowerGamma(a, high) < p && high < Number.MAX_VALUE) high *= 2
  let x = Math.min(high, Math.max(low, a))
  for (let step = 0; step < 200; step++) {
    // The smaller tail keeps its digits.
    const over = p < 0.5 ? lowerGamma(a, x) - p : 1 - p - upperGamma(a, x)
    if (over > 0) high = x
    else low = x
    const newton = x - (over * x) / Math.exp(logPowerOverGamma(a, x))
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (Math.abs(next - x) <= 1e-15 * next) return next
    x = next
  }
  return x
}

/** Lentz's guard against a zero denominator. */
export function keepOff(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}

/** P(X > x) for a chi-square X with `degrees` (above 0) degrees of freedom. Relative error about 1e-12. */
export function chiSquareTail(x: number, degrees: number): number {
  return upperGamma(degrees / 2, x / 2)
}

/**
 * The x with P(X <= x) = p for a chi-square X.
 *
 * @param p in [0, 1]; 1 gives Infinity
 * @param degrees above 0, need not be whole; relative error about 1e-12 up to 2e4
 */
export function chiSquareQuantile(p: number, degrees: number): number {
  return 2 * gammaQuantile(p, degrees / 2)
}

/** ln of the beta function B(a, b), a and b above 0; keeps its digits when both are large (no differences of large logs). */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b)
  const large = Math.max(a, b)
  if (large < 10) return logGamma(small) + logGamma(large) - logGamma(small + large)
  const rest = stirlingRest(large) - stirlingRest(small + large)
  const share = small / (small + large)
  if (small < 10) {
    return (
      logGamma(small) + rest + small - small * Math.log(small + large) + (large - 0.5) * Math.log1p(-share)
    )
  }
  return (
    -0.5 * Math.log(large) +
    HALF_LOG_TWO_PI +
    rest +
    stirlingRest(small) +
    (small - 0.5) * Math.log(share) +
    large * Math.log1p(-share)
  )
}

/**
 * ln of the rising factorial a (a + 1) ... (a + x - 1) = Gamma(a + x) / Gamma(a), the growing part of count likelihoods;
 * keeps its digits where `a` is far above `x`.
 *
 * @param a above 0
 * @param x at least 0, need not be whole
 */
export function logRising(a: number, x: number): number {
  if (x <= 8 && Number.isInteger(x)) {
    let product = 1
    for (let at = 0; at < x; at++) product *= a + at
    return Math.log(product)
  }
  return logGamma(x) - logBeta(a, x)
}

/** Derivative of ln Gamma at x above 0. Error about 1e-15 times the larger of 1 and 1/x. @see DLMF 5.11.2 */
export function digamma(x: number): number {
  let shift = 0
  let y = x
  while (y < 10) shift += 1 / y++
  const s = 1 / (y * y)
  const rest =
    s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * (691 / 32760))))))
  return Math.log(y) - 0.5 / y - rest - shift
}

/** Second derivative of ln Gamma at x above 0. Relative error about 1e-14. @see DLMF 5.15.8 */
export function trigamma(x: number): number {
  let shift = 0
  let y = x
  while (y < 10) shift += 1 / (y++) ** 2
  const s = 1 / (y * y)
  const rest = s * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - s * (5 / 66 - s * (691 / 2730))))))
  return (1 + 0.5 / y + rest) / y + shift
}
