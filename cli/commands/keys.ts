import { Command, Option } from 'commander'
import { createKey, type Grant, listKeys, ROLES, type Role, removeKey } from '../../api/keys.ts'
import { PolyadError } from '../../core/errors.ts'
import { textTable } from '../../engine/reporting/text-table.ts'
import { invoke, withExamples, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import type { ConfigSource } from '../config.ts'

const KEY_COLUMNS = ['id', 'may', 'made'].map((heading) => ({ heading, whole: true }))

interface CommonOptions {
  readonly workspace: string
  readonly json?: boolean
}

export function keysCommand(environment: ConfigSource): Command {
  const group = withExamples(
    new Command('keys').description('who may ask the API; without keys it serves one user on this machine'),
    ['polyad keys add --role analyst', 'polyad keys list', 'polyad keys remove was9v1a4hczh'],
  )
  const withWorkspace = (
    options: CommonOptions,
    work: (workspace: Workspace) => Promise<{ readonly data: unknown; readonly text: string }>,
  ) =>
    invoke(environment, options, async ({ config, folder, json, output }) => {
      const workspace = await openWorkspace(config, folder)
      try {
        const { data, text } = await work(workspace)
        output.print(json ? JSON.stringify(data, null, 2) : text)
      } finally {
        await workspace.close()
      }
    })

  group.addCommand(
    workspaceCommand('add', 'make a key; its text is shown once and kept only as a hash', [
      'polyad keys add --role analyst',
      'polyad keys add --site https://shop.example https://www.shop.example',
    ])
      .addOption(new Option('--role <role>', 'a secret key for people and their tools').choices(ROLES))
      .option('--site <origins...>', 'a public key for pages of these origins: decisions by context only')
      .action((options: CommonOptions & { role?: Role; site?: string[] }) =>
        withWorkspace(options, async ({ ports }) => {
          const made = await createKey(ports, grantOf(options))
          return { data: made, text: `key ${made.id}; keep it, it is not shown again:\n${made.key}` }
        }),
      ),
  )
  group.addCommand(
    workspaceCommand('list', 'the keys there are, never their text', ['polyad keys list']).action(
      (options: CommonOptions) =>
        withWorkspace(options, async ({ ports }) => {
          const keys = await listKeys(ports)
          const rows = keys.map(({ id, grant, createdAtMs }) => ({ id, ...grant, createdAtMs }))
          const lines = keys.map(({ id, grant, createdAtMs }) => [
            id,
            'role' in grant ? grant.role : grant.origins.join(' '),
            new Date(createdAtMs).toISOString(),
          ])
          return {
            data: rows,
            text: keys.length > 0 ? textTable(KEY_COLUMNS, lines).join('\n') : 'there are no keys',
          }
        }),
    ),
  )
  group.addCommand(
    workspaceCommand('remove', 'take a key back; it stops working within a second', [
      'polyad keys remove was9v1a4hczh',
    ])
      .argument('<id>', 'as "polyad keys list" shows it')
      .action((id: string, options: CommonOptions) =>
        withWorkspace(options, async ({ ports }) => {
          await removeKey(ports, id)
          return { data: { removed: id }, text: `key ${id} is removed` }
        }),
      ),
  )
  return group
}

function grantOf({ role, site }: { role?: Role; site?: string[] }): Grant {
  if (role && !site) return { role }
  if (site && !role) return { origins: site }
  const problem = 'give either --role or --site'
  throw new PolyadError('INPUT_INVALID', { what: 'option', where: 'polyad keys add', problem })
}
