import { stderr, stdout } from 'node:process'

/** How a command speaks: results on stdout, progress on stderr. */
export interface Output {
  /** A result for people (or the whole JSON text). */
  print(text: string): void
  /** One finished step: what, how many, how long. */
  step(what: string, howMany: string, tookMs: number): void
  /** A remark on stderr. */
  note(text: string): void
  /** Progress of something long, told as often as it likes: a line that is overwritten on a terminal, otherwise one every ten seconds. */
  progress(text: string): void
}

const NAME_COLUMNS = 18
const LINE_EVERY_MS = 10_000
const METER_EVERY_MS = 100

/** `steps` says where finished steps go: a demo's steps are its result, an export's are progress. */
export function createOutput(steps: 'stdout' | 'stderr' = 'stderr'): Output {
  let lastLineMs = performance.now()
  let meterShown = false
  const clearMeter = () => {
    if (meterShown) stderr.write('\r\u001b[K')
    meterShown = false
  }
  return {
    print(text) {
      clearMeter()
      stdout.write(text.endsWith('\n') ? text : `${text}\n`)
    },
    step(what, howMany, tookMs) {
      clearMeter()
      const line = `${what.padEnd(NAME_COLUMNS)} ${seconds(tookMs)}  ${howMany}\n`
      ;(steps === 'stdout' ? stdout : stderr).write(line)
    },
    note(text) {
      clearMeter()
      stderr.write(`${text}\n`)
    },
    progress(text) {
      const everyMs = stderr.isTTY ? METER_EVERY_MS : LINE_EVERY_MS
      if (performance.now() - lastLineMs < everyMs) return
      lastLineMs = performance.now()
      stderr.write(stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`)
      meterShown = stderr.isTTY
    },
  }
}

/**
 * How far a run is, how fast and how long it will take: `1,000 of 8,000 ad units, 500 a second, 14 s left`.
 *
 * @param what in the plural
 */
export function createMeter(what: string, nowMs: () => number = () => performance.now()) {
  let first: { readonly done: bigint; readonly atMs: number } | undefined
  return (done: bigint, total: bigint): string => {
    // What an earlier run did says nothing of the speed of this one.
    first ??= { done, atMs: nowMs() }
    const tookSeconds = (nowMs() - first.atMs) / 1000
    const rate = tookSeconds > 0 ? Number(done - first.done) / tookSeconds : 0
    const far = `${count(done)} of ${count(total)} ${what}`
    if (rate === 0) return far
    return `${far}, ${count(Math.round(rate))} a second, ${duration(Number(total - done) / rate)} left`
  }
}

function duration(allSeconds: number): string {
  const [hours, minutes] = [Math.floor(allSeconds / 3600), Math.floor((allSeconds % 3600) / 60)]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${Math.floor(allSeconds % 60)} s` : `${Math.ceil(allSeconds)} s`
}

export function count(value: number | bigint): string {
  return value.toLocaleString('en-US')
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`.padStart(8)
}
