/** 97.5 % quantile of the normal law: two-sided 95 % intervals. */
export const Z_95 = 1.959963984540054

/** Ratio of polynomials by Horner's rule, coefficients from the highest power down. */
function ratio(x: number, numerator: readonly number[], denominator: readonly number[]): number {
  let top = 0
  for (const coefficient of numerator) top = top * x + coefficient
  let bottom = 0
  for (const coefficient of denominator) bottom = bottom * x + coefficient
  return top / bottom
}

const ERF_NUMERATOR = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
]
const ERF_DENOMINATOR = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171]
const ERFC_NUMERATOR = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
  881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
]
const ERFC_DENOMINATOR = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
]
const TAIL_NUMERATOR = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
]
const TAIL_DENOMINATOR = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
]

/**
 * Complementary error function, 1 - erf(x), without loss in the upper tail.
 *
 * Relative error below 1e-14 for x <= 26 (beyond, the result leaves the range of doubles and is 0).
 * @see Cody 1969, Math. Comp. 23:631-637, doi:10.1090/S0025-5718-1969-0247736-4
 */
export function erfc(x: number): number {
  const y = Math.abs(x)
  if (y <= 0.46875) return 1 - x * ratio(y * y, ERF_NUMERATOR, ERF_DENOMINATOR)
  if (y > 28) return x < 0 ? 2 : 0
  let tail: number
  if (y <= 4) {
    tail = ratio(y, ERFC_NUMERATOR, ERFC_DENOMINATOR)
  } else {
    const z = 1 / (y * y)
    tail = (1 / Math.sqrt(Math.PI) - z * ratio(z, TAIL_NUMERATOR, TAIL_DENOMINATOR)) / y
  }
  // exp(-y^2) in two factors: y is cut to 1/16 so that its square is exact (Cody's trick).
  const cut = Math.trunc(y * 16) / 16
  tail *= Math.exp(-cut * cut) * Math.exp(-(y - cut) * (y + cut))
  return x < 0 ? 2 - tail : tail
}

/** P(Z <= z) for a standard normal Z. Relative error below 1e-13 for z >= -37. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z / Math.SQRT2)
}

const ROOT_TWO_PI = 2.5066282746310002

/** Density of the standard normal law at `z`. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / ROOT_TWO_PI
}

const CENTRE_NUMERATOR = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
]
const CENTRE_DENOMINATOR = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
]
const MIDDLE_NUMERATOR = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
]
const MIDDLE_DENOMINATOR = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
]
const FAR_NUMERATOR = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
]
const FAR_DENOMINATOR = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
]

/**
 * The z with P(Z <= z) = p for a standard normal Z.
 *
 * @param p in [0, 1]; 0 and 1 give -Infinity and Infinity
 * @returns relative error about 1e-16 of AS 241, PPND16
 * @see Wichura 1988, Appl. Statist. 37:477-484, doi:10.2307/2347330
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`normalQuantile: p is ${p}, not in [0, 1]`)
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) return q * ratio(0.180625 - q * q, CENTRE_NUMERATOR, CENTRE_DENOMINATOR)
  const tail = q < 0 ? p : 1 - p
  if (tail === 0) return q < 0 ? -Infinity : Infinity
  const r = Math.sqrt(-Math.log(tail))
  const size =
    r <= 5
      ? ratio(r - 1.6, MIDDLE_NUMERATOR, MIDDLE_DENOMINATOR)
      : ratio(r - 5, FAR_NUMERATOR, FAR_DENOMINATOR)
  return q < 0 ? -size : size
}
