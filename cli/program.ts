import { Command } from 'commander'
import type { ConfigSource } from './config.ts'
import { packageVersion } from './package-root.ts'

type CommandFactory = (environment: ConfigSource) => Command

/** In the order help shows them. Loaded when named: a command pays for what it uses, not for the server's libraries. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandFactory>>> = {
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  init: async () => (await import('./commands/init.ts')).initCommand,
  import: async () => (await import('./commands/import.ts')).importCommand,
  segments: async () => (await import('./commands/segments.ts')).segmentsCommand,
  templates: async () => (await import('./commands/templates.ts')).templatesCommand,
  assets: async () => (await import('./commands/assets.ts')).assetsCommand,
  check: async () => (await import('./commands/check.ts')).checkCommand,
  guard: async () => (await import('./commands/guard.ts')).guardCommand,
  allocate: async () => (await import('./commands/allocate.ts')).allocateCommand,
  plan: async () => (await import('./commands/plan.ts')).planCommand,
  count: async () => (await import('./commands/count.ts')).countCommand,
  generate: async () => (await import('./commands/generate.ts')).generateCommand,
  diff: async () => (await import('./commands/diff.ts')).diffCommand,
  render: async () => (await import('./commands/render.ts')).renderCommand,
  tags: async () => (await import('./commands/tags.ts')).tagsCommand,
  pause: async () => (await import('./commands/pause.ts')).pauseCommand,
  resume: async () => (await import('./commands/pause.ts')).resumeCommand,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  report: async () => (await import('./commands/report.ts')).reportCommand,
  ope: async () => (await import('./commands/ope.ts')).opeCommand,
  events: async () => (await import('./commands/events.ts')).eventsCommand,
  show: async () => (await import('./commands/show.ts')).showCommand,
  erase: async () => (await import('./commands/erase.ts')).eraseCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  keys: async () => (await import('./commands/keys.ts')).keysCommand,
  audit: async () => (await import('./commands/audit.ts')).auditCommand,
  backup: async () => (await import('./commands/backup.ts')).backupCommand,
  restore: async () => (await import('./commands/restore.ts')).restoreCommand,
  config: async () => (await import('./commands/config.ts')).configCommand,
}

/**
 * The command line. Errors of usage throw instead of ending the process, so that main.ts alone decides exits.
 *
 * @param named the first argument: with a command's name only that one is loaded, with anything else (help, a
 *   misspelt name) all are
 */
export async function createProgram(environment: ConfigSource, named: string | undefined): Promise<Command> {
  const program = new Command('polyad')
    .description(
      'mass one-to-one: segments from listening data, ad units by the million, and a guard against too narrow',
    )
    .version(packageVersion())
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit status: 0 done, 2 bad input, 3 refused by the guard, 1 anything else.\n"polyad demo" shows it all.',
    )
  const names = named !== undefined && Object.hasOwn(COMMANDS, named) ? [named] : Object.keys(COMMANDS)
  const commands = await Promise.all(names.map(async (name) => (await COMMANDS[name]!())(environment)))
  for (const command of commands) program.addCommand(command)
  for (const command of [program, ...commands.flatMap((each) => [each, ...each.commands])])
    command.exitOverride()
  return program
}
