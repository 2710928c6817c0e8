import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'

/** What the figures were measured on. */
export function machineText(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${gigabytes} GB, ${process.platform} ${process.arch}`,
    `Node ${process.version}, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
    `load before: ${loadavg()[0]!.toFixed(1)} (above 0.5, others use the cores too: read the ratios by CPU time)`,
  ].join('\n')
}

const SYNCS = 50

/** Median time to append 500 bytes to a file of this folder and sync them, ms. */
export function syncMs(folder: string): number {
  const file = openSync(join(folder, 'sync-probe'), 'a')
  const bytes = new Uint8Array(500)
  try {
    const took = Array.from({ length: SYNCS }, () => {
      const startMs = performance.now()
      writeSync(file, bytes)
      fdatasyncSync(file)
      return performance.now() - startMs
    })
    return took.sort((a, b) => a - b)[SYNCS / 2]!
  } finally {
    closeSync(file)
  }
}
