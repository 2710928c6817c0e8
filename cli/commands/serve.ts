import type { Command } from 'commander'
import { invoke, workspaceCommand } from '../command.ts'
import { openWorkspace } from '../compose.ts'
import { type ConfigSource, publicUrlFrom, wholeNumber } from '../config.ts'
import { startServer, untilAborted } from '../serving.ts'

interface ServeOptions {
  readonly port?: string
  readonly host?: string
  readonly publicUrl?: string
  readonly workspace: string
  readonly json?: boolean
}

export function serveCommand(environment: ConfigSource): Command {
  return workspaceCommand('serve', 'serve ads, take events, answer the API and the page', [
    'polyad serve --port 4000',
    'polyad serve --host 0.0.0.0 --public-url https://ads.example.com     after: polyad keys add --role admin',
  ])
    .option('--port <port>', 'default 4000, or POLYAD_PORT')
    .option('--host <address>', 'default 127.0.0.1; anything else needs keys (polyad keys add)')
    .option('--public-url <url>', 'what tracker and picture addresses are built on')
    .action((options: ServeOptions) =>
      invoke(environment, options, async ({ config, folder, json, output, signal }) => {
        const workspace = await openWorkspace(config, folder, { hold: 'serve', servesOthers: true })
        try {
          const port =
            options.port === undefined ? config.port : wholeNumber('--port', options.port, 0, 65_535)
          const settings = {
            ...config,
            publicUrl: publicUrlFrom('--public-url', options.publicUrl) ?? config.publicUrl,
          }
          const server = await startServer(workspace, settings, { host: options.host ?? config.host, port })
          const { url } = server
          output.print(
            json
              ? JSON.stringify({ workspace: workspace.folder, url })
              : `serving ${workspace.folder} at ${url} (Ctrl-C stops)`,
          )
          await untilAborted(signal)
          await server.close()
        } finally {
          await workspace.close()
        }
      }),
    )
}
