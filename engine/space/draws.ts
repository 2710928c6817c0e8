import { evenQuotas } from './even-quotas.ts'
import type { Part } from './part.ts'
import { createSampler } from './sample.ts'

/** Samples up to this size are written in the order of their ranks: sorting them takes 8 bytes each. */
export const MOST_SORTED = 1_000_000n

/** A sample of a part's ad units, drawn without replacement. */
export interface Sample {
  readonly size: bigint
  readonly seed: string
  /** Draw as evenly as it goes from each segment instead of from all ad units alike. */
  readonly stratify?: 'segment' | undefined
}

/** The positions of a sample's ad units in its part, in the order they are written. */
export interface Draws {
  /** @param place 0 <= place < size */
  positionAt(place: bigint): bigint
}

/** Neighbouring positions of which some are drawn. */
interface Stratum {
  readonly from: bigint
  readonly count: bigint
  readonly seed: string
  /** Places of the sample [first, first + quota) are drawn from here. */
  readonly first: bigint
  readonly quota: bigint
}

/**
 * Draws a sample: the same on every machine for the same part, size and seed. In the order of ranks up to MOST_SORTED;
 * beyond that as drawn, keeping none of them, and a stratified sample segment by segment.
 *
 * @param segments ids by position
 */
export function createDraws(part: Part, sample: Sample, segments: readonly string[]): Draws {
  const strata = strataOf(part, sample, segments)
  let current: { readonly stratum: Stratum; readonly positionAt: (place: bigint) => bigint } | undefined

  function stratumAt(place: bigint): Stratum {
    let low = 0
    let high = strata.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (strata[middle]!.first <= place) low = middle
      else high = middle - 1
    }
    return strata[low]!
  }

  return {
    positionAt(place) {
      if (
        !current ||
        place < current.stratum.first ||
        place >= current.stratum.first + current.stratum.quota
      ) {
        const stratum = stratumAt(place)
        current = { stratum, positionAt: positionsIn(stratum, sample.size <= MOST_SORTED) }
      }
      return current.stratum.from + current.positionAt(place - current.stratum.first)
    },
  }
}

function strataOf(
  { count, root }: Part,
  { size, seed, stratify }: Sample,
  segments: readonly string[],
): Stratum[] {
  if (!stratify) return [{ from: 0n, count, seed, first: 0n, quota: size }]
  const ofSegments = root.runs.flatMap(({ start, length, child }, run) =>
    Array.from({ length }, (_, offset) => ({
      from: root.before[run]! + BigInt(offset) * child.count,
      count: child.count,
      // By the segment's name: other segments come and go without changing what is drawn here.
      seed: `${seed}\0${segments[root.options[start + offset]!]}`,
    })),
  )
  const quotas = evenQuotas(
    ofSegments.map((each) => each.count),
    size,
    seed,
  )
  let first = 0n
  return ofSegments.flatMap((each, at) => {
    const stratum = { ...each, first, quota: quotas[at]! }
    first += stratum.quota
    return stratum.quota > 0n ? [stratum] : []
  })
}

/** Draws from one stratum: positions within it by place. */
function positionsIn({ count, seed, quota }: Stratum, sorted: boolean): (place: bigint) => bigint {
  const { numberAt, rankAt } = createSampler(count, seed)
  if (!sorted) return rankAt
  if (numberAt) {
    const drawn = new Float64Array(Number(quota))
    for (let place = 0; place < drawn.length; place++) drawn[place] = numberAt(place)
    drawn.sort()
    return (place) => BigInt(drawn[Number(place)]!)
  }
  const drawn = Array.from({ length: Number(quota) }, (_, place) => rankAt(BigInt(place)))
  drawn.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return (place) => drawn[Number(place)]!
}
