import type { Reporter } from 'vitest/node'

/** Names every skipped test at the end of a run: its name says why. A suite that could not run is never silent. */
export const tellSkipped: Reporter = {
  onTestRunEnd(modules) {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map(
        (test) => `  ${module.relativeModuleId} > ${test.fullName}`,
      ),
    )
    if (skipped.length > 0) process.stdout.write(`\nskipped, ${skipped.length}:\n${skipped.join('\n')}\n`)
  },
}
