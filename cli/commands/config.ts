import type { Command } from 'commander'
import { textTable } from '../../engine/reporting/text-table.ts'
import { invoke, workspaceCommand } from '../command.ts'
import { type ConfigSource, findSettings, SETTINGS } from '../settings.ts'

export function configCommand(environment: ConfigSource): Command {
  return workspaceCommand(
    'config',
    'the settings in force, where each comes from, and the variables that set them; secrets are not shown',
    ['polyad config', 'POLYAD_PORT=8080 polyad config --json'],
  ).action((options: { workspace: string; json?: boolean }) =>
    // That they make sense is checked before.
    invoke(environment, options, async ({ json, output }) => {
      const found = findSettings(environment)
      const rows = SETTINGS.map((setting) => {
        const { name, variable, meaning } = setting
        const { text = '', from } = found[name]
        return { name, value: text && 'secret' in setting ? '(set)' : text, from, variable, meaning }
      })
      if (json) return output.print(JSON.stringify(rows, null, 2))
      const headings = ['setting', 'value', 'from', 'variable', 'meaning']
      const columns = headings.map((heading) => ({ heading, whole: true }))
      output.print(textTable(columns, rows.map(Object.values)).join('\n'))
      output.print('A secret may be in a file instead: VARIABLE_FILE=/run/secrets/NAME.')
    }),
  )
}
