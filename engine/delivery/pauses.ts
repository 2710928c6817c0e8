import { type Static, Type } from 'typebox'
import { PolyadError } from '../../core/errors.ts'
import { createDoor } from '../../core/schema.ts'
import type { Ports } from '../ports/ports.ts'
import { parsePauseTarget, pauseTargetText } from './pause-target.ts'

const closed = { additionalProperties: false } as const
const Who = Type.String({ maxLength: 200 })

const PauseSchema = Type.Object(
  {
    /** As pauseTargetText writes it. */
    target: Type.String({ maxLength: 300 }),
    reason: Type.Union([Type.String({ maxLength: 500 }), Type.Null()]),
    by: Who,
    atMs: Type.Integer(),
    /** Who ended it, and when; null while it lasts. */
    resumed: Type.Union([Type.Object({ by: Who, atMs: Type.Integer() }, closed), Type.Null()]),
  },
  closed,
)

const PausesSchema = Type.Object({ pauses: Type.Array(PauseSchema) }, closed)

/** One stop of something, running or over. */
export type Pause = Static<typeof PauseSchema>

const DOCUMENT = 'all'
/** Pauses that are over are told this far back; the document's revisions have the rest. */
const KEPT_RESUMED = 500
/** Writers at once: each sees the other's change and does its own again. */
const ATTEMPTS = 20

const door = createDoor('pauses', PausesSchema)

type PausePorts = Pick<Ports, 'documents' | 'clock'>

/** Every pause, newest first, those that are over too. */
export async function readPauses(ports: Pick<Ports, 'documents'>): Promise<readonly Pause[]> {
  return (await read(ports)).pauses
}

/**
 * Stops something; durable when it resolves. What is paused already stays so, under its first reason.
 *
 * @param by who, in words for people
 * @throws PolyadError INPUT_INVALID for a target that is none
 */
export async function pause(
  ports: PausePorts,
  target: string,
  { by, reason }: { readonly by: string; readonly reason: string | null },
): Promise<Pause> {
  const name = pauseTargetText(parsePauseTarget(target))
  return change(ports, (pauses) => {
    const running = pauses.find((each) => each.target === name && !each.resumed)
    if (running) return { result: running }
    const made: Pause = { target: name, reason, by, atMs: ports.clock.nowMs(), resumed: null }
    return { result: made, pauses: [made, ...pauses] }
  })
}

/**
 * Lets something go on; durable when it resolves.
 *
 * @throws PolyadError NOT_FOUND when it is not paused; INPUT_INVALID for a target that is none
 */
export async function resume(ports: PausePorts, target: string, by: string): Promise<Pause> {
  const name = pauseTargetText(parsePauseTarget(target))
  return change(ports, (pauses) => {
    const running = runningOf(pauses, name)
    const ended: Pause = { ...running, resumed: { by, atMs: ports.clock.nowMs() } }
    return { result: ended, pauses: pauses.map((each) => (each === running ? ended : each)) }
  })
}

/** @throws PolyadError NOT_FOUND when it is not paused; INPUT_INVALID for a target that is none */
export async function requirePaused(ports: Pick<Ports, 'documents'>, target: string): Promise<void> {
  runningOf((await read(ports)).pauses, pauseTargetText(parsePauseTarget(target)))
}

function runningOf(pauses: readonly Pause[], name: string): Pause {
  const running = pauses.find((each) => each.target === name && !each.resumed)
  if (running) return running
  const paused = pauses.filter(({ resumed }) => !resumed).map((each) => each.target)
  const mend = paused.length > 0 ? `paused are ${paused.join(', ')}` : 'nothing is paused'
  throw new PolyadError('NOT_FOUND', { what: 'pause of', name, mend })
}

async function read({ documents }: Pick<Ports, 'documents'>): Promise<{
  readonly pauses: readonly Pause[]
  readonly hash: string | null
}> {
  const document = await documents.read('pause', DOCUMENT)
  if (!document) return { pauses: [], hash: null }
  return { pauses: door(document.body, 'pauses').pauses, hash: document.hash }
}

async function change(
  ports: PausePorts,
  make: (pauses: readonly Pause[]) => { readonly result: Pause; readonly pauses?: readonly Pause[] },
): Promise<Pause> {
  for (let attempt = 1; ; attempt++) {
    const { pauses: before, hash } = await read(ports)
    const { result, pauses } = make(before)
    if (!pauses) return result
    let over = 0
    const kept = pauses.filter(({ resumed }) => !resumed || ++over <= KEPT_RESUMED)
    try {
      await ports.documents.write('pause', DOCUMENT, { pauses: kept }, { ifHash: hash })
      return result
    } catch (error) {
      const isConflict = error instanceof PolyadError && error.code === 'CONFLICT'
      if (!isConflict || attempt === ATTEMPTS) throw error
    }
  }
}
