import '../cli/boot.ts'
import { stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { benchAllocate } from './allocate.ts'
import { benchCover } from './cover.ts'
import { benchDecide } from './decide.ts'
import { makeDemoWorkspace } from './demo-workspace.ts'
import { benchEvents, benchPixels } from './events.ts'
import { benchGenerate } from './generate.ts'
import {
  benchGenerateCsv,
  benchGenerateFile,
  benchGenerateLong,
  benchGenerateMemory,
  benchGenerateParquet,
} from './generate-files.ts'
import { benchLoad, LOAD_MINUTES } from './load.ts'
import { machineText } from './machine.ts'
import { benchMatch } from './match.ts'
import { type Measurement, measurementText } from './measurement.ts'
import { benchPicturesCold, benchPicturesSteady } from './pictures.ts'
import { benchRender } from './render.ts'
import { benchSample } from './sample.ts'
import { benchSpace } from './space.ts'

const { values, positionals: asked } = parseArgs({
  options: { minutes: { type: 'string' } },
  allowPositionals: true,
})
/** How long `load` takes after it has found the maximum. */
const minutes = Number(values.minutes ?? LOAD_MINUTES)

/** Each against the plain way to do the same job, in a workspace it may open for itself; some tell in their own words. */
const BENCHES: Readonly<Record<string, (folder: string) => Promise<Measurement | string>>> = {
  space: benchSpace,
  generate: benchGenerate,
  'generate-file': benchGenerateFile,
  'generate-csv': benchGenerateCsv,
  'generate-parquet': benchGenerateParquet,
  render: benchRender,
  'pictures-cold': benchPicturesCold,
  'pictures-steady': benchPicturesSteady,
  match: benchMatch,
  decide: benchDecide,
  // Before events: what is logged there is counted in the background of whatever serves the workspace next.
  pixels: benchPixels,
  events: benchEvents,
  sample: benchSample,
  cover: benchCover,
  allocate: benchAllocate,
}

/** Run only when they are asked for by name: they take minutes, or room in memory. */
const LONG_BENCHES: typeof BENCHES = {
  'generate-memory': benchGenerateMemory,
  'generate-long': benchGenerateLong,
  load: (folder) => benchLoad(folder, minutes),
}
const ALL_BENCHES: typeof BENCHES = { ...BENCHES, ...LONG_BENCHES }

const unknown = asked.find((name) => !Object.hasOwn(ALL_BENCHES, name))
if (!(minutes > 0 && minutes <= 24 * 60)) {
  console.error('--minutes is a number of minutes above 0, up to a day.')
  process.exitCode = 2
} else if (unknown !== undefined) {
  console.error(`There is no bench "${unknown}"; there are ${Object.keys(ALL_BENCHES).join(', ')}.`)
  process.exitCode = 2
} else {
  await runBenches(asked.length > 0 ? asked : Object.keys(BENCHES))
}

async function runBenches(names: readonly string[]): Promise<void> {
  stdout.write(`${machineText()}\n`)
  const workspace = await makeDemoWorkspace()
  try {
    for (const name of names) {
      const measured = await ALL_BENCHES[name]!(workspace.folder)
      stdout.write(`\n${typeof measured === 'string' ? measured : measurementText(measured)}\n`)
    }
  } finally {
    await workspace.remove()
  }
}
