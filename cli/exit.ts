import { CommanderError } from 'commander'
import { PolyadError } from '../core/errors.ts'

/** Exit status and the words for stderr of whatever ended a command (DESIGN: 0 done, 2 bad input, 3 refused, 1 else). */
export function exitOf(error: unknown): { readonly status: number; readonly text: string } {
  if (error instanceof PolyadError) return { status: error.exit, text: `polyad: ${error.message}` }
  if (error instanceof CommanderError) {
    // Commander has printed its own words already; showing help or the version is not a failure.
    const shown = error.code === 'commander.helpDisplayed' || error.code === 'commander.version'
    return { status: shown || error.exitCode === 0 ? 0 : 2, text: '' }
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { status: 1, text: `polyad: this is a defect, please report it\n${text}` }
}
