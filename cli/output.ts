import { stderr, stdout } from 'node:process'

/** How a command speaks: results on stdout, progress on stderr. */
export interface Output {
  /** A result for people (or the whole JSON text). */
  print(text: string): void
  /** One finished step: what, how many, how long. */
  step(what: string, howMany: string, tookMs: number): void
  /** A remark on stderr. */
  note(text: string): void
  /** Progress of something long: overwrites its line on a terminal, otherwise a line every ten seconds. */
  progress(text: string): void
}

const NAME_COLUMNS = 18
const LINE_EVERY_MS = 10_000

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
      if (stderr.isTTY) {
        stderr.write(`\r\u001b[K${text}`)
        meterShown = true
      } else if (performance.now() - lastLineMs > LINE_EVERY_MS) {
        lastLineMs = performance.now()
        stderr.write(`${text}\n`)
      }
    },
  }
}

export function count(value: number | bigint): string {
  return value.toLocaleString('en-US')
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`.padStart(8)
}
