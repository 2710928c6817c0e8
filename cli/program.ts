import { Command } from 'commander'
import { checkCommand } from './commands/check.ts'
import { configCommand } from './commands/config.ts'
import { demoCommand } from './commands/demo.ts'
import { generateCommand } from './commands/generate.ts'
import { importCommand } from './commands/import.ts'
import { initCommand } from './commands/init.ts'
import { keysCommand } from './commands/keys.ts'
import { renderCommand } from './commands/render.ts'
import { reportCommand } from './commands/report.ts'
import { segmentsCommand } from './commands/segments.ts'
import { serveCommand } from './commands/serve.ts'
import type { ConfigSource } from './config.ts'
import { packageVersion } from './package-root.ts'

/** The command line. Errors of usage throw instead of ending the process, so that main.ts alone decides exits. */
export function createProgram(environment: ConfigSource): Command {
  const program = new Command('polyad')
    .description(
      'mass one-to-one: segments from listening data, ad units by the million, and a guard against too narrow',
    )
    .version(packageVersion())
    .showSuggestionAfterError()
  const commands = [
    demoCommand(environment),
    initCommand(environment),
    importCommand(environment),
    segmentsCommand(environment),
    checkCommand(environment),
    generateCommand(environment),
    renderCommand(environment),
    serveCommand(environment),
    reportCommand(environment),
    keysCommand(environment),
    configCommand(environment),
  ]
  for (const command of commands) program.addCommand(command)
  for (const command of [program, ...commands.flatMap((each) => [each, ...each.commands])])
    command.exitOverride()
  return program
}
