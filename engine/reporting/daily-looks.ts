import { confidenceSequence } from '../../stats/confidence-sequence.ts'
import { compareMeans, type Moments } from '../../stats/person-means.ts'
import type { CounterRow } from '../ports/counters.ts'
import { type AssignedArms, type GoalEvent, goalEvents } from './compare-arms.ts'
import { isEnough } from './enough-data.ts'
import { type DailyLook, REPORT_ALPHA } from './report.ts'

export interface LookOptions {
  readonly goal: GoalEvent
  readonly kFloor: number
  /** People the confidence sequence is narrowest at. */
  readonly plannedPeople: number
  /** Days whose own numbers may not be shown: no two looks may tell them by their difference. */
  readonly hiddenDays: ReadonlySet<string>
}

type ArmName = 'narrow' | 'broad-control'

/**
 * Narrow against broad control as it stood at the end of each day, everything before it included.
 *
 * Two looks differ by the days between them, so days with fewer people than the k floor in an arm, or hidden ones, are
 * told with the days after them; the last ones with those before. Days before both arms have enough are left out.
 *
 * @param rows of all arms that are in the report
 */
export function dailyLooks(
  rows: readonly CounterRow[],
  { switched }: Pick<AssignedArms, 'switched'>,
  options: LookOptions,
): DailyLook[] {
  const days = [...new Set(rows.map(({ day }) => day))].sort()
  const byDay = new Map(days.map((day) => [day, [] as CounterRow[]]))
  for (const row of rows) byDay.get(row.day)!.push(row)
  const compared = (row: CounterRow) =>
    row.person !== null && !switched.has(row.person) && (row.arm === 'narrow' || row.arm === 'broad-control')

  const running = { narrow: runningMoments(), 'broad-control': runningMoments() }
  const looks: DailyLook[] = []
  for (const block of blocksOf(days, byDay, compared, options)) {
    for (const row of block.flatMap((day) => byDay.get(day)!)) {
      if (compared(row)) running[row.arm as ArmName].add(row.person!, goalEvents(row, options.goal))
    }
    const look = lookAt(running.narrow.moments(), running['broad-control'].moments(), options)
    if (look) looks.push({ day: block.at(-1)!, ...look })
  }
  return looks
}

/** Runs of days that may be told, each by its last day. */
function blocksOf(
  days: readonly string[],
  byDay: ReadonlyMap<string, readonly CounterRow[]>,
  compared: (row: CounterRow) => boolean,
  { kFloor, hiddenDays }: LookOptions,
): string[][] {
  const peopleOf = (some: readonly string[], isMeant: (row: CounterRow) => boolean) =>
    new Set(some.flatMap((day) => byDay.get(day)!.flatMap((row) => (isMeant(row) ? [row.person] : [])))).size
  const mayBeTold = (block: readonly string[]) => {
    const hidden = block.filter((day) => hiddenDays.has(day))
    return (
      (['narrow', 'broad-control'] as const).every(
        (arm) => peopleOf(block, (row) => row.arm === arm && compared(row)) >= kFloor,
      ) &&
      (hidden.length === 0 ||
        (hidden.length > 1 && peopleOf(hidden, ({ person }) => person !== null) >= kFloor))
    )
  }
  const blocks: string[][] = []
  let open: string[] = []
  for (const day of days) {
    open.push(day)
    if (!mayBeTold(open)) continue
    blocks.push(open)
    open = []
  }
  // What is left at the end is told with the days before it, however many that takes.
  while (open.length > 0 && blocks.length > 0) {
    open = [...blocks.pop()!, ...open]
    if (mayBeTold(open)) {
      blocks.push(open)
      open = []
    }
  }
  return blocks
}

/** Moments of people's sums while these grow. */
function runningMoments() {
  const sums = new Map<string, number>()
  let [sum, sumOfSquares] = [0, 0]
  return {
    add(person: string, events: number): void {
      const before = sums.get(person) ?? 0
      sums.set(person, before + events)
      sum += events
      sumOfSquares += (before + events) ** 2 - before ** 2
    },
    moments: (): Moments => ({ people: sums.size, sum, sumOfSquares }),
  }
}

function lookAt(
  narrow: Moments,
  broadControl: Moments,
  { kFloor, plannedPeople }: LookOptions,
): Omit<DailyLook, 'day'> | undefined {
  const ready = [narrow, broadControl].every(
    ({ people, sum }) => people >= kFloor && isEnough({ people, events: sum }),
  )
  if (!ready) return undefined
  const { difference, standardError, low, high } = compareMeans(narrow, broadControl, REPORT_ALPHA)
  return {
    narrow: narrow.sum / narrow.people,
    broadControl: broadControl.sum / broadControl.people,
    difference: { value: difference, low, high },
    sequence: confidenceSequence({
      estimate: difference,
      standardError,
      observations: narrow.people + broadControl.people,
      plannedObservations: plannedPeople,
      alpha: REPORT_ALPHA,
    }),
  }
}
