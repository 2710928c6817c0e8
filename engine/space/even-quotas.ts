import { createSampler } from './sample.ts'

/**
 * Shares a number out as evenly as it goes: everybody gets the same, and no more than they can take; what is left over
 * goes to the others. The last few, too few to go round, go to those that a seed draws, one each.
 *
 * @param capacities most that each can take, at least 0
 * @param total at most their sum
 */
export function evenQuotas(capacities: readonly bigint[], total: bigint, seed: string): bigint[] {
  const given = (level: bigint) =>
    capacities.reduce((sum, capacity) => sum + (capacity < level ? capacity : level), 0n)
  // The highest level that the total pays for, by halving.
  let level = 0n
  let tooHigh = total + 1n
  while (tooHigh - level > 1n) {
    const middle = (level + tooHigh) / 2n
    if (given(middle) <= total) level = middle
    else tooHigh = middle
  }
  const quotas = capacities.map((capacity) => (capacity < level ? capacity : level))
  const open = [...capacities.keys()].filter((at) => capacities[at]! > level)
  const left = total - quotas.reduce((sum, quota) => sum + quota, 0n)
  const sampler = createSampler(BigInt(open.length), seed)
  for (let place = 0n; place < left; place++) quotas[open[Number(sampler.rankAt(place))]!]! += 1n
  return quotas
}
