import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const FOLDER = fileURLToPath(new URL('../../golden/', import.meta.url))
const MAY_WRITE = process.env['UPDATE_GOLDEN'] === '1'

/** The golden file, or undefined after writing it for the first time (only with UPDATE_GOLDEN=1). */
function readGolden(name: string, actual: Uint8Array): Buffer | undefined {
  const path = FOLDER + name
  if (MAY_WRITE) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, actual)
    rmSync(changedPath(name), { force: true })
    return undefined
  }
  if (!existsSync(path))
    throw new Error(`no golden file test/golden/${name}; look at it, then make it with UPDATE_GOLDEN=1`)
  return readFileSync(path)
}

function changedPath(name: string): string {
  const extension = extname(name)
  return `${FOLDER}${name.slice(0, -extension.length)}-changed${extension}`
}

/** Exact comparison of a text with its golden file; a differing one is written beside it as NAME-changed. */
export function expectGoldenText(name: string, actual: string): void {
  const bytes = Buffer.from(actual)
  const golden = readGolden(name, bytes)
  if (!golden || golden.equals(bytes)) return
  writeFileSync(changedPath(name), bytes)
  expect(actual, `differs from test/golden/${name}; what came out is beside it`).toBe(golden.toString())
}

/** Exact comparison of pixels with a golden PNG; a differing one is written beside it as NAME-changed. */
export async function expectGoldenPicture(
  name: string,
  png: Uint8Array,
  decode: (png: Uint8Array) => Promise<{ width: number; height: number; rgb: Uint8Array }>,
): Promise<void> {
  const golden = readGolden(name, png)
  if (!golden || golden.equals(png)) return
  const [expected, actual] = [await decode(golden), await decode(png)]
  const differing = describeDifference(expected, actual)
  if (!differing) return
  writeFileSync(changedPath(name), png)
  expect.fail(`test/golden/${name}: ${differing}; what came out is beside it`)
}

interface Pixels {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** How many pixels differ, by how much and where; undefined when none does. */
export function describeDifference(expected: Pixels, actual: Pixels): string | undefined {
  if (expected.width !== actual.width || expected.height !== actual.height) {
    return `${actual.width} x ${actual.height} pixels instead of ${expected.width} x ${expected.height}`
  }
  let pixels = 0
  let worst = 0
  const box = { left: expected.width, top: expected.height, right: 0, bottom: 0 }
  for (let at = 0; at < expected.rgb.length; at += 3) {
    const by = Math.max(
      ...[0, 1, 2].map((channel) => Math.abs(expected.rgb[at + channel]! - actual.rgb[at + channel]!)),
    )
    if (by === 0) continue
    const [x, y] = [(at / 3) % expected.width, Math.floor(at / 3 / expected.width)]
    pixels++
    worst = Math.max(worst, by)
    box.left = Math.min(box.left, x)
    box.right = Math.max(box.right, x)
    box.top = Math.min(box.top, y)
    box.bottom = Math.max(box.bottom, y)
  }
  if (pixels === 0) return undefined
  const share = ((100 * pixels * 3) / expected.rgb.length).toFixed(3)
  return `${pixels} pixels differ (${share} %), by up to ${worst} of 255, from ${box.left},${box.top} to ${box.right},${box.bottom}`
}
