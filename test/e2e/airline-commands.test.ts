import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tweets = join(root, '../shared/data/airline_tweets/tweets.csv')
const missing = !existsSync(tweets)
const needs = missing ? ' (skipped: ../shared/data/airline_tweets is not here)' : ''

describe.skipIf(missing)(`the airline workspace, by the commands of its README${needs}`, () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyad-airline-'))
    await cp(join(root, 'examples/airline'), folder, { recursive: true })
  })
  afterAll(() => rm(folder, { recursive: true }))

  function polyad(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const command = [join(root, 'dist/cli/main.js'), ...args]
    return spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' })
  }

  it('goes from tweets to pictures and a report', { timeout: 120_000 }, async () => {
    const imported = polyad('import', tweets, '--mapping', 'tweets', '--json')
    expect(imported.stderr + imported.status).toMatch(/0$/)
    expect(JSON.parse(imported.stdout)).toMatchObject({
      rows: 11_712,
      added: 11_618,
      duplicates: 94,
      rejected: 0,
    })

    const sizes = polyad('segments', 'size', '--json').stdout
    expect(sizes).toContain('negative-about-united')

    const refused = polyad('check', 'night-train')
    expect(refused).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/night-train@1: the check refuses it/),
    })
    const early = polyad('generate', 'night-train', '--out', 'ads.jsonl', '--format', 'jsonl')
    expect(early.status).toBe(3)
    expect(existsSync(join(folder, 'ads.jsonl'))).toBe(false)
    expect(polyad('check', 'night-train', '--apply').status).toBe(0)

    expect(polyad('generate', 'night-train', '--out', 'ads.jsonl', '--format', 'jsonl').status).toBe(0)
    const rows = (await readFile(join(folder, 'ads.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(new Set(rows.map((row) => JSON.parse(row).id)).size).toBe(rows.length)
    expect(rows.length).toBeGreaterThan(5000)
    const airlines = /United|US Airways|American|Southwest|Delta|Virgin/
    expect(rows.filter((row) => airlines.test(JSON.stringify(JSON.parse(row).slots)))).toEqual([])

    const render = ['--sample', '6', '--seed', '1']
    expect(polyad('render', 'night-train', '--out', 'a.zip', ...render).status).toBe(0)
    expect(polyad('render', 'night-train', '--out', 'b.zip', ...render).status).toBe(0)
    const [a, b] = await Promise.all(['a.zip', 'b.zip'].map((name) => readFile(join(folder, name))))
    expect(a!.equals(b!)).toBe(true)

    expect(polyad('report', 'night-train').stdout).toMatch(/not enough data/i)
  })
})
