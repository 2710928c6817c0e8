/**
 * When a number means something: at least 20 events (a rate within about +-45 %) and 100 people. Under either, Welch's
 * interval leans on a normality that the data do not have yet, so nothing is printed but what is missing.
 */
export const ENOUGH = { events: 20, people: 100 } as const

/** People and goal events of one arm. */
interface ArmSize {
  readonly people: number
  readonly events: number
}

export function isEnough(arm: ArmSize): boolean {
  return arm.people >= ENOUGH.people && arm.events >= ENOUGH.events
}

/**
 * People to add to an arm before it is enough, at the pooled rate of events a person seen so far (half an event at
 * least, so that silence asks for many but not for infinitely many).
 */
export function peopleNeeded(arm: ArmSize, pooled: ArmSize): number {
  const rate = Math.max(0.5, pooled.events) / (pooled.people + 1)
  const forEvents = Math.ceil((ENOUGH.events - arm.events) / rate)
  return Math.max(0, ENOUGH.people - arm.people, forEvents)
}
