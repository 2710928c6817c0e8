import type { Command } from 'commander'
import { textTable } from '../../engine/reporting/text-table.ts'
import { invoke, workspaceCommand } from '../command.ts'
import { type ConfigSource, SETTINGS } from '../config.ts'

export function configCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'config',
    'the settings in force, and the variables that set them; secrets are not shown',
    ['polyad config', 'POLYAD_PORT=8080 polyad config --json'],
  ).action((options: { workspace: string; json?: boolean }) =>
    invoke(environment, options, async ({ config, json, output }) => {
      const rows = SETTINGS.map(({ name, variable, meaning, secret }) => {
        const value = config[name]
        const shown = value === undefined ? '' : secret ? '(set)' : String(value)
        return { name, value: shown, variable, meaning }
      })
      if (json) return output.print(JSON.stringify(rows, null, 2))
      const lines = rows.map(({ name, value, variable, meaning }) => [name, value, variable, meaning])
      const columns = ['setting', 'value', 'variable', 'meaning'].map((heading) => ({ heading, whole: true }))
      output.print(textTable(columns, lines).join('\n'))
    }),
  )
}
