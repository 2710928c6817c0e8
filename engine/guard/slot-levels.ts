import type { GridTree } from '../../segments/grid.ts'
import { BROAD_ID } from '../../segments/segment.ts'
import { atLeast } from '../../stats/hide-small.ts'
import { detectableLift } from '../../stats/power.ts'
import { answerOnOptions } from './answers.ts'
import type { Answer, CheckLeaf, CheckReport } from './check-report.ts'
import { narrowEventsWeek, type RateOf, type Volume } from './expected-volume.ts'
import { rounded } from './rounded.ts'

export type SlotLevel = CheckLeaf['slots'][number]

/** Goal events each option needs within the flight before a slot is decided at some level (GUARD 3.3, step 2). */
export const EVENTS_PER_OPTION = 50

/**
 * For each slot with a choice, the narrowest level at which its options can be told apart: the leaf, the nearest wider
 * node of its grid, the campaign, or none. An arm is one option of one slot pooled over the other slots; options are
 * taken to share a node's traffic evenly, and at a wider node to be shown to all its people.
 *
 * @param options how many options each slot may show in the leaf
 * @param lift what an answer is costed for, 0.2 is +20 %
 */
export function slotLevels(
  leaf: { readonly id: string; readonly people: number },
  options: ReadonlyMap<string, number>,
  volume: Volume,
  tree: GridTree | undefined,
  rateOf: RateOf,
  lift: number,
): SlotLevel[] {
  const levels = levelsAbove(leaf, volume, tree)
  return [...options]
    .filter(([, count]) => count > 1)
    .map(([slot, count]) => {
      const perOption = ({ id, people }: Level) =>
        (narrowEventsWeek(volume, people, rateOf(id)) * volume.weeks) / count
      const found = levels.find((level) => perOption(level) >= EVENTS_PER_OPTION)
      // When nothing is enough, what the campaign as a whole could show.
      const level = found ?? levels.at(-1)!
      const events = perOption(level)
      const rate = rateOf(level.id)
      const shows = detectableLift(rate, events / rate)
      return {
        slot,
        options: count,
        level: found ? level.kind : 'nowhere',
        at: level.id,
        eventsPerOption: rounded(events),
        detectableLift: Number.isFinite(shows) ? rounded(shows) : null,
        toRead: answerOnOptions(volume, lift, count, rate),
      }
    })
}

interface Level {
  readonly kind: Exclude<SlotLevel['level'], 'nowhere'>
  readonly id: string
  readonly people: number
}

/**
 * The leaf, the wider nodes of its grid up to but not including its root, the campaign. A wider node counts with its
 * people down to a multiple of the k floor: a leaf under it could otherwise be found by subtraction.
 */
function levelsAbove(
  leaf: { readonly id: string; readonly people: number },
  volume: Volume,
  tree: GridTree | undefined,
): Level[] {
  const levels: Level[] = [{ kind: 'leaf', ...leaf }]
  // A remainder's own node counts too: its people and those of the leaves inside it.
  let node = tree?.nodes.get(leaf.id)
  if (node?.people === leaf.people) node = tree?.nodes.get(node.parent ?? '')
  while (node?.parent !== undefined) {
    levels.push({ kind: 'ancestor', id: node.id, people: atLeast(node.people, volume.kFloor) })
    node = tree!.nodes.get(node.parent)
  }
  levels.push({ kind: 'campaign', id: BROAD_ID, people: volume.peopleReached })
  return levels
}

/**
 * Leaves and people by level of each slot, for the head of a report. People are told down to a multiple of the k floor,
 * null under it; the median lift leaves out what tells the size of a hidden leaf. What a readable answer takes is the
 * median as well.
 */
export function summariseLevels(
  leaves: readonly {
    readonly id: string
    readonly people: number
    readonly slots: readonly SlotLevel[]
  }[],
  kFloor: number,
  hidden: ReadonlySet<string>,
): CheckReport['slots'] {
  const slots = new Map<
    string,
    Map<SlotLevel['level'], { leaves: number; people: number; lifts: number[]; answers: Answer[] }>
  >()
  for (const leaf of leaves) {
    for (const { slot, level, detectableLift: lift, toRead } of leaf.slots) {
      const levels = slots.get(slot) ?? new Map()
      slots.set(slot, levels)
      const sum = levels.get(level) ?? { leaves: 0, people: 0, lifts: [], answers: [] }
      levels.set(level, sum)
      sum.leaves++
      sum.people += leaf.people
      if (lift !== null && !(level === 'leaf' && hidden.has(leaf.id))) sum.lifts.push(lift)
      if (toRead) sum.answers.push(toRead)
    }
  }
  const order: readonly SlotLevel['level'][] = ['leaf', 'ancestor', 'campaign', 'nowhere']
  return [...slots].map(([slot, levels]) => ({
    slot,
    levels: order.flatMap((level) => {
      const sum = levels.get(level)
      if (!sum) return []
      const { leaves: count, people, lifts, answers } = sum
      lifts.sort((a, b) => a - b)
      answers.sort((a, b) => a.impressions - b.impressions)
      return [
        {
          level,
          leaves: count,
          people: people < kFloor ? null : atLeast(people, kFloor),
          medianLift: lifts[Math.floor(lifts.length / 2)] ?? null,
          toRead: answers[Math.floor(answers.length / 2)] ?? null,
        },
      ]
    }),
  }))
}
