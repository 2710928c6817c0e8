import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openWorkspace, type Workspace } from '../cli/compose.ts'
import { type Config, configFrom } from '../cli/config.ts'

export const SEED = 'bench-1'
export const WORKERS = 2

/** Defaults alone: what is measured must not hang on the caller's environment. */
export const CONFIG: Config = configFrom({ POLYAD_WORKERS: String(WORKERS) })

/**
 * The bundled example in a temporary folder, ready to be served. Made in another process, so that garbage of the import
 * does not slow down what is measured in this one.
 */
export async function makeDemoWorkspace(): Promise<{ folder: string; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'polyad-bench-'))
  const remove = () => rm(root, { recursive: true, force: true })
  const folder = join(root, 'demo')
  const child = fork(fileURLToPath(new URL('./make-demo.js', import.meta.url)), [folder])
  const [code] = await once(child, 'exit')
  if (code === 0) return { folder, remove }
  await remove()
  throw new Error(`the workspace could not be made: exit code ${code}`)
}

export function openDemo(folder: string, { hold }: { readonly hold: boolean }): Promise<Workspace> {
  return openWorkspace(CONFIG, folder, hold ? { hold: 'bench' } : {})
}
