import { setImmediate } from 'node:timers/promises'
import { PolyadError } from '../core/errors.ts'
import type { Plan } from '../engine/campaign/plan.ts'
import type { Selection } from '../engine/generate/selection.ts'
import { coverSpace } from '../engine/space/cover/cover.ts'
import type { Invocation } from './command.ts'
import { count } from './output.ts'
import type { AskedSelection } from './selection.ts'

/**
 * A selection the engine takes: a covering set is sought, its lower bound told first, and becomes a list of positions.
 *
 * @throws PolyadError CANCELLED when the signal is aborted, and as coverSpace
 */
export async function resolveSelection(
  plan: Plan,
  { cover, ...selection }: AskedSelection,
  { output, signal }: Pick<Invocation, 'output' | 'signal'>,
): Promise<Selection> {
  if (!cover) return selection
  const steps = coverSpace(plan, cover)
  for (;;) {
    const { done, value } = steps.next()
    if (done) {
      output.note(`cover: ${count(value.positions.length)} ad units found`)
      return { ...selection, positions: value.positions }
    }
    if (value.kind === 'task') {
      output.note(
        `cover: ${count(value.combinations)} combinations of ${cover.strength} choices, ` +
          `at least ${count(value.leastUnits)} ad units`,
      )
    } else {
      const left = value.left > 0 ? `, ${count(value.left)} combinations left` : ''
      output.progress(`cover: ${count(value.rows)} ad units${left}`)
    }
    await setImmediate()
    if (signal.aborted) throw new PolyadError('CANCELLED', { what: 'the search for a covering set' })
  }
}
