// Serves made-up people until it is killed: decisions and impressions into the log, counters loaded from it, old parts
// folded, people erased, all at once. Prints what it acknowledged: `d NUMBER`, `i NUMBER`, before it erases `e NUMBER`, and `E NUMBER` after.
// Arguments: workspace, first number, and `early` to acknowledge before the log has, which must be found out.
import { setTimeout as sleep } from 'node:timers/promises'
import { createStream } from '../../dist/core/stream.js'
import { createDecisionIds } from '../../dist/engine/tracking/decision-id.js'
import { eventId } from '../../dist/engine/tracking/event-id.js'
import { createCounterLoader } from '../../dist/engine/tracking/load-counters.js'
import { openCounters } from '../../dist/store/embedded/counters.js'
import { openEventLog } from '../../dist/store/embedded/event-log.js'
import { openUpkeep } from '../../dist/store/embedded/upkeep.js'

const [workspace, first, mode] = process.argv.slice(2)
const MINUTE_MS = 60_000
const stream = createStream(`faults ${first}`)
const ids = createDecisionIds(stream.fork('ids'))
const eventLog = await openEventLog(workspace, { segmentBytes: 20_000 })
const counters = await openCounters(workspace)
const upkeep = await openUpkeep(workspace, { open: async () => eventLog, opened: async () => eventLog })
const loadCounters = createCounterLoader({ eventLog, counters })
const steps = { loadCounters, rebuildPopulation: async () => {} }
const personOf = (number) => number.toString(16).padStart(32, '0')

let next = Number(first)
// A minute a decision, so that the log grows old while it is written.
const nowMs = () => next * MINUTE_MS

async function append(record, said) {
  if (mode === 'early') {
    process.stdout.write(`${said}\n`)
    await sleep(20)
  }
  await eventLog.append([record])
  if (mode !== 'early') process.stdout.write(`${said}\n`)
}

async function writer() {
  for (;;) {
    // As fast as it can, what was written would be most of the time of the test.
    await sleep(stream.integer(4))
    const number = next++
    const id = ids(nowMs())
    const common = { campaign: 'spring', adUnit: 'unit', atMs: nowMs() }
    await append(
      {
        v: 1,
        type: 'decision',
        id,
        ...common,
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
        simulated: false,
      },
      `d ${number}`,
    )
    const impression = { v: 2, type: 'impression', id: eventId(id, 'impression'), decision: id, ...common }
    await append({ ...impression, valueMicros: null, late: false, via: 'page', filtered: null }, `i ${number}`)
  }
}

async function loader() {
  for (;;) {
    await loadCounters()
    await sleep(stream.integer(15))
  }
}

async function keeper() {
  for (;;) {
    if (stream.next() < 0.5) {
      await loadCounters()
      await upkeep.fold({ maxBytes: 40_000 }, nowMs())
    } else if (next > Number(first) + 20) {
      const number = Number(first) + stream.integer(next - Number(first) - 10)
      process.stdout.write(`e ${number}\n`)
      await upkeep.erase([personOf(number)], undefined, steps)
      process.stdout.write(`E ${number}\n`)
    }
    await sleep(stream.integer(10))
  }
}

for (let i = 0; i < 4; i++) writer()
loader()
keeper()
