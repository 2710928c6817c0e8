import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../core/canonical-json.ts'
import { createStream } from '../../core/stream.ts'
import type { Plan } from '../../engine/campaign/plan.ts'
import { openBlobs } from '../../store/embedded/blobs.ts'
import { inNewFolder } from '../contract/contract.ts'
import { segmentOf, smallPlan, textAsset } from '../unit/space/small-plan.ts'
import { BANNER, placement } from '../unit/templates/banner.ts'
import { logo, photo } from '../unit/templates/pictures.ts'
import { runAndKill } from './run-and-kill.ts'

const RENDERER = new URL('./render-process.mjs', import.meta.url)
const ROUNDS = 2

async function storedPlan(folder: string): Promise<string> {
  const blobs = await openBlobs(folder)
  const texts = (slot: string, count: number) =>
    Array.from({ length: count }, (_, at) =>
      textAsset(`${slot}${at}`, { text: { en: `${slot} number ${at}` } }),
    )
  const plan: Plan = {
    ...smallPlan({
      segments: [segmentOf('broad')],
      placements: [placement('iab-300x250'), placement('iab-728x90')],
      slots: [
        { slot: 'photo', default: 'hills', assets: [{ id: 'hills', file: 'hills.png' }] },
        { slot: 'logo', default: 'ring', assets: [{ id: 'ring', file: 'ring.png' }] },
        { slot: 'accent', default: 'red', assets: [{ id: 'red', colour: '#c92a2a' }] },
        { slot: 'headline', default: 'a0', assets: texts('a', 8) },
        { slot: 'offer', default: 'b0', assets: texts('b', 5) },
        { slot: 'cta', default: 'c0', assets: texts('c', 4) },
      ],
    }),
    template: BANNER,
    files: { 'hills.png': await blobs.put(await photo()), 'ring.png': await blobs.put(await logo()) },
  }
  return blobs.put(Buffer.from(canonicalJson(plan)))
}

async function contentOf(path: string): Promise<Record<string, string>> {
  if (path.endsWith('.zip')) return { '': (await readFile(path)).toString('base64') }
  const names = (await readdir(path)).sort()
  const files = names.map(
    async (name) => [name, (await readFile(join(path, name))).toString('base64')] as const,
  )
  return Object.fromEntries(await Promise.all(files))
}

describe('pictures that are rendered', () => {
  it('killed (kill -9) again and again until they are finished, into a zip file and a folder: the bytes of a calm run', () =>
    inNewFolder(async (folder) => {
      const planHash = await storedPlan(folder)
      const chance = createStream('kill render')
      let processes = 0
      let resumed = 0
      for (const ending of ['.zip', '']) {
        const run = (out: string, afterMs: number) => runAndKill(RENDERER, [folder, planHash, out], afterMs)
        const calm = join(folder, `calm${ending}`)
        expect((await run(calm, 120_000)).at(-1)).toBe('finished')
        const expected = await contentOf(calm)
        for (let round = 0; round < ROUNDS; round++) {
          const out = join(folder, `killed-${round}${ending}`)
          for (let isFinished = false, mostMs = 600; !isFinished; processes++, mostMs *= 1.2) {
            const said = await run(out, chance.integer(Math.round(mostMs)))
            if (said.some((line) => line.startsWith('going on after'))) resumed++
            isFinished = said.at(-1) === 'finished'
          }
          expect(await contentOf(out)).toEqual(expected)
        }
      }
      expect(resumed).toBeGreaterThan(ROUNDS)
      console.log(
        `${2 * ROUNDS} outputs, ${processes} processes, ${resumed} went on where another was killed`,
      )
    }))

  it('of a folder only what is missing or altered is made again', () =>
    inNewFolder(async (folder) => {
      const planHash = await storedPlan(folder)
      const out = join(folder, 'pictures')
      const run = () => runAndKill(RENDERER, [folder, planHash, out], 120_000)
      await run()
      const expected = await contentOf(out)
      const [first = '', second = ''] = Object.keys(expected)
      await writeFile(join(out, first), 'other')
      await writeFile(join(out, second), Buffer.from(expected[second]!, 'base64').reverse())
      await writeFile(join(out, 'mine.txt'), 'kept')
      expect((await run()).some((line) => /^going on after 3[0-9]{2} pictures/.test(line))).toBe(true)
      expect(await contentOf(out)).toEqual({
        ...expected,
        'mine.txt': Buffer.from('kept').toString('base64'),
      })
    }))
})
