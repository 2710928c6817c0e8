import { join } from 'node:path'
import { Command, Option } from 'commander'
import { createKey, type Grant, listKeys, ROLES, type Role, removeKey } from '../../api/keys.ts'
import { PolyadError } from '../../core/errors.ts'
import { audit } from '../../engine/audit/audited-documents.ts'
import { textTable } from '../../engine/reporting/text-table.ts'
import { rotateTokenKey } from '../../io/token-keys.ts'
import { KEY_FILES } from '../../io/workspace.ts'
import { invoke, withExamples, workspaceCommand } from '../command.ts'
import { openWorkspace, type Workspace } from '../compose.ts'
import { type Config, type ConfigSource, wholeNumber } from '../config.ts'
import { commandActor } from '../who.ts'

const KEY_COLUMNS = ['id', 'may', 'made'].map((heading) => ({ heading, whole: true }))

/** Longer than trackers live, and time to replace tags. */
const GRACE_DAYS = 90
const DAY_MS = 86_400_000

interface CommonOptions {
  readonly workspace: string
  readonly json?: boolean
}

export function keysCommand(environment: ConfigSource): Command {
  const group = withExamples(
    new Command('keys').description('who may ask the API; without keys it serves one user on this machine'),
    [
      'polyad keys add --role analyst',
      'polyad keys list',
      'polyad keys remove was9v1a4hczh',
      'polyad keys rotate token',
    ],
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
  group.addCommand(
    workspaceCommand(
      'rotate',
      'sign new trackers and tags with a new key; old ones are believed for a while',
      [
        'polyad keys rotate token',
        'polyad keys rotate token --grace 0      after a leak: what the leaked key signed stops at once',
      ],
    )
      .argument('<key>', '"token"; the identity key is never changed')
      .option('--grace <days>', 'how long what the former key signed is believed', String(GRACE_DAYS))
      .action((key: string, options: CommonOptions & { grace: string }) =>
        invoke(environment, options, async ({ config, folder, json, output }) => {
          requireTokenKey(key, config)
          const graceDays = wholeNumber('--grace', options.grace, 0, 3_650)
          const workspace = await openWorkspace(config, folder)
          try {
            const path = join(workspace.folder, KEY_FILES.token)
            const nowMs = workspace.ports.clock.nowMs()
            await audit(workspace.ports, commandActor(), {
              action: 'token-key-rotated',
              subject: 'token key',
              note: `the former one is believed for ${graceDays} days`,
            })
            const untilMs = await rotateTokenKey(path, graceDays * DAY_MS, nowMs)
            const until = new Date(untilMs).toISOString()
            output.print(json ? JSON.stringify({ rotated: 'token', until }) : rotatedText(graceDays, until))
          } finally {
            await workspace.close()
          }
        }),
      ),
  )
  return group
}

function rotatedText(graceDays: number, until: string): string {
  const former =
    graceDays === 0
      ? 'what the former key signed is not believed any more'
      : `the former key is believed until ${until}`
  return [
    `new trackers and tags are signed by a new key; ${former}.`,
    'A running server takes it within a second. Ad tags never expire by themselves: print them anew with',
    '"polyad tags" and replace them in their pages before then, or they show nothing.',
  ].join('\n')
}

/** Refuses what must not be changed, and what is not ours to change. */
function requireTokenKey(key: string, config: Config): void {
  if (key === 'identity') {
    throw new PolyadError('INPUT_INVALID', {
      what: 'key',
      where: 'identity',
      problem:
        'it is never changed: with another one nobody is found again. People would count twice, be assigned to other ' +
        'arms, and could be neither shown nor erased what is held of them',
      mend: 'if it leaked, make a new workspace and import anew',
    })
  }
  if (key !== 'token') {
    throw new PolyadError('INPUT_INVALID', {
      what: 'key',
      where: key,
      problem: 'only "token" can be rotated',
    })
  }
  if (config.tokenKey === undefined) return
  throw new PolyadError('INPUT_INVALID', {
    what: 'key',
    where: 'token',
    problem: 'it comes from POLYAD_TOKEN_KEY or its file, which a command cannot change',
    mend: 'put a new key (openssl rand -hex 32) before the former one there, NEW,FORMER, and start the server anew',
  })
}

function grantOf({ role, site }: { role?: Role; site?: string[] }): Grant {
  if (role && !site) return { role }
  if (site && !role) return { origins: site }
  const problem = 'give either --role or --site'
  throw new PolyadError('INPUT_INVALID', { what: 'option', where: 'polyad keys add', problem })
}
