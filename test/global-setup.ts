import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Threads run the built code (see vitest.config.ts), so the build must be fresh. POLYAD_SKIP_BUILD=1 skips it. */
export function setup(): void {
  if (process.env['POLYAD_SKIP_BUILD']) return
  const root = fileURLToPath(new URL('..', import.meta.url))
  for (const project of ['tsconfig.json', 'web/tsconfig.json']) {
    spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], {
      cwd: root,
      stdio: 'inherit',
    })
  }
}
