/** Where a function of one number is largest, and its value there. */
export interface Maximum {
  readonly at: number
  readonly value: number
}

/**
 * The largest value of a function over a range of many powers of ten: first on a geometric grid, so that one of several
 * hills is not mistaken for the highest, then by golden section beside the best point.
 *
 * @param low above 0, below `high`
 * @param factor step of the grid, above 1; hills narrower than it may be missed
 * @returns `at` to a millionth of itself; about 30 evaluations more than the grid has points
 */
export function geometricMaximum(
  value: (at: number) => number,
  low: number,
  high: number,
  factor: number,
): Maximum {
  const steps = Math.max(2, Math.ceil(Math.log(high / low) / Math.log(factor)))
  const width = Math.log(high / low) / steps
  const point = (step: number) => Math.log(low) + width * step
  let best = { step: 0, value: -Infinity }
  for (let step = 0; step <= steps; step++) {
    const here = value(Math.exp(point(step)))
    if (here > best.value) best = { step, value: here }
  }
  const inner = goldenSection(
    (logAt) => value(Math.exp(logAt)),
    point(Math.max(0, best.step - 1)),
    point(Math.min(steps, best.step + 1)),
  )
  if (inner.value > best.value) return { at: Math.exp(inner.at), value: inner.value }
  return { at: Math.exp(point(best.step)), value: best.value }
}

const GOLDEN = (Math.sqrt(5) - 1) / 2

function goldenSection(value: (at: number) => number, low: number, high: number): Maximum {
  let [left, right] = [low, high]
  let a = right - GOLDEN * (right - left)
  let b = left + GOLDEN * (right - left)
  let [atA, atB] = [value(a), value(b)]
  while (right - left > 1e-6) {
    if (atA >= atB) {
      right = b
      ;[b, atB] = [a, atA]
      a = right - GOLDEN * (right - left)
      atA = value(a)
    } else {
      left = a
      ;[a, atA] = [b, atB]
      b = left + GOLDEN * (right - left)
      atB = value(b)
    }
  }
  return atA >= atB ? { at: a, value: atA } : { at: b, value: atB }
}
