import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const SECONDS = 20
const BENCH = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url))

/** The ten minutes that can tell flat memory from a slow leak are `npm run bench -- load`. */
it(`${SECONDS} seconds of mixed load at 70 % of the maximum: every answer right, and no memory that runs away`, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    BENCH,
    'load',
    '--minutes',
    String(SECONDS / 60),
  ])
  console.log(stdout)
  expect(stdout).toContain('wrong answers   none')
  const parts = [...stdout.matchAll(/^ +\d+ +([\d,]+) +[\d.]+ +[\d.]+ +(\d+) +(\d+) +[\d.]+ +\d+$/gm)]
  expect(parts).toHaveLength(10)
  const [rssMb, liveMb] = [2, 3].map((column) => parts.map((part) => Number(part[column])))
  expect(Math.max(...rssMb!)).toBeLessThan(rssMb![0]! * 1.5)
  expect(liveMb!.at(-1)).toBeLessThan(liveMb![0]! * 1.2)
})
