import { resolve } from 'node:path'
import { Command } from 'commander'
import { invoke, withExamples } from '../command.ts'
import type { ConfigSource } from '../config.ts'
import { copyExample } from '../example.ts'

export function initCommand(environment: ConfigSource): Command {
  const command = new Command('init')
    .description('a new workspace with a worked example')
    .option('--json', 'result as JSON on stdout')
  return withExamples(command, ['polyad init my-brand'])
    .argument('<dir>', 'a new or empty folder')
    .action((folder: string, options: { json?: boolean }) =>
      invoke(environment, options, async ({ json, output }) => {
        await copyExample(folder)
        if (json) return output.print(JSON.stringify({ workspace: resolve(folder) }))
        output.print(
          [
            `${folder} is a workspace. It holds a worked example of an invented brand; change it into yours:`,
            '  segments/attributes.json  what is known of people, and how it is drawn from mentions',
            '  mappings/                 how a listening export becomes mentions',
            '  segments/ campaigns/      who, and what they see',
            '  assets/                   pictures',
            'Next:',
            `  cd ${folder}`,
            '  polyad import YOUR-EXPORT.csv --mapping YOUR-MAPPING',
            '  polyad segments size',
            '  polyad check CAMPAIGN',
          ].join('\n'),
        )
      }),
    )
}
