import { countBits } from '../../core/bitmap.ts'
import type { Population } from '../../segments/population.ts'
import type { Plan } from '../campaign/plan.ts'

/**
 * A plan of an earlier population with its segments no larger than they are in another one, so that none that fell under
 * the k floor since is matched. Ad units and their ids stay as they are.
 */
export function withSizesOf(plan: Plan, population: Population): Plan {
  return {
    ...plan,
    segments: plan.segments.map((segment) => ({
      ...segment,
      people: Math.min(segment.people, countBits(population.evaluate(segment.rule))),
    })),
  }
}
