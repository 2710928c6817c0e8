/** A finite field: its elements are 0 to order - 1, 0 and 1 the neutral ones. */
export interface Field {
  readonly order: number
  add(one: number, other: number): number
  multiply(one: number, other: number): number
}

/** The smallest number from `least` (at least 2) that is the power of a prime: only of such orders is there a field. */
export function primePowerFrom(least: number): number {
  let order = least
  while (!primeOf(order)) order++
  return order
}

/**
 * The field of a prime power. Elements are polynomials over the integers modulo the prime, written as the digits of a
 * number; products go by the powers of x modulo a primitive polynomial, which is found by trying.
 */
export function createField(order: number): Field {
  const prime = primeOf(order)
  if (!prime) throw new RangeError(`there is no field of ${order} elements`)
  if (prime === order) {
    return {
      order,
      add: (one, other) => (one + other) % order,
      multiply: (one, other) => (one * other) % order,
    }
  }
  const add = (one: number, other: number): number => {
    let sum = 0
    for (let unit = 1; unit < order; unit *= prime) {
      sum += ((Math.floor(one / unit) + Math.floor(other / unit)) % prime) * unit
    }
    return sum
  }
  const { powers, logarithms } = powersOfX(order, prime, add)
  return {
    order,
    add,
    multiply: (one, other) =>
      one === 0 || other === 0 ? 0 : powers[(logarithms[one]! + logarithms[other]!) % (order - 1)]!,
  }
}

/** The prime that an order is a power of, undefined when there is none. */
function primeOf(order: number): number | undefined {
  let prime = 2
  while (prime * prime <= order && order % prime !== 0) prime++
  if (order % prime !== 0) prime = order
  let rest = order
  while (rest % prime === 0) rest /= prime
  return rest === 1 ? prime : undefined
}

function powersOfX(order: number, prime: number, add: Field['add']) {
  const top = order / prime
  for (let reduction = 1; reduction < order; reduction++) {
    // x^m = reduction: multiplying by x shifts the digits, and each unit shifted out comes back as the reduction.
    const powers = [1]
    const logarithms = new Int32Array(order).fill(-1)
    logarithms[1] = 0
    while (powers.length < order - 1) {
      const last = powers.at(-1)!
      let next = (last % top) * prime
      for (let carried = Math.floor(last / top); carried > 0; carried--) next = add(next, reduction)
      if (logarithms[next] !== -1 || next === 0) break
      logarithms[next] = powers.length
      powers.push(next)
    }
    if (powers.length === order - 1) return { powers, logarithms }
  }
  throw new RangeError(`no primitive polynomial for ${order}`)
}
