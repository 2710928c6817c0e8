import type { ConfigSource } from './config.ts'
import { exitOf } from './exit.ts'
import { createProgram } from './program.ts'

/**
 * Runs one command line to its end; what ends it badly is told on stderr, never thrown.
 *
 * @param args without the program's own name
 * @returns the exit status: 0 done, 2 bad input, 3 refused by the guard, 1 anything else
 */
export async function run(args: readonly string[], environment: ConfigSource): Promise<number> {
  try {
    const program = await createProgram(environment, args[0])
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    const { status, text } = exitOf(error)
    if (text) process.stderr.write(`${text}\n`)
    return status
  }
}
