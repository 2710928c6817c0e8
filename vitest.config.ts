import { defineConfig } from 'vitest/config'
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

export default defineConfig({
  plugins: [threadsRunBuiltCode],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/setup.ts'],
    env: { TZ: 'UTC' },
    // The default one last: a run ends with its counts.
    reporters: [tellSkipped(), 'default'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
