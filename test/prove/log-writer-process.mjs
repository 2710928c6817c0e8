// Appends numbered records to the event log of a workspace until it is killed; prints each acknowledged number.
// Arguments: workspace, first number.
import { openEventLog } from '../../dist/store/embedded/event-log.js'

const [workspace, first] = process.argv.slice(2)
const log = await openEventLog(workspace)
let next = Number(first)

async function writer() {
  for (;;) {
    const ids = Array.from({ length: 1 + (next % 5) }, () => next++)
    try {
      await log.append(ids.map((id) => ({ v: 1, type: 'impression', id: String(id), padding: 'x'.repeat(id % 400) })))
      process.stdout.write(`${ids.join('\n')}\n`)
    } catch (error) {
      process.stdout.write(`${error.code}\n`)
    }
  }
}
for (let i = 0; i < 8; i++) writer()
