import { type ArmSums, addSums, emptySums, peopleIn, pooled } from './segment-table.ts'
import type { SplitRule } from './tree-rules.ts'

/** So many groups or fewer are dealt in the best of all ways. */
const MOST_GROUPS_EXACT = 12
const MOST_PASSES = 20

export interface Deal {
  readonly worth: number
  readonly isSecond: readonly boolean[]
}

/**
 * The groups dealt to two sides so that both together are worth most: exactly for few groups, for more from several
 * orders, improved group by group. Undefined where no deal leaves enough people.
 */
export function bestDeal(
  groups: readonly ArmSums[],
  node: ArmSums,
  rule: SplitRule,
  leastPeople: number,
): Deal | undefined {
  const sides = createSides(groups, node, rule, leastPeople)
  if (groups.length <= MOST_GROUPS_EXACT) return everyDeal(groups.length, sides)
  let best: Deal | undefined
  for (const order of orders(groups)) {
    const cut = bestCut(order, sides)
    if (!cut) continue
    const deal = improved(cut, sides)
    if (!best || deal.worth > best.worth) best = deal
  }
  return best
}

/** Two sides of a node, the second empty at first. */
interface Sides {
  /** Moves a group to the other side. */
  move(group: number): void
  /** Worth of both; -Infinity where one has too few people. */
  worth(): number
  deal(): readonly boolean[]
}

function createSides(groups: readonly ArmSums[], node: ArmSums, rule: SplitRule, leastPeople: number): Sides {
  const first = pooled([node], node.people.length)
  const second = emptySums(node.people.length)
  const isSecond = groups.map(() => false)
  return {
    move(group) {
      const times = isSecond[group] ? -1 : 1
      addSums(second, groups[group]!, times)
      addSums(first, groups[group]!, -times)
      isSecond[group] = !isSecond[group]
    },
    worth: () =>
      peopleIn(first) < leastPeople || peopleIn(second) < leastPeople
        ? -Infinity
        : rule.worth(first) + rule.worth(second),
    deal: () => [...isSecond],
  }
}

function startFrom(sides: Sides, wanted: readonly boolean[]): void {
  sides.deal().forEach((isSecond, group) => {
    if (isSecond !== wanted[group]) sides.move(group)
  })
}

/** Tries every deal, one group moved at a time (a Gray code); the last group stays. */
function everyDeal(count: number, sides: Sides): Deal | undefined {
  let best: Deal | undefined
  for (let step = 1; step < 2 ** (count - 1); step++) {
    sides.move(31 - Math.clz32(step & -step))
    const worth = sides.worth()
    if (worth > (best?.worth ?? -Infinity)) best = { worth, isSecond: sides.deal() }
  }
  return best
}

/** Groups by the mean of each arm, and by the difference of each two arms. */
function* orders(groups: readonly ArmSums[]): Generator<readonly number[]> {
  const meanOf = ({ people, sums }: ArmSums, arm: number) =>
    people[arm]! > 0 ? sums[arm]! / people[arm]! : 0
  const by = (key: (group: ArmSums) => number) =>
    groups
      .map((group, at) => ({ at, key: key(group) }))
      .sort((a, b) => a.key - b.key || a.at - b.at)
      .map(({ at }) => at)
  const arms = groups[0]!.people.length
  for (let arm = 0; arm < arms; arm++) {
    yield by((group) => meanOf(group, arm))
    for (let other = arm + 1; other < arms; other++)
      yield by((group) => meanOf(group, arm) - meanOf(group, other))
  }
}

function bestCut(order: readonly number[], sides: Sides): Deal | undefined {
  startFrom(
    sides,
    order.map(() => false),
  )
  let best: Deal | undefined
  for (const group of order.slice(0, -1)) {
    sides.move(group)
    const worth = sides.worth()
    if (worth > (best?.worth ?? -Infinity)) best = { worth, isSecond: sides.deal() }
  }
  return best
}

/** Moves single groups to the other side as long as that is worth more. */
function improved(deal: Deal, sides: Sides): Deal {
  startFrom(sides, deal.isSecond)
  let worth = deal.worth
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const atStart = worth
    deal.isSecond.forEach((_, group) => {
      sides.move(group)
      const moved = sides.worth()
      if (moved > worth + 1e-9) worth = moved
      else sides.move(group)
    })
    if (worth === atStart) break
  }
  return { worth, isSecond: sides.deal() }
}
