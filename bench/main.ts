import '../cli/boot.ts'
import { stdout } from 'node:process'
import { benchCover } from './cover.ts'
import { benchDecide } from './decide.ts'
import { makeDemoWorkspace } from './demo-workspace.ts'
import { benchGenerate } from './generate.ts'
import { machineText } from './machine.ts'
import { type Measurement, measurementText } from './measurement.ts'
import { benchRender } from './render.ts'
import { benchSample } from './sample.ts'
import { benchSpace } from './space.ts'

/** Each against the plain way to do the same job, in a workspace it may open for itself; some tell in their own words. */
const BENCHES: Readonly<Record<string, (folder: string) => Promise<Measurement | string>>> = {
  space: benchSpace,
  generate: benchGenerate,
  render: benchRender,
  decide: benchDecide,
  sample: benchSample,
  cover: benchCover,
}

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !Object.hasOwn(BENCHES, name))
if (unknown !== undefined) {
  console.error(`There is no bench "${unknown}"; there are ${Object.keys(BENCHES).join(', ')}.`)
  process.exitCode = 2
} else {
  await runBenches(asked.length > 0 ? asked : Object.keys(BENCHES))
}

async function runBenches(names: readonly string[]): Promise<void> {
  stdout.write(`${machineText()}\n`)
  const workspace = await makeDemoWorkspace()
  try {
    for (const name of names) {
      const measured = await BENCHES[name]!(workspace.folder)
      stdout.write(`\n${typeof measured === 'string' ? measured : measurementText(measured)}\n`)
    }
  } finally {
    await workspace.remove()
  }
}
