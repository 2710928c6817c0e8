import { Command } from 'commander'
import { type Config, type ConfigSource, configFrom } from './config.ts'
import { createOutput, type Output } from './output.ts'

/** What every command is handed. */
export interface Invocation {
  readonly config: Config
  readonly folder: string
  /** `--json`: the result as one JSON value on stdout, for machines. */
  readonly json: boolean
  readonly output: Output
  /** Aborted by Ctrl-C: a command stops cleanly, leaving whole files or none. */
  readonly signal: AbortSignal
}

/**
 * A command with the two options all of them take.
 *
 * @param examples shown at the end of its help
 * @param workspace the folder it works in unless told otherwise
 */
export function workspaceCommand(
  name: string,
  description: string,
  examples: readonly string[],
  workspace = '.',
): Command {
  const command = new Command(name)
    .description(description)
    .option('--workspace <dir>', 'folder with polyad.json', workspace)
    .option('--json', 'result as JSON on stdout')
  return withExamples(command, examples)
}

/** Adds examples to the end of a command's help. */
export function withExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nFor example:\n${examples.map((line) => `  ${line}`).join('\n')}`)
}

/** Runs a command's work with its invocation; Ctrl-C aborts the signal, a second one ends the process at once. */
export async function invoke(
  environment: ConfigSource,
  options: { workspace?: string; json?: boolean },
  work: (invocation: Invocation) => Promise<void>,
): Promise<void> {
  const abort = new AbortController()
  const onInterrupt = () => {
    if (abort.signal.aborted) process.exit(130)
    abort.abort()
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onInterrupt)
  try {
    await work({
      config: configFrom(environment),
      folder: options.workspace ?? '.',
      json: options.json ?? false,
      output: createOutput(),
      signal: abort.signal,
    })
  } finally {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onInterrupt)
  }
}
