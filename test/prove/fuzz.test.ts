import { env } from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemsAfter } from '../fuzz/after-fuzz.ts'
import { fuzz } from '../fuzz/fuzz.ts'
import { type FuzzWorld, openFuzzWorld } from '../fuzz/fuzz-world.ts'
import { operationsOf } from '../fuzz/operations.ts'
import { createSender } from '../fuzz/send.ts'
import { missingStatuses, statusesText } from '../fuzz/statuses-seen.ts'
import { WEIGHTS } from '../fuzz/weights.ts'

const REQUESTS = Number(env['POLYAD_FUZZ_REQUESTS'] ?? 100_000)
const SEED = Number(env['POLYAD_FUZZ_SEED'] ?? 1)

describe('the whole API', () => {
  let fuzzed: FuzzWorld
  beforeAll(async () => {
    fuzzed = await openFuzzWorld()
  })
  afterAll(() => fuzzed.close())

  it(`answers ${REQUESTS} requests of seed ${SEED}, half of them spoilt, as its document says, and is well after`, async () => {
    const operations = operationsOf(await (await fetch(`${fuzzed.url}/openapi.json`)).json())
    const sender = createSender(fuzzed.url, 128)
    const { fixture, expectations, restore, errors } = fuzzed
    const options = {
      seed: SEED,
      requests: REQUESTS,
      atOnce: 24,
      weights: WEIGHTS,
      restore,
      errors,
      thorough: true,
    }
    const result = await fuzz(operations, fixture, expectations, sender, options)
    sender.close()
    const { sent, valid, taken, spoilt, elsewhere, problems } = result
    const counts = (of: ReadonlyMap<string | number, number>) =>
      [...of].map(([name, times]) => `${name} x ${times}`)
    console.log(
      [
        `${sent} requests: ${valid} valid, of which ${taken} were taken; ${sent - valid} spoilt`,
        `spoilt by: ${counts(spoilt).join(', ')}`,
        `to addresses and by methods of no operation: ${counts(elsewhere).join(', ')}`,
        statusesText(operations, result),
      ].join('\n'),
    )
    expect(problems.join('\n\n')).toBe('')
    expect(await problemsAfter(fuzzed.world)).toEqual([])
    expect(missingStatuses(operations, result)).toEqual([])
  })
})
