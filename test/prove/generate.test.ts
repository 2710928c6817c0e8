import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../core/canonical-json.ts'
import { createStream } from '../../core/stream.ts'
import { openBlobs } from '../../store/embedded/blobs.ts'
import { inNewFolder } from '../contract/contract.ts'
import { cutEverywhere, marksTooEarly, RUNS } from '../unit/generate/cut-runs.ts'
import { fileDiskOf } from '../unit/generate/file-runs.ts'
import { segmentOf, smallPlan, TALL, textAsset, WIDE } from '../unit/space/small-plan.ts'
import { runAndKill } from './run-and-kill.ts'

const FILES = 3
const CUT_ROUNDS = 20

const GENERATOR = new URL('./generate-process.mjs', import.meta.url)

const plan = smallPlan({
  segments: [segmentOf('broad'), segmentOf('ca', 'CA'), segmentOf('or', 'OR')],
  placements: [WIDE, TALL],
  slots: ['a', 'b', 'c', 'd'].map((slot) => ({
    slot,
    default: 'x0',
    assets: Array.from({ length: 14 }, (_, at) =>
      textAsset(`x${at}`, { text: { en: `${'long '.repeat(at)}{{fallback state "home"}}` } }),
    ),
  })),
  absentIn: { d: ['tall'] },
})

describe('a file that is generated', () => {
  it(`killed (kill -9) again and again until it is finished, ${FILES} files of each format: the bytes of a calm run`, () =>
    inNewFolder(async (folder) => {
      const planHash = await (await openBlobs(folder)).put(Buffer.from(canonicalJson(plan)))
      const chance = createStream('kill generate')
      let kills = 0
      let resumed = 0
      for (const format of ['jsonl', 'csv', 'parquet']) {
        const calm = join(folder, `calm.${format}`)
        const run = (path: string, afterMs: number) =>
          runAndKill(GENERATOR, [folder, planHash, format, path], afterMs)
        expect((await run(calm, 120_000)).at(-1)).toBe('finished')
        const expected = await readFile(calm)
        for (let round = 0; round < FILES; round++) {
          const path = join(folder, `killed-${round}.${format}`)
          // Later and later: on a busy machine a process needs longer than others to come to its first mark.
          for (let isFinished = false, mostMs = 300; !isFinished; kills++, mostMs *= 1.2) {
            const said = await run(path, chance.integer(Math.round(mostMs)))
            expect(said[0]).toMatch(/^found \d+$/)
            if (said[0] !== 'found 0') resumed++
            isFinished = said.at(-1) === 'finished'
          }
          expect((await readFile(path)).equals(expected), path).toBe(true)
        }
      }
      expect(resumed).toBeGreaterThan(FILES)
      console.log(`${3 * FILES} files, ${kills} processes, ${resumed} went on where another was killed`)
    }))

  it(`${CUT_ROUNDS} rounds of power cuts at every step: none half-written, none other bytes`, async () => {
    let cuts = 0
    for (const { name, ...request } of RUNS) {
      const outcome = await cutEverywhere(request, fileDiskOf, CUT_ROUNDS)
      expect(outcome.wrong, name).toBe(0)
      cuts += outcome.cuts
      expect((await cutEverywhere(request, marksTooEarly, 2)).wrong, name).toBeGreaterThan(0)
    }
    console.log(`${cuts} power cuts`)
  })
})
