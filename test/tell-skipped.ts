import type { Reporter } from 'vitest/node'

/**
 * Names every skipped test at the end of a run: its name says why. A suite that could not run is never silent. Tests
 * left out by `-t` are not told of.
 */
export function tellSkipped(): Reporter {
  let chosenByName = false
  return {
    onInit(vitest) {
      chosenByName = vitest.config.testNamePattern !== undefined
    },
    onTestRunEnd(modules) {
      const skipped = modules.flatMap((module) =>
        [...module.children.allTests('skipped')].map(
          (test) => `  ${module.relativeModuleId} > ${test.fullName}`,
        ),
      )
      if (skipped.length === 0 || chosenByName) return
      process.stdout.write(`\nskipped, ${skipped.length}:\n${skipped.join('\n')}\n`)
    },
  }
}
