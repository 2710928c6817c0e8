import { PolyadError } from '../../core/errors.ts'
import type { RuleJson } from '../../rules/rule.ts'
import type { Plan } from '../campaign/plan.ts'
import { createDraws, type Draws, type Sample } from '../space/draws.ts'
import { type Part, partOf } from '../space/part.ts'
import { createSpace } from '../space/space.ts'
import { createDecimal, type Decimal } from './decimal.ts'

/**
 * The ad units that a rule and a sample or a list leave of a plan's, in the order they are written: place 0 to `count`. Without
 * both a place is a rank.
 */
export interface Chosen {
  readonly count: bigint
  /** The rank on the whole line of the ad unit at a place. */
  rankAt(place: bigint): bigint
  /** Place of the first ad unit whose rank is at least this one. Not of samples and lists. */
  placeOf(rank: bigint): bigint
  /**
   * Visits the ad units at places [from, to), which must be there: positions as a cursor has them, the first level
   * whose value may differ from the visit before (0 in the first), and the rank on the whole line. `values` and `rank`
   * are overwritten by the next visit.
   */
  visit(from: bigint, to: bigint, each: (values: Int32Array, changed: number, rank: Decimal) => void): void
}

/** What chooses beside a window. */
interface Choice {
  readonly sample?: Sample
  readonly where?: RuleJson
  readonly positions?: readonly bigint[]
}

/** A choice as one text, for a job's options: `chosenUnits` reads it. Undefined where a place is a rank. */
export function choiceText({ sample, where, positions }: Choice): string | undefined {
  if (!sample && where === undefined && !positions) return undefined
  return JSON.stringify({
    where,
    sample: sample && { ...sample, size: String(sample.size) },
    positions: positions?.map(String),
  })
}

const kept = new WeakMap<Plan, { readonly text: string | undefined; readonly chosen: Chosen }>()

/**
 * The ad units of a plan that a text of `choiceText` chooses. The last choice is kept with the plan object, so that the
 * ranges of one run share what is drawn.
 *
 * @throws PolyadError SAMPLE_TOO_LARGE; for the rule INPUT_INVALID, SPACE_TOO_LARGE
 */
export function chosenUnits(plan: Plan, text: string | undefined): Chosen {
  let last = kept.get(plan)
  if (!last || last.text !== text) {
    last = { text, chosen: choose(plan, choiceFrom(text)) }
    kept.set(plan, last)
  }
  return last.chosen
}

function choiceFrom(text: string | undefined): Choice {
  const { sample, positions, ...rest } = JSON.parse(text ?? '{}') as {
    readonly where?: RuleJson
    readonly sample?: Omit<Sample, 'size'> & { readonly size: string }
    readonly positions?: readonly string[]
  }
  return {
    ...rest,
    ...(sample && { sample: { ...sample, size: BigInt(sample.size) } }),
    ...(positions && { positions: positions.map(BigInt) }),
  }
}

function choose(plan: Plan, { where, sample, positions }: Choice): Chosen {
  const part = partOf(plan, where)
  const draws = positions ? listed(positions) : sample && drawsOf(plan, part, sample)
  const { isWhole } = part
  const digits = String(createSpace(plan).count).length
  return {
    count: positions ? BigInt(positions.length) : (sample?.size ?? part.count),
    placeOf: part.positionOf,
    rankAt(place) {
      const position = draws ? draws.positionAt(place) : place
      if (isWhole) return position
      const cursor = part.cursor()
      cursor.seek(position)
      return part.rankFinder().rankOf(cursor.values, 0)
    },
    visit(from, to, each) {
      const cursor = part.cursor()
      const ranks = part.rankFinder()
      const { values } = cursor
      const decimal = createDecimal(digits)
      let rank = 0n
      const jump = (position: bigint): void => {
        cursor.seek(position)
        rank = isWhole ? position : ranks.rankOf(values, 0)
        decimal.set(rank)
        each(values, 0, decimal)
      }
      if (draws) {
        for (let place = from; place < to; place++) jump(draws.positionAt(place))
        return
      }
      if (from >= to) return
      jump(from)
      for (let left = Number(to - from) - 1; left > 0; left--) {
        const changed = cursor.next()
        if (isWhole) decimal.increment()
        else {
          const next = ranks.rankOf(values, changed)
          if (next === rank + 1n) decimal.increment()
          else decimal.set(next)
          rank = next
        }
        each(values, changed, decimal)
      }
    },
  }
}

function listed(positions: readonly bigint[]): Draws {
  return { positionAt: (place) => positions[Number(place)]! }
}

function drawsOf(plan: Plan, part: Part, sample: Sample): Draws {
  if (sample.size > part.count) {
    const details = { size: String(sample.size), count: String(part.count) }
    throw new PolyadError('SAMPLE_TOO_LARGE', part.isWhole ? details : { ...details, rule: 'where' })
  }
  return createDraws(
    part,
    sample,
    plan.segments.map(({ id }) => id),
  )
}
