import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of this run of tests alone, removed after it: for what several test files share. */
    runFolder: string
  }
}

const root = fileURLToPath(new URL('..', import.meta.url))

/** Threads run the built code (see vitest.config.ts), so the build must be fresh. POLYAD_SKIP_BUILD=1 skips it. */
export function setup(project: TestProject): () => void {
  if (!process.env['POLYAD_SKIP_BUILD'] && !isBuildFresh()) {
    for (const config of ['tsconfig.json', 'web/tsconfig.json']) {
      const compile = ['node_modules/typescript/bin/tsc', '-p', config]
      spawnSync(process.execPath, compile, { cwd: root, stdio: 'inherit' })
    }
  }
  const runFolder = mkdtempSync(join(tmpdir(), 'polyad-tests-'))
  project.provide('runFolder', runFolder)
  return () => rmSync(runFolder, { recursive: true, force: true })
}

/** Every source file has its built one, and none is younger than that: `npm test` has just built. */
function isBuildFresh(): boolean {
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { include: string[] }
  const sources = [...include, 'web'].flatMap((folder) =>
    (readdirSync(join(root, folder), { recursive: true }) as string[])
      .filter((file) => /(?<!\.d)\.ts$/.test(file))
      .map((file) => join(folder, file)),
  )
  const changedMs = (file: string) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const settingsMs = Math.max(changedMs('tsconfig.json'), changedMs('package-lock.json'))
  return sources.every((source) => {
    const builtMs = changedMs(join('dist', source.replace(/\.ts$/, '.js')))
    return builtMs > changedMs(source) && builtMs > settingsMs
  })
}
