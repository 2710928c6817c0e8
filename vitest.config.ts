import { defineConfig, type Plugin } from 'vitest/config'
import { tellSkipped } from './test/tell-skipped.ts'

/**
 * Worker threads cannot run TypeScript on Node 20, so in tests a `new URL('./x-thread.js', import.meta.url)`
 * points at the built file. `npm test` builds first; so does test/global-setup.ts when vitest is run by hand.
 */
const threadsRunBuiltCode = {
  name: 'threads-run-built-code',
  transform(code: string, id: string) {
    const folder = /^(.*)\/((?:store|jobs|templates|io|engine)\/[^?]*)\/[^/]+\.ts$/.exec(id)
    if (!folder || !code.includes('-thread.js')) return null
    return code.replace(
      /new URL\((['"])\.\/([\w-]+-thread\.js)\1, import\.meta\.url\)/g,
      `new URL('file://${folder[1]}/dist/${folder[2]}/$2')`,
    )
  },
}

/** `--exclude` of the command line is applied to the root alone, which has no tests of its own. */
const excludeEverywhere: Plugin = {
  name: 'exclude-everywhere',
  configureVitest({ vitest, project }) {
    project.config.exclude.push(...(vitest.config.cliExclude ?? []))
  },
}

const shared = {
  setupFiles: ['test/setup.ts'],
  env: { TZ: 'UTC' },
  testTimeout: 30_000,
  hookTimeout: 60_000,
}

const plugins = [threadsRunBuiltCode, excludeEverywhere]

/** Tests of functions without state: their files share a process and its modules, which are half of their time. */
const OF_FUNCTIONS = ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts']

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    // The default one last: a run ends with its counts.
    reporters: [tellSkipped(), 'default'],
    projects: [
      {
        plugins,
        test: { ...shared, name: 'functions', include: OF_FUNCTIONS, isolate: false },
      },
      {
        plugins,
        test: { ...shared, name: 'whole', include: ['test/**/*.test.ts'], exclude: OF_FUNCTIONS },
      },
    ],
  },
})
