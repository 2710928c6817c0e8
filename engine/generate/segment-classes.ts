import type { Plan } from '../campaign/plan.ts'

/** Segments alike in the values of some attributes. */
export interface SegmentClass {
  /** Position of its first segment. */
  readonly first: number
  /** How many segments it has. */
  readonly size: number
  /** The values, as a text: the same in every plan. */
  readonly key: string
}

export interface SegmentClasses {
  /** By position of the segment in the plan. */
  readonly classOf: Int32Array
  readonly classes: readonly SegmentClass[]
}

/** Groups segments by the values of some attributes, once for each set of attributes. */
export function createSegmentClasses(plan: Plan): (variables: readonly string[]) => SegmentClasses {
  const made = new Map<string, SegmentClasses>()
  return (variables) => {
    const key = JSON.stringify(variables)
    let found = made.get(key)
    if (!found) {
      found = classesBy(plan, variables)
      made.set(key, found)
    }
    return found
  }
}

function classesBy({ segments }: Plan, variables: readonly string[]): SegmentClasses {
  const numbers = new Map<string, number>()
  const classes: { first: number; size: number; key: string }[] = []
  const classOf = new Int32Array(segments.length)
  for (const [first, { certain }] of segments.entries()) {
    const key = JSON.stringify(variables.map((name) => (Object.hasOwn(certain, name) ? certain[name] : null)))
    let number = numbers.get(key)
    if (number === undefined) {
      number = classes.length
      numbers.set(key, number)
      classes.push({ first, size: 0, key })
    }
    classes[number]!.size++
    classOf[first] = number
  }
  return { classOf, classes }
}
