import { env } from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fuzz } from '../fuzz/fuzz.ts'
import { type FuzzWorld, openFuzzWorld } from '../fuzz/fuzz-world.ts'
import { operationsOf } from '../fuzz/operations.ts'
import { createSender } from '../fuzz/send.ts'

const REQUESTS = Number(env['POLYAD_FUZZ_REQUESTS'] ?? 100_000)
const SEED = Number(env['POLYAD_FUZZ_SEED'] ?? 1)

describe('the API under fuzz', () => {
  let fuzzed: FuzzWorld
  beforeAll(async () => {
    fuzzed = await openFuzzWorld()
  })
  afterAll(() => fuzzed.close())
  it('x', async () => {
    const operations = operationsOf(await (await fetch(`${fuzzed.url}/openapi.json`)).json())
    const sender = createSender(fuzzed.url, 128)
    const started = performance.now()
    const result = await fuzz(operations, fuzzed.fixture, fuzzed.expectations, sender, {
      ...fuzzed,
      seed: SEED,
      requests: REQUESTS,
      atOnce: 24,
      weights: {},
    })
    console.log(result.problems.join('\n\n'))
    console.log(
      result.sent,
      result.valid,
      result.taken,
      performance.now() - started,
      [...result.spoilt],
      [...result.elsewhere],
    )
    const missing = operations
      .flatMap((o) => [...o.responses.keys()].map((s) => `${o.name} ${s}`))
      .filter((x) => !result.seen.has(x))
    console.log('MISSING', missing)
    expect(result.problems).toEqual([])
  }, 900000)
})
