import { createStream, type Stream } from '../../../core/stream.ts'
import type { FileDisk } from '../../../io/file-disk.ts'
import { PowerCut, type SimulatedDisk, simulateDisk, type Unsynced } from '../../contract/simulated-disk.ts'
import { contentOf, fileDiskOf, OUT, type RunRequest, runOn } from './file-runs.ts'

/** One of each way to write a file. */
export const RUNS: readonly (RunRequest & { readonly name: string })[] = [
  { name: 'JSONL of the whole line', format: 'jsonl', stepUnits: 30n, markBytes: 20_000 },
  { name: 'CSV of a window', format: 'csv', fromRank: 17n, toRank: 311n, stepUnits: 25n, markBytes: 9_000 },
  {
    name: 'a sample as CSV',
    format: 'csv',
    sample: { size: 90n, seed: 's' },
    stepUnits: 9n,
    markBytes: 5_000,
  },
  { name: 'Parquet', format: 'parquet', stepUnits: 60n, markBytes: 3_000 },
]

/** What a run that nothing disturbs writes. */
export async function undisturbed(request: RunRequest): Promise<Buffer> {
  const disk = simulateDisk()
  await runOn(disk, request, createStream('calm'))
  return contentOf(disk, OUT)!
}

/** The disk after a run that a power cut ended, undefined when it came to its end before. */
async function cutRun(
  disk: SimulatedDisk,
  request: RunRequest,
  chance: Stream,
  use?: FileDisk,
): Promise<'cut' | 'finished'> {
  try {
    await runOn(disk, request, chance, use)
    return 'finished'
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error
    return 'cut'
  }
}

const FATES: readonly Unsynced[] = ['dropped', 'torn', 'kept']

/** A disk whose `.partial` says it is synced without being so: as if marks were written before their bytes. */
export function marksTooEarly(disk: SimulatedDisk): FileDisk {
  const real = fileDiskOf(disk)
  return {
    ...real,
    async open(path) {
      const file = await real.open(path)
      return path.endsWith('.partial') ? { ...file, sync: async () => {} } : file
    },
  }
}

interface CutOutcome {
  readonly cuts: number
  /** Runs that went on where another had been cut. */
  readonly resumed: number
  /** Files that were half-written under their own name, or not the bytes of an undisturbed run at the end. */
  readonly wrong: number
}

/**
 * Cuts a run at every step it takes, a second run at random, and lets a third one finish.
 *
 * @param rounds of all steps, each with other chances
 */
export async function cutEverywhere(
  request: RunRequest,
  diskOf: (disk: SimulatedDisk) => FileDisk,
  rounds = 1,
): Promise<CutOutcome> {
  const expected = await undisturbed(request)
  const outcome = { cuts: 0, resumed: 0, wrong: 0 }
  const steps = await (async () => {
    const disk = simulateDisk()
    await runOn(disk, request, createStream('run 0'))
    return disk.steps
  })()
  for (let round = 0; round < rounds; round++) {
    for (let cutAtStep = 0; cutAtStep <= steps; cutAtStep++) {
      const fate = FATES[(round + cutAtStep) % FATES.length]!
      const chance = createStream(`cut ${round} ${cutAtStep}`)
      const check = (disk: SimulatedDisk): void => {
        const named = contentOf(disk, OUT)
        if (named && !named.equals(expected)) outcome.wrong++
      }
      const first = simulateDisk({ cutAtStep })
      await cutRun(first, request, createStream('run 0'), diskOf(first))
      const second = first.afterCrash(fate, chance, { cutAtStep: chance.integer(steps) })
      check(second)
      await cutRun(second, request, chance, diskOf(second))
      const third = second.afterCrash(FATES[chance.integer(3)]!, chance)
      check(third)
      const { foundSteps } = await runOn(third, request, chance, diskOf(third))
      const found = third.afterCrash('dropped', chance)
      check(found)
      if (!contentOf(found, OUT)) outcome.wrong++
      outcome.cuts += 2
      if (foundSteps > 0) outcome.resumed++
    }
  }
  return outcome
}
