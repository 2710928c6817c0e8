import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, inject, vi } from 'vitest'
import { run } from '../../cli/run.ts'
import { writeMentions } from '../../examples/write-mentions.ts'

// A test is several processes, and the machine may be busy with other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** The built command line. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs one command to its end, in `folder`, as `dist/cli/main.js` does but in this process: starting one takes longer
 * than most commands do. That both give the same is proved in commands.test.ts. Settings of the surrounding shell do
 * not reach it.
 */
export async function polyad(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const said = { stdout: '', stderr: '' }
  const hear = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += typeof text === 'string' ? text : Buffer.from(text).toString()
      return true
    })
  const spies = [hear('stdout'), hear('stderr')]
  const before = process.cwd()
  process.chdir(folder)
  try {
    return { status: await run(args, environment), ...said }
  } finally {
    process.chdir(before)
    for (const spy of spies) spy.mockRestore()
  }
}

/** As `polyad`, by the built command line in a process of its own: for what only a process can show. */
export function polyadProcess(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { cwd: folder, env: environmentWith(environment), maxBuffer: 64_000_000, timeout: 60_000 },
      (error, stdout, stderr) => {
        const status = error ? error.code : 0
        if (typeof status === 'number') resolve({ status, stdout, stderr })
        else reject(error)
      },
    )
  })
}

/** The value a command prints with --json; it must succeed. */
export async function polyadJson<T>(folder: string, args: readonly string[]): Promise<T> {
  const { status, stdout, stderr } = await polyad(folder, [...args, '--json'])
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout) as T
}

/** A command that must fail for a reason it tells: a sentence or two, and never how our code got there. */
export async function polyadRefuses(folder: string, args: readonly string[], status = 2): Promise<string> {
  const ended = await polyad(folder, args)
  expect(ended).toMatchObject({ status })
  expect(ended.stderr).not.toMatch(/^\s+at |\bdefect\b|\bundefined\b|\[object /m)
  expect(ended.stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
  return ended.stderr
}

function environmentWith(environment: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('POLYAD_'))
  return { ...Object.fromEntries(kept), ...environment }
}

export interface Served {
  readonly url: string
  readonly pid: number
  /** SIGTERM, as a service manager stops it. */
  stop(): Promise<number | null>
}

/** Starts `polyad serve` on a free port and waits until it says where. */
export async function polyadServe(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const server = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--json'], {
    cwd: folder,
    env: environmentWith(environment),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => server.once('exit', resolve))
  const { url } = JSON.parse(await firstLine(server)) as { url: string }
  return {
    url,
    pid: server.pid!,
    stop() {
      server.kill('SIGTERM')
      return ended
    },
  }
}

/** Starts a command that is going to be ended by a signal. */
export function polyadStart(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const command = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: environmentWith(environment),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  command.stderr.on('data', (part: Buffer) => {
    stderr += String(part)
  })
  return {
    kill: (signal: NodeJS.Signals) => command.kill(signal),
    hasEnded: () => command.exitCode !== null || command.signalCode !== null,
    ended: new Promise<{ status: number | null; stderr: string }>((resolve) =>
      command.once('close', (status) => resolve({ status, stderr })),
    ),
  }
}

/** Starts a command and closes its output after the first line, as `| head -1` does. */
export async function polyadHead(folder: string, args: readonly string[]): Promise<Ended> {
  const command = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env: environmentWith({}) })
  let stderr = ''
  command.stderr.on('data', (part: Buffer) => {
    stderr += String(part)
  })
  const ended = new Promise<number | null>((resolve) => command.once('close', resolve))
  const stdout = await firstLine(command)
  command.stdout.destroy()
  return { status: (await ended) ?? -1, stdout, stderr }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it said anything: ${text}`)))
    child.stdout!.on('data', (part: Buffer) => {
      text += String(part)
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
  })
}

type Json = Record<string, unknown>

export interface Campaign {
  name: string
  template: string
  segments: unknown[]
  locales: string[]
  placements: string[]
  slots: { slot: string; default: string; assets: Json[] }[]
  budget: { total: { amountMicros: number }; costPerThousand: { amountMicros: number } }
  [field: string]: unknown
}

/** How many assets of each slot the small campaign keeps. */
const KEPT = { headline: 3, photo: 2, offer: 1, cta: 2, accent: 1, logo: 1 } as const

/**
 * A workspace in a temporary folder: the bundled example, 6,000 mentions by 2,000 authors imported, a grid of interest
 * by age in `segments/cells.json`, and a campaign `vans` over it, too narrow for that few people. The mentions lie
 * beside it as `mentions.jsonl` and `mentions.csv`. It is made once in a run of tests, and copied.
 */
export async function makeWorkspace(): Promise<{ readonly home: string; readonly workspace: string }> {
  const home = await copyOf(await madeOnce())
  return { home, workspace: join(home, 'brand') }
}

/** The folder that `makeWorkspace` copies: whichever test file first asks for it makes it, others wait. */
async function madeOnce(): Promise<string> {
  const runFolder = inject('runFolder')
  const made = join(runFolder, 'made')
  try {
    await mkdir(join(runFolder, 'making'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    await vi.waitFor(() => readdir(made), { timeout: 60_000, interval: 100 })
    return made
  }
  const home = join(runFolder, 'home')
  await mkdir(home)
  await fillWorkspace(home)
  await rename(home, made)
  return made
}

async function fillWorkspace(home: string): Promise<void> {
  const workspace = join(home, 'brand')
  expect(await polyadProcess(home, ['init', 'brand'])).toMatchObject({ status: 0 })
  const options = { seed: 'e2e', mentions: 6_000, authors: 2_000 }
  for (const file of ['mentions.jsonl', 'mentions.csv']) await writeMentions(join(home, file), options)
  await writeJson(join(workspace, 'segments/cells.json'), {
    name: 'cells',
    grid: { attributes: ['interest', 'ageBand'] },
  })
  const listening = (await readJson(join(workspace, 'mappings/listening.json'))) as Json
  await writeJson(join(workspace, 'mappings/sheet.json'), {
    ...listening,
    name: 'sheet',
    read: { format: 'csv' },
  })
  const example = (await readJson(join(workspace, 'campaigns/open-road.json'))) as Campaign
  const { exclude: _, ...campaign } = example
  await writeJson(join(workspace, 'campaigns/vans.json'), {
    ...campaign,
    name: 'vans',
    segments: [{ grid: 'cells' }, 'asks-about-price'],
    locales: ['en-US'],
    placements: ['iab-300x250', 'iab-728x90'],
    slots: example.slots.map((slot) => ({
      ...slot,
      assets: slot.assets.slice(0, KEPT[slot.slot as keyof typeof KEPT]),
    })),
  })
  const imported = await polyadProcess(workspace, ['import', '../mentions.jsonl', '--mapping', 'listening'])
  expect(imported).toMatchObject({ status: 0 })
}

/** A workspace of its own to spoil. */
export async function copyOf(workspace: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'polyad-e2e-copy-'))
  await cp(workspace, copy, { recursive: true })
  return copy
}

export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'))
}

export function writeJson(path: string, value: unknown): Promise<void> {
  return writeFile(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** Nothing of a file that was not finished is left anywhere in `folder`. */
export async function expectNothingHalfWritten(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true })
  expect(files.filter((file) => /\.(partial|tmp)$/.test(file))).toEqual([])
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true })
}
