import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
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

/** Runs one command to its end, in `folder`. Settings of the surrounding shell do not reach it. */
export function polyad(
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
export async function polyadServe(folder: string): Promise<Served> {
  const server = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--json'], {
    cwd: folder,
    env: environmentWith({}),
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
 * beside it as `mentions.jsonl` and `mentions.csv`.
 */
export async function makeWorkspace(): Promise<{ readonly home: string; readonly workspace: string }> {
  const home = await mkdtemp(join(tmpdir(), 'polyad-e2e-'))
  const workspace = join(home, 'brand')
  expect(await polyad(home, ['init', 'brand'])).toMatchObject({ status: 0 })
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
  const imported = await polyad(workspace, ['import', '../mentions.jsonl', '--mapping', 'listening'])
  expect(imported).toMatchObject({ status: 0 })
  return { home, workspace }
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
