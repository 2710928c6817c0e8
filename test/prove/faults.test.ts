import { describe, expect, it } from 'vitest'
import { createStream, type Stream } from '../../core/stream.ts'
import type { CounterRow } from '../../engine/ports/counters.ts'
import { createDecisionIds } from '../../engine/tracking/decision-id.ts'
import { createCounterLoader } from '../../engine/tracking/load-counters.ts'
import type { LogRecord } from '../../engine/tracking/record.ts'
import { createCounters, openCounters } from '../../store/embedded/counters.ts'
import { type Database, openDatabase } from '../../store/embedded/database.ts'
import { openEventLog } from '../../store/embedded/event-log.ts'
import { foldDecisions } from '../../store/embedded/fold-log.ts'
import { decodeFrames } from '../../store/embedded/log-frames.ts'
import { erasePersonIn } from '../../store/embedded/log-person.ts'
import { placeOf, positionOf, segmentName, segmentNumber } from '../../store/embedded/log-position.ts'
import { LogWriter } from '../../store/embedded/log-writer.ts'
import { openUpkeep } from '../../store/embedded/upkeep.ts'
import { inNewFolder } from '../contract/contract.ts'
import { PowerCut, type SimulatedDisk, simulateDisk } from '../contract/simulated-disk.ts'
import { runAndKill } from './run-and-kill.ts'

const ROUNDS = 100
const BROKEN_ROUNDS = 5
/** Of those that were told to be erased, the last so many are searched for. */
const SEARCHED = 3
/** Kills between two looks at what is left; what one lost is never found again, so no look comes too late. */
const LOOK_EVERY = 10

const PROCESS = new URL('./faults-process.mjs', import.meta.url)
const personOf = (number: number) => number.toString(16).padStart(32, '0')
const QUERY = { campaign: 'spring', timeZone: 'UTC' }

/** What was acknowledged, by the number of each person, who has one decision and one impression. */
interface Acknowledged {
  readonly decisions: Set<number>
  readonly impressions: Set<number>
  /** Whom it was begun to erase. */
  readonly erased: Set<number>
  /** And of those, whom it was told that they are. */
  readonly gone: Set<number>
}

const nothing = (): Acknowledged => ({
  decisions: new Set(),
  impressions: new Set(),
  erased: new Set(),
  gone: new Set(),
})

/** What the counters lost of that, and what they have more than once. */
function compare(rows: readonly CounterRow[], told: Acknowledged): { lost: number[]; twice: number } {
  const byPerson = new Map<string, { decisions: number; impressions: number }>()
  const anonymous = { decisions: 0, impressions: 0 }
  for (const { person, decisions, impressions } of rows) {
    const sum = person === null ? anonymous : (byPerson.get(person) ?? { decisions: 0, impressions: 0 })
    if (person !== null) byPerson.set(person, sum)
    sum.decisions += decisions
    sum.impressions += impressions
  }
  const lost: number[] = []
  let missing = { decisions: 0, impressions: 0 }
  for (const [set, of] of [
    [told.decisions, 'decisions'],
    [told.impressions, 'impressions'],
  ] as const) {
    for (const number of set) {
      if ((byPerson.get(personOf(number))?.[of] ?? 0) > 0) continue
      if (told.erased.has(number)) missing = { ...missing, [of]: missing[of] + 1 }
      else lost.push(number)
    }
    // Who has no name any more is counted all the same.
    for (let at = anonymous[of]; at < missing[of]; at++) lost.push(-1)
  }
  const several = [...byPerson.values()].filter(
    ({ decisions, impressions }) => decisions > 1 || impressions > 1,
  )
  const tooMany = Math.max(
    0,
    anonymous.decisions - told.erased.size,
    anonymous.impressions - told.erased.size,
  )
  return { lost, twice: several.length + tooMany }
}

describe('faults under load, while old parts are folded and people erased', () => {
  it(`${ROUNDS} rounds of kill -9: none acknowledged is lost, none counted twice`, () =>
    inNewFolder(async (folder) => {
      const chance = createStream('faults')
      const told = nothing()
      let folded = 0
      for (let round = 1; round <= ROUNDS; round++) {
        await killRound(folder, round, chance, told)
        if (round % LOOK_EVERY > 0) continue
        const found = await examine(folder, told)
        expect(found, `round ${round}`).toMatchObject({ lost: [], twice: 0, findings: [], named: [] })
        folded = found.folded
      }
      console.log(
        `${ROUNDS} kills, ${told.decisions.size + told.impressions.size} acknowledged, ${folded} decisions folded, ` +
          `${told.erased.size} people erased: 0 lost, 0 twice`,
      )
      expect(told.decisions.size).toBeGreaterThan(ROUNDS * 10)
      expect(folded).toBeGreaterThan(100)
      // Most are killed in the middle of it.
      expect(told.erased.size).toBeGreaterThan(20)
      expect(told.gone.size).toBeGreaterThan(0)
    }))

  it('and acknowledging before the log has it is found out', () =>
    inNewFolder(async (folder) => {
      const chance = createStream('faults, early')
      const told = nothing()
      for (let round = 1; round <= BROKEN_ROUNDS; round++)
        await killRound(folder, round, chance, told, 'early')
      expect((await examine(folder, told)).lost.length).toBeGreaterThan(0)
    }))

  it(`${ROUNDS} rounds of a power cut: none acknowledged is lost, none counted twice`, () =>
    inNewFolder(async (folder) => {
      const database = await openDatabase(folder)
      let acknowledged = 0
      let folded = 0
      for (let round = 0; round < ROUNDS; round++) {
        const outcome = await cutRound(database, createStream(`cut ${round}`))
        expect(outcome, `round ${round}`).toMatchObject({ lost: [], twice: 0 })
        acknowledged += outcome.acknowledged
        folded += outcome.folded
      }
      await database.close()
      console.log(`${ROUNDS} power cuts, ${acknowledged} acknowledged, ${folded} folded: 0 lost, 0 twice`)
      expect(acknowledged).toBeGreaterThan(ROUNDS * 10)
      expect(folded).toBeGreaterThan(ROUNDS)
    }))

  it('and a disk that lies, and segments that go before they are folded, are found out', () =>
    inNewFolder(async (folder) => {
      const database = await openDatabase(folder)
      const lost = { lies: 0, early: 0 }
      for (let round = 0; round < BROKEN_ROUNDS; round++) {
        for (const broken of ['lies', 'early'] as const) {
          lost[broken] += (await cutRound(database, createStream(`broken ${round}`), broken)).lost.length
        }
      }
      await database.close()
      expect(lost.lies).toBeGreaterThan(0)
      expect(lost.early).toBeGreaterThan(0)
    }))
})

async function killRound(folder: string, round: number, chance: Stream, told: Acknowledged, mode = '') {
  const lines = await runAndKill(PROCESS, [folder, String(round * 1_000_000), mode], chance.integer(1_200))
  const sets = { d: told.decisions, i: told.impressions, e: told.erased, E: told.gone }
  for (const line of lines) {
    const [kind, number] = line.split(' ') as ['d' | 'i' | 'e' | 'E', string]
    sets[kind].add(Number(number))
  }
}

/** Opens what a killed process left, as the next one does, and compares. */
async function examine(folder: string, told: Acknowledged) {
  const eventLog = await openEventLog(folder)
  const counters = await openCounters(folder)
  const upkeep = await openUpkeep(folder, { open: async () => eventLog, opened: async () => eventLog })
  try {
    const loadCounters = createCounterLoader({ eventLog, counters })
    await upkeep.finishErase({ loadCounters, rebuildPopulation: async () => {} })
    await loadCounters()
    const compared = compare(await counters.rows(QUERY), told)
    const folded = (await counters.folded('spring'))?.decisions ?? 0
    const { findings } = await upkeep.recount()
    const wrong = (await upkeep.examineFiles()).findings.filter(({ severity }) => severity === 'error')
    const done = [...told.gone].slice(-SEARCHED).map(personOf)
    const named = done.length > 0 ? (await upkeep.search(done, undefined)).found : []
    return { ...compared, folded, findings: [...findings, ...wrong], named }
  } finally {
    await upkeep.close()
    await counters.close()
    await eventLog.close()
  }
}

/**
 * One load on a simulated disk until the power goes, and the next process on what is left. The database stands for one
 * whose commits are durable; the log, its folding and its rewriting are the real ones.
 */
async function cutRound(database: Database, stream: Stream, broken?: 'lies' | 'early') {
  await createCounters(database)
  const tables = ['decisions', 'events', 'repeats', 'loader', 'folded', 'folded_apart', 'folds']
  await database.transaction(tables.map((table) => ({ sql: `DELETE FROM ${table}` })))
  const counters = await createCounters(database)
  const ids = createDecisionIds(stream.fork('ids'))
  const told = nothing()
  let number = 0
  let folded = 0

  const runOn = async (disk: SimulatedDisk, actions: number): Promise<void> => {
    const writer = new LogWriter(disk, 1_500)
    const load = async () => {
      const records = recordsFrom(disk, await counters.position(), writer.position)
      await counters.load(records, writer.position)
    }
    await load()
    for (let action = 0; action < actions; action++) {
      const drawn = stream.next()
      if (drawn < 0.65) {
        number++
        const id = ids(number * 60_000)
        writer.append([JSON.stringify(decisionOf(id, number))])
        told.decisions.add(number)
        writer.append([JSON.stringify(impressionOf(id, number))])
        told.impressions.add(number)
      } else if (drawn < 0.8) await load()
      else if (drawn < 0.9 && number > 3) {
        const person = 1 + stream.integer(number)
        told.erased.add(person)
        writer.rewrite((payload) => erasePersonIn(payload, personOf(person)))
        await load()
        const values = [personOf(person)]
        await database.transaction([
          { sql: 'UPDATE decisions SET person = NULL WHERE person = $1', values },
          { sql: 'UPDATE folded SET person = NULL, who = rowid + 1000000 WHERE person = $1', values },
        ])
      } else {
        const current = placeOf(writer.position).segment
        if (broken === 'early') writer.forgetBefore(positionOf({ segment: current, offset: 0 }))
        await load()
        const old = recordsFrom(disk, 0, positionOf({ segment: current, offset: 0 }))
        const last = old
          .map((record) => (record.type === 'decision' ? record.id : record.decision))
          .sort()
          .at(-1)
        if (last === undefined) continue
        const start = positionOf({ segment: current, offset: 0 })
        folded += await foldDecisions(database, `${last}~`, start)
        writer.forgetBefore(start)
      }
    }
  }

  const cutAtStep = 20 + stream.integer(120)
  const disk = simulateDisk({ cutAtStep, ...(broken === 'lies' && { lies: true }) })
  try {
    await runOn(disk, 200)
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error
  }
  const unsynced = (['dropped', 'torn', 'kept'] as const)[stream.integer(3)]!
  const found = disk.afterCrash(broken === 'lies' ? 'dropped' : unsynced, stream.fork('crash'))
  const position = await counters.position()
  const writer = new LogWriter(found, 1_500)
  // What was read up to a position may never be missing again.
  if (writer.position >= position)
    await counters.load(recordsFrom(found, position, writer.position), writer.position)
  const compared = compare(await counters.rows(QUERY), told)
  if (writer.position < position) compared.lost.push(-1)
  return { ...compared, acknowledged: told.decisions.size + told.impressions.size, folded }
}

/** Records on a simulated disk between two positions. */
function recordsFrom(disk: SimulatedDisk, from: number, to: number): LogRecord[] {
  const [first, last] = [placeOf(from), placeOf(to)]
  const numbers = disk.list().flatMap((name) => segmentNumber(name) ?? [])
  return numbers
    .sort((a, b) => a - b)
    .filter((segment) => segment >= first.segment && segment <= last.segment)
    .flatMap((segment) => {
      const file = disk.open(segmentName(segment))
      const start = segment === first.segment ? first.offset : 0
      const end = segment === last.segment ? last.offset : file.size()
      return end > start ? decodeFrames(file.read(start, end - start)).payloads : []
    })
    .map((payload) => JSON.parse(payload) as LogRecord)
}

function decisionOf(id: string, number: number): LogRecord {
  return {
    v: 1,
    type: 'decision',
    id,
    atMs: number * 60_000,
    campaign: 'spring',
    revision: 1,
    planHash: 'plan',
    person: personOf(number),
    leaf: null,
    arm: 'broad',
    propensity: { arm: 1, slots: {} },
    weightsVersion: 0,
    segment: 'broad',
    locale: 'en',
    placement: 'p',
    adUnit: 'unit',
    simulated: false,
  }
}

function impressionOf(decision: string, number: number): LogRecord {
  return {
    v: 2,
    type: 'impression',
    id: `impression of ${decision}`,
    decision,
    adUnit: 'unit',
    campaign: 'spring',
    atMs: number * 60_000,
    valueMicros: null,
    late: false,
    via: 'page',
    filtered: null,
  }
}
